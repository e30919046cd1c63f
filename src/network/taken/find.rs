//! Which nodes are taken, and what is left of the graph.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Layer, OPERATOR, Rest, Shared, expand, unusable};
use crate::network::kernels::{Dense, Matrix, Panels, Stored};
use crate::onnx::{Model, OnnxError, node, pb, tensor};

/// What a batch norm does to the convolution before it: each output channel times a
/// factor, plus a number.
struct Norm {
    factors: Vec<f32>,
    shifts: Vec<f32>,
    /// The tensor that it makes.
    output: String,
}

pub struct Finder<'a> {
    part: &'a Model,
    weights: HashMap<&'a str, &'a pb::TensorProto>,
    /// Which nodes read a tensor; an output of the graph is read once more.
    readers: HashMap<&'a str, Vec<Option<&'a pb::NodeProto>>>,
    shared: &'a mut Shared,
    layers: Vec<Layer>,
    /// Tensors of nodes that went into others.
    gone: HashSet<String>,
}

impl<'a> Finder<'a> {
    pub fn new(part: &'a Model, whole: &'a Model, shared: &'a mut Shared) -> Finder<'a> {
        let graph = part.graph();
        let given: HashSet<&str> = graph
            .input
            .iter()
            .map(|input| input.name.as_str())
            .collect();
        let weights = (whole.graph().initializer.iter())
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
        Finder {
            part,
            weights: weights.collect(),
            readers,
            shared,
            layers: Vec::new(),
            gone: HashSet::new(),
        }
    }

    pub fn rest(mut self) -> Result<Rest, OnnxError> {
        let graph = self.part.graph();
        let mut nodes = Vec::with_capacity(graph.node.len());
        for node in &graph.node {
            let output = node.output.first().map_or("", String::as_str);
            if self.gone.contains(output) {
                continue;
            }
            let instead = match node.op_type.as_str() {
                "Conv" => self.convolution(node)?,
                "Gemm" | "MatMul" => self.dense(node)?,
                _ => None,
            };
            nodes.extend(instead.unwrap_or_else(|| vec![node.clone()]));
        }
        let outputs = graph.output.iter().map(|output| &output.name);
        let read: HashSet<&String> = nodes
            .iter()
            .flat_map(|node| &node.input)
            .chain(outputs)
            .collect();
        let mut initializer: Vec<pb::TensorProto> = (read.into_iter())
            .filter_map(|name| self.weights.get(name.as_str()))
            .map(|weights| self.part.to_float32(weights))
            .collect();
        initializer.sort_by(|a, b| a.name.cmp(&b.name));
        let rest = pb::GraphProto {
            node: nodes,
            initializer,
            name: graph.name.clone(),
            input: graph.input.clone(),
            output: graph.output.clone(),
            ..Default::default()
        };
        let proto = self.part.proto();
        Ok(Rest {
            proto: pb::ModelProto {
                ir_version: proto.ir_version,
                opset_import: proto.opset_import.clone(),
                graph: Some(rest),
                ..Default::default()
            },
            layers: self.layers,
        })
    }

    /// A constant of float32 numbers.
    fn constant(&self, name: Option<&str>) -> Option<&'a pb::TensorProto> {
        let weights = self.weights.get(name?)?;
        self.part.is_float32(weights).then_some(*weights)
    }

    /// A constant of one axis and so many numbers.
    fn vector(&self, name: Option<&str>, count: usize) -> Option<Vec<f32>> {
        let weights = self.constant(name)?;
        let values = tensor::floats(weights).ok()?;
        (weights.dims.len() <= 1 && values.len() == count).then_some(values)
    }

    /// The node that stands for a layer, under a name of its own.
    fn place(
        &mut self,
        node: &pb::NodeProto,
        name: &str,
        output: &str,
        layer: Layer,
    ) -> pb::NodeProto {
        let operator = format!("{OPERATOR}{}", self.layers.len());
        self.layers.push(layer);
        let input = node::input(node, 0).unwrap_or_default();
        let mut placed = node::new(&operator, &[input], output);
        placed.name = name.to_owned();
        placed
    }

    fn convolution(
        &mut self,
        node: &pb::NodeProto,
    ) -> Result<Option<Vec<pb::NodeProto>>, OnnxError> {
        let Some(weights) = self.constant(node::input(node, 1)) else {
            return Ok(None);
        };
        let [rows, _, height, width] = *tensor::dims(weights) else {
            return Ok(None);
        };
        let is_whole = node::int(node, "group").unwrap_or(1) == 1;
        let bias_name = node::input(node, 2);
        let bias = self.vector(bias_name, rows);
        let [output] = node.output.as_slice() else {
            return Ok(None);
        };
        let is_empty = weights.dims.contains(&0);
        if !is_whole || is_empty || bias.is_some() != bias_name.is_some() {
            return Ok(None);
        }
        let norm = self.norm(output, rows);
        let output = norm.as_ref().map_or(output, |norm| &norm.output).clone();
        let panels = self.panels(node, weights, bias, norm)?;
        let layer = Layer::Convolution(expand::Convolving {
            panels,
            node: Arc::new(pb::NodeProto {
                input: Vec::new(),
                ..node.clone()
            }),
            kernel: [height, width],
        });
        Ok(Some(vec![self.place(
            node,
            node::name_of(node),
            &output,
            layer,
        )]))
    }

