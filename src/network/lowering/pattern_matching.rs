//! Finds the layers that are lowered, and packs their weights.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tract_onnx::prelude::TractError;

use super::batch_norm::BatchNorm;
use super::kernel_tensor::{KernelTensor, exchanging_transpose};
use super::lowered_ops::{LoweredConvolution, LoweredLayer};
use super::remaining_graph::{RemainingGraph, operator};
use super::scalar_chains::{ScalarChain, Surroundings};
use super::stored_weights;
use super::weight_cache::{ConvolutionKey, PackedWeights};
use crate::gradient::MAX_POOL_GRADIENT;
use crate::network::kernels::{
    ConvolutionWeights, Dense, DenseWeights, MaxPoolGradient, PoolWindows,
};
use crate::onnx::{Model, OnnxError, node, pb, tensor};

/// Walks over the nodes of a graph.
pub struct PatternMatcher<'a> {
    subgraph: &'a Model,
    /// Constants, by name.
    weights: HashMap<&'a str, &'a pb::TensorProto>,
    /// The nodes that read a tensor, by its name; `None` among them stands for an output
    /// of the graph.
    readers: HashMap<&'a str, Vec<Option<&'a pb::NodeProto>>>,
    /// The nodes that make a tensor, by its name.
    producers: HashMap<&'a str, &'a pb::NodeProto>,
    /// The pointwise weights that a Transpose node reads, by the name of its output.
    transposed: HashMap<&'a str, &'a str>,
    cache: &'a mut PackedWeights,
    layers: Vec<LoweredLayer>,
    /// Outputs of nodes that became part of another operation.
    folded: HashSet<String>,
    /// Operations of several nodes, which come in the place of the last, by the name of its output.
    chains: HashMap<&'a str, pb::NodeProto>,
}

impl<'a> PatternMatcher<'a> {
    pub fn new(
        subgraph: &'a Model,
        model: &'a Model,
        cache: &'a mut PackedWeights,
    ) -> PatternMatcher<'a> {
        let graph = subgraph.graph();
        let given: HashSet<&str> = graph
            .input
            .iter()
            .map(|input| input.name.as_str())
            .collect();
        let weights = (model.graph().initializer.iter())
            .chain(&graph.initializer)
            .map(|weights| (weights.name.as_str(), weights))
            .filter(|(name, _)| !given.contains(name));
        let mut readers: HashMap<&str, Vec<Option<&pb::NodeProto>>> = HashMap::new();
        for node in &graph.node {
            for name in &node.input {
                readers.entry(name).or_default().push(Some(node));
            }
        }
        for output in &graph.output {
            readers.entry(&output.name).or_default().push(None);
        }
        let outputs = |node: &'a pb::NodeProto| node.output.iter().map(move |name| (&**name, node));
        let transposed = graph.node.iter().filter_map(exchanging_transpose);
        PatternMatcher {
            subgraph,
            transposed: transposed.collect(),
            weights: weights.collect(),
            readers,
            producers: graph.node.iter().flat_map(outputs).collect(),
            cache,
            layers: Vec::new(),
            folded: HashSet::new(),
            chains: HashMap::new(),
        }
    }

    /// Replaces each layer that can be lowered, in the order of the graph.
    ///
    /// # Errors
    /// [`OnnxError`] for weights that hold no numbers, or that no kernel can read.
    pub fn remaining_graph(mut self) -> Result<RemainingGraph, OnnxError> {
        let graph = self.subgraph.graph();
        let mut nodes = Vec::with_capacity(graph.node.len());
        for node in &graph.node {
            let output = node.output.first().map_or("", String::as_str);
            if self.folded.contains(output) {
                nodes.extend(self.chains.remove(output));
                continue;
            }
            let instead = match node.op_type.as_str() {
                "Conv" => self.convolution(node)?,
                "Gemm" | "MatMul" => self.dense(node)?,
                MAX_POOL_GRADIENT => self.max_pool_gradient(node),
                "Clip" | "Div" | "Mul" => self.scalar_chain(node),
                _ => None,
            };
            nodes.extend(instead.unwrap_or_else(|| vec![node.clone()]));
        }
        self.drop_unread_transposes(&mut nodes);
        let outputs = graph.output.iter().map(|output| &output.name);
        let read: HashSet<&String> = nodes
            .iter()
            .flat_map(|node| &node.input)
            .chain(outputs)
            .collect();
        let mut initializer: Vec<pb::TensorProto> = (read.into_iter())
            .filter_map(|name| self.weights.get(name.as_str()))
            .map(|weights| self.subgraph.to_float32(&self.cache.restored(weights)))
            .collect();
        initializer.sort_by(|a, b| a.name.cmp(&b.name));
        let remaining = pb::GraphProto {
            node: nodes,
            initializer,
            name: graph.name.clone(),
            input: graph.input.clone(),
            output: graph.output.clone(),
            ..Default::default()
        };
        let proto = self.subgraph.proto();
        let proto = pb::ModelProto {
            ir_version: proto.ir_version,
            opset_import: proto.opset_import.clone(),
            graph: Some(remaining),
            ..Default::default()
        };
        Ok(RemainingGraph::new(proto, self.layers))
    }

    /// Drops the transposed weights that lowered layers alone read.
    fn drop_unread_transposes(&self, nodes: &mut Vec<pb::NodeProto>) {
        let outputs = self.subgraph.graph().output.iter();
        let read: HashSet<String> = (nodes.iter().flat_map(|node| &node.input))
            .chain(outputs.map(|output| &output.name))
            .filter(|name| self.transposed.contains_key(name.as_str()))
            .cloned()
            .collect();
        nodes.retain(|node| {
            exchanging_transpose(node).is_none_or(|(output, weights)| {
                read.contains(output) || !self.weights.contains_key(weights)
            })
        });
    }

    /// Constant weights of four axes, as they are stored or behind a Transpose.
    fn kernel_tensor(&self, name: Option<&str>) -> Option<KernelTensor<'a>> {
        let source = self.transposed.get(name?).copied();
        let stored = self.constant(source.or(name))?;
        let [rows, columns, height, width] = *tensor::dims(stored) else {
            return None;
        };
        if source.is_none() {
            return Some(KernelTensor {
                stored,
                is_transposed: false,
                dims: [rows, columns, height, width],
            });
        }
        ((height, width) == (1, 1)).then_some(KernelTensor {
            stored,
            is_transposed: true,
            dims: [columns, rows, 1, 1],
        })
    }

    /// A float32 constant.
    fn constant(&self, name: Option<&str>) -> Option<&'a pb::TensorProto> {
        let weights = self.weights.get(name?)?;
        self.subgraph.is_float32(weights).then_some(*weights)
    }

    /// A float32 constant of `count` numbers and at most one axis.
    fn vector(&self, name: Option<&str>, count: usize) -> Option<Vec<f32>> {
        let weights = self.constant(name)?;
        let values = tensor::floats(weights).ok()?;
        (weights.dims.len() <= 1 && values.len() == count).then_some(values)
    }

    /// Adds a lowered layer, and gives the node that stands for it.
    fn stand_in(
        &mut self,
        node: &pb::NodeProto,
        name: &str,
        output: &str,
        layer: LoweredLayer,
    ) -> pb::NodeProto {
        let operator = operator(self.layers.len());
        self.layers.push(layer);
        let input = node::input(node, 0).unwrap_or_default();
        let mut stand_in = node::new(&operator, &[input], output);
        stand_in.name = name.to_owned();
        stand_in
    }

    /// A Conv of four axes and one group with constant weights; `None` for any other.
    fn convolution(
        &mut self,
        node: &pb::NodeProto,
    ) -> Result<Option<Vec<pb::NodeProto>>, OnnxError> {
        let Some(weights) = self.kernel_tensor(node::input(node, 1)) else {
            return Ok(None);
        };
        let [rows, _, height, width] = weights.dims;
        let has_one_group = node::int(node, "group").unwrap_or(1) == 1;
        let bias_name = node::input(node, 2);
        let bias = self.vector(bias_name, rows);
        let [output] = node.output.as_slice() else {
            return Ok(None);
        };
        let is_empty = weights.dims.contains(&0);
        if !has_one_group || is_empty || bias.is_some() != bias_name.is_some() {
            return Ok(None);
        }
        let norm = self.batch_norm(output, rows);
        let output = norm.as_ref().map_or(output, |norm| &norm.output).clone();
        let weights = self.packed_weights(node, &weights, bias, norm)?;
        let layer = LoweredLayer::Convolution(LoweredConvolution {
            weights,
            node: Arc::new(pb::NodeProto {
                input: Vec::new(),
                ..node.clone()
            }),
            kernel: [height, width],
        });
        Ok(Some(vec![self.stand_in(
            node,
            node::name_of(node),
            &output,
            layer,
        )]))
    }

    /// The batch norm that is the only reader of a convolution's output, if its
    /// parameters are constants.
    fn batch_norm(&mut self, convolved: &str, channels: usize) -> Option<BatchNorm> {
        let norm = self.sole_reader(convolved)?;
        let norm = BatchNorm::behind(convolved, norm, &|name| self.vector(name, channels))?;
        self.folded.insert(norm.output.clone());
        Some(norm)
    }

    /// A convolution's packed weights and bias, with a batch norm folded in.
    fn packed_weights(
        &mut self,
        node: &pb::NodeProto,
        weights: &KernelTensor,
        bias: Option<Vec<f32>>,
        norm: Option<BatchNorm>,
    ) -> Result<Arc<ConvolutionWeights>, OnnxError> {
        let is_unit_stride_3x3 = weights.is_unit_stride_3x3(node);
        let key = ConvolutionKey {
            weights: weights.stored.name.clone(),
            is_transposed: weights.is_transposed,
            bias: node::input(node, 2).map(str::to_owned),
            norm: norm.as_ref().map(|norm| norm.output.clone()),
            is_unit_stride_3x3,
        };
        if let Some(packed) = self.cache.convolution(&key) {
            return Ok(packed);
        }
        let (factors, bias) = match norm {
            None => (None, bias),
            Some(norm) => {
                let bias = bias.unwrap_or_else(|| vec![0.0; norm.shifts.len()]);
                let all = bias.iter().zip(&norm.factors).zip(&norm.shifts);
                let bias = all.map(|((bias, factor), shift)| bias * factor + shift);
                let bias = bias.collect();
                (Some(norm.factors), Some(bias))
            }
        };
        let stored = self.cache.restored(weights.stored);
        let mut reader = stored_weights::matrix(&stored)?;
        if weights.is_transposed {
            reader = reader.transposed();
        }
        let (factors, bias) = (factors.as_deref(), bias.as_deref());
        let packed = ConvolutionWeights::pack(&reader, is_unit_stride_3x3, factors, bias);
        let packed = Arc::new(packed.map_err(|error| unusable_weights(node, &error))?);
        self.cache.keep_convolution(key, &packed);
        Ok(packed)
    }

    /// A product with a constant matrix; the bias of Gemm becomes an Add node. `None` for
    /// any other product.
    fn dense(&mut self, node: &pb::NodeProto) -> Result<Option<Vec<pb::NodeProto>>, OnnxError> {
        let Some(weights) = self.constant(node::input(node, 1)) else {
            return Ok(None);
        };
        let is_default = |name, default: f32| node::float(node, name).is_none_or(|x| x == default);
        let [output] = node.output.as_slice() else {
            return Ok(None);
        };
        if weights.dims.len() != 2
            || weights.dims.contains(&0)
            || !is_default("alpha", 1.0)
            || !is_default("beta", 1.0)
            || node::int(node, "transA").unwrap_or(0) != 0
        {
            return Ok(None);
        }
        let layer = LoweredLayer::Dense(Dense {
            weights: self.dense_weights(weights)?,
            is_transposed: node::int(node, "transB").unwrap_or(0) != 0,
        });
        let name = node::name_of(node);
        let Some(added) = node::input(node, 2) else {
            return Ok(Some(vec![self.stand_in(node, name, output, layer)]));
        };
        let product = format!("{output}/product");
        let mut sum = node::new("Add", &[&product, added], output);
        name.clone_into(&mut sum.name);
        let stand_in = self.stand_in(node, &product, &product, layer);
        Ok(Some(vec![stand_in, sum]))
    }

    /// The gradient of a MaxPool, a node that tract does not know.
    fn max_pool_gradient(&mut self, node: &pb::NodeProto) -> Option<Vec<pb::NodeProto>> {
        let pair = |name| {
            let [rows, columns] = *node::ints(node, name)?.first_chunk()?;
            Some([
                u16::try_from(rows).ok()?.into(),
                u16::try_from(columns).ok()?.into(),
            ])
        };
        let layer = LoweredLayer::MaxPoolGradient(MaxPoolGradient(PoolWindows {
            kernel: pair("kernel_shape")
                .filter(|[rows, columns]| rows * columns <= PoolWindows::MAX_TAPS)?,
            strides: pair("strides")?,
            padding: pair("pads")?,
        }));
        let mut stand_in = node.clone();
        stand_in.op_type = operator(self.layers.len());
        self.layers.push(layer);
        Some(vec![stand_in])
    }

    /// Notes the chain that begins with a node.
    fn scalar_chain(&mut self, node: &'a pb::NodeProto) -> Option<Vec<pb::NodeProto>> {
        let chain = ScalarChain::of(node, self)?;
        let (name, output) = (node::name_of(node), *chain.outputs.last()?);
        let layer = LoweredLayer::Elementwise(chain.program);
        let mut stand_in = self.stand_in(node, name, output, layer);
        stand_in.input = chain.inputs.into_iter().map(str::to_owned).collect();
        self.chains.insert(output, stand_in);
        let folded = chain.outputs.into_iter().chain(chain.conditions);
        self.folded.extend(folded.map(str::to_owned));
        Some(Vec::new())
    }

    fn dense_weights(&mut self, weights: &pb::TensorProto) -> Result<Arc<DenseWeights>, OnnxError> {
        if let Some(matrix) = self.cache.dense(&weights.name) {
            return Ok(matrix);
        }
        let matrix = Arc::new(DenseWeights::read(&stored_weights::matrix(weights)?));
        self.cache.keep_dense(&weights.name, &matrix);
        Ok(matrix)
    }
}

impl<'a> Surroundings<'a> for PatternMatcher<'a> {
    fn scalar(&self, name: &str) -> Option<f32> {
        let constant = self.constant(Some(name))?;
        let is_scalar = constant.dims.is_empty();
        let values = is_scalar.then(|| tensor::floats(constant).ok())??;
        values.first().copied()
    }

    fn sole_reader(&self, tensor: &str) -> Option<&'a pb::NodeProto> {
        match self.readers.get(tensor)?.as_slice() {
            &[reader] => reader,
            _ => None,
        }
    }

    fn producer(&self, tensor: &str) -> Option<&'a pb::NodeProto> {
        self.producers.get(tensor).copied()
    }
}

fn unusable_weights(node: &pb::NodeProto, error: &TractError) -> OnnxError {
    node::problem(node, format!("its weights cannot be used: {error}"))
}