    /// The batch norm that alone reads a convolution's output, unless its factors
    /// are computed.
    fn norm(&mut self, convolved: &str, channels: usize) -> Option<Norm> {
        let [Some(norm)] = self.readers.get(convolved)?.as_slice() else {
            return None;
        };
        let is_norm = norm.op_type == "BatchNormalization"
            && node::input(norm, 0) == Some(convolved)
            && node::int(norm, "training_mode").unwrap_or(0) == 0;
        let [output] = norm.output.as_slice() else {
            return None;
        };
        let parameter = |place| self.vector(node::input(norm, place), channels);
        let (scale, shift) = (parameter(1)?, parameter(2)?);
        let (mean, variance) = (parameter(3)?, parameter(4)?);
        if !is_norm {
            return None;
        }
        let epsilon = node::float(norm, "epsilon").unwrap_or(1e-5);
        let factors: Vec<f32> = (scale.iter().zip(&variance))
            .map(|(scale, variance)| scale / (variance + epsilon).sqrt())
            .collect();
        let shifts = (shift.iter().zip(&mean).zip(&factors))
            .map(|((shift, mean), factor)| shift - mean * factor);
        let norm = Norm {
            shifts: shifts.collect(),
            output: output.clone(),
            factors,
        };
        self.gone.insert(norm.output.clone());
        Some(norm)
    }

    fn panels(
        &mut self,
        node: &pb::NodeProto,
        weights: &pb::TensorProto,
        bias: Option<Vec<f32>>,
        norm: Option<Norm>,
    ) -> Result<Arc<Panels>, OnnxError> {
        let are_windows_dense = has_dense_windows(node, weights);
        let names = [
            weights.name.as_str(),
            node::input(node, 2).unwrap_or_default(),
            norm.as_ref().map_or("", |norm| &norm.output),
            if are_windows_dense { "dense" } else { "" },
        ];
        let key = names.join("\n");
        if let Some(panels) = self.shared.panels.get(&key) {
            return Ok(Arc::clone(panels));
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
        let stored = Stored::of(weights)?;
        let (factors, bias) = (factors.as_deref(), bias.as_deref());
        let packed = Panels::pack(&stored, are_windows_dense, factors, bias);
        let panels = Arc::new(packed.map_err(|error| unusable(node, &error))?);
        if self.shared.own.contains(&weights.name) {
            self.shared.panels.insert(key, Arc::clone(&panels));
        }
        Ok(panels)
    }

    /// A product with a constant matrix; what Gemm adds becomes a node of its own.
    fn dense(&mut self, node: &pb::NodeProto) -> Result<Option<Vec<pb::NodeProto>>, OnnxError> {
        let Some(weights) = self.constant(node::input(node, 1)) else {
            return Ok(None);
        };
        let is_plain = |name, usual: f32| node::float(node, name).is_none_or(|x| x == usual);
        let [output] = node.output.as_slice() else {
            return Ok(None);
        };
        if weights.dims.len() != 2
            || weights.dims.contains(&0)
            || !is_plain("alpha", 1.0)
            || !is_plain("beta", 1.0)
            || node::int(node, "transA").unwrap_or(0) != 0
        {
            return Ok(None);
        }
        let layer = Layer::Dense(Dense {
            weights: self.matrix(weights)?,
            is_transposed: node::int(node, "transB").unwrap_or(0) != 0,
        });
        let name = node::name_of(node);
        let Some(added) = node::input(node, 2) else {
            return Ok(Some(vec![self.place(node, name, output, layer)]));
        };
        let product = format!("{output}/product");
        let mut sum = node::new("Add", &[&product, added], output);
        name.clone_into(&mut sum.name);
        let placed = self.place(node, &product, &product, layer);
        Ok(Some(vec![placed, sum]))
    }

    fn matrix(&mut self, weights: &pb::TensorProto) -> Result<Arc<Matrix>, OnnxError> {
        if let Some(matrix) = self.shared.matrices.get(&weights.name) {
            return Ok(Arc::clone(matrix));
        }
        let matrix = Arc::new(Matrix::of(&Stored::of(weights)?));
        if self.shared.own.contains(&weights.name) {
            let name = weights.name.clone();
            self.shared.matrices.insert(name, Arc::clone(&matrix));
        }
        Ok(matrix)
    }
}

/// Whether a convolution's windows are of 3 × 3, and neighbours' lie side by side.
fn has_dense_windows(node: &pb::NodeProto, weights: &pb::TensorProto) -> bool {
    let is_one = |name| node::ints(node, name).is_none_or(|sizes| sizes.iter().all(|&x| x == 1));
    weights.dims[2..] == [3, 3] && is_one("strides") && is_one("dilations")
}
