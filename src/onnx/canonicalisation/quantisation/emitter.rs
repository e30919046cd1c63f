//! New nodes and constants of a graph that is rewritten node by node.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb;

use crate::onnx::error::OnnxError;
use crate::onnx::{node, tensor};

/// Values of all new constants together, 256 MiB as float32: a file that dequantised the same
/// weights again and again would grow without bound.
const MAX_VALUES: usize = 1 << 26;

/// Collects the nodes of a graph in order.
pub struct Emitter {
    /// Those of the graph, then new ones.
    constants: Vec<pb::TensorProto>,
    positions: HashMap<String, usize>,
    nodes: Vec<pb::NodeProto>,
    opset: i64,
    /// Name of the node that is rewritten, which the new node that makes its output takes over:
    /// engines want names that are unique, and those of tensors may be those of other nodes.
    node_name: String,
    /// Quantised tensors that hold the scores of the last layer.
    scores: HashSet<String>,
    /// New tensors are named after its output, and numbered.
    stem: String,
    count: usize,
    values_left: usize,
    /// Names of the new constants with a single value, by its bits.
    scalars: HashMap<u32, String>,
}

impl Emitter {
    /// For a graph in a version of the standard operator set, whose constants move here until
    /// [`Emitter::write_into`].
    pub fn new(graph: &mut pb::GraphProto, opset: i64, scores: HashSet<String>) -> Emitter {
        let constants = std::mem::take(&mut graph.initializer);
        let names = constants.iter().map(|weights| weights.name.clone());
        Emitter {
            positions: names.zip(0..).collect(),
            nodes: Vec::with_capacity(graph.node.len()),
            constants,
            opset,
            node_name: String::new(),
            scores,
            stem: String::new(),
            count: 0,
            values_left: MAX_VALUES,
            scalars: HashMap::new(),
        }
    }

    /// Whether a quantised tensor holds the scores of the last layer.
    pub fn holds_scores(&self, tensor: &str) -> bool {
        self.scores.contains(tensor)
    }

    /// Keeps a node as it is.
    pub fn keep(&mut self, node: pb::NodeProto) {
        self.nodes.push(node);
    }

    /// The constant that a node reads at a position; `None` where it reads none there.
    ///
    /// # Errors
    /// [`OnnxError::Node`] where what it reads is computed.
    pub fn constant(
        &self,
        reader: &pb::NodeProto,
        position: usize,
    ) -> Result<Option<&pb::TensorProto>, OnnxError> {
        let Some(name) = node::input(reader, position) else {
            return Ok(None);
        };
        let computed = || {
            let number = position + 1;
            node::problem(
                reader,
                format!("its input {number}, '{name}', is not a constant"),
            )
        };
        self.constant_named(name).map(Some).ok_or_else(computed)
    }

    /// The constant of this name; `None` for what is computed.
    pub fn constant_named(&self, name: &str) -> Option<&pb::TensorProto> {
        let position = *self.positions.get(name)?;
        self.constants.get(position)
    }

    /// The size of a constant of this name that is about to be computed with; `None` for what
    /// is no constant.
    ///
    /// # Errors
    /// [`OnnxError::Node`] where all such constants together are too large.
    pub fn dims_of_constant(
        &mut self,
        reader: &pb::NodeProto,
        name: &str,
    ) -> Result<Option<Vec<usize>>, OnnxError> {
        let Some(constant) = self.constant_named(name) else {
            return Ok(None);
        };
        let dims = tensor::dims(constant);
        let values: usize = dims.iter().product();
        let left = self.values_left.checked_sub(values);
        self.values_left = left.ok_or_else(|| {
            let text = format!("more than {MAX_VALUES} quantised weights; choose a smaller model");
            node::problem(reader, text)
        })?;
        Ok(Some(dims))
    }

    /// A constant with a single value, one for all its readers.
    pub fn scalar(&mut self, value: f32) -> String {
        if let Some(name) = self.scalars.get(&value.to_bits()) {
            return name.clone();
        }
        let name = self.floats(&[], &[value]);
        self.scalars.insert(value.to_bits(), name.clone());
        name
    }

    /// A new constant of float32.
    pub fn floats(&mut self, dims: &[usize], values: &[f32]) -> String {
        let name = self.name();
        self.added_constant(tensor::from_floats(&name, dims, values));
        name
    }

    /// Adds a constant under its own name.
    pub fn added_constant(&mut self, constant: pb::TensorProto) {
        self.positions
            .insert(constant.name.clone(), self.constants.len());
        self.constants.push(constant);
    }

    /// A new node, and the name of its output.
    pub fn node(&mut self, operator: &str, inputs: &[&str]) -> String {
        let output = self.name();
        self.nodes.push(node::new(operator, inputs, &output));
        output
    }

    /// A new node with attributes, which makes a tensor of this name.
    pub fn node_named(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: Vec<pb::AttributeProto>,
        output: &str,
    ) {
        let mut added = node::new(operator, inputs, output);
        if output == self.stem {
            added.name.clone_from(&self.node_name);
        }
        added.attribute = attributes;
        self.nodes.push(added);
    }

    /// Values within bounds, which are attributes before operator set 11.
    pub fn clip(&mut self, values: &str, low: f32, high: f32) -> String {
        if self.opset >= 11 {
            let (low, high) = (self.scalar(low), self.scalar(high));
            return self.node("Clip", &[values, &low, &high]);
        }
        let output = self.name();
        let bounds = vec![
            node::float_attribute("min", low),
            node::float_attribute("max", high),
        ];
        self.node_named("Clip", &[values], bounds, &output);
        output
    }

    /// New tensors belong to this node from here on.
    pub fn begin(&mut self, node: &pb::NodeProto) {
        self.node_name.clone_from(&node.name);
        self.stem = node.output.first().cloned().unwrap_or_default();
        self.count = 0;
    }

    /// A name that no tensor of the file should have.
    pub fn name(&mut self) -> String {
        self.count += 1;
        format!("{}.float{}", self.stem, self.count)
    }

    /// (x − a) − b becomes x − (a + b) where nothing else reads x − a: most quantised tensors, whole
    /// numbers, are shifted twice by new constants. The file's own differences stay as they are: of
    /// other numbers they would round otherwise.
    fn merge_shifts(&mut self, outputs: &[pb::ValueInfoProto]) {
        let mut reads: HashMap<&str, usize> = HashMap::new();
        let inputs = self.nodes.iter().flat_map(|node| &node.input);
        for name in inputs.chain(outputs.iter().map(|output| &output.name)) {
            *reads.entry(name).or_default() += 1;
        }
        let scalars = self.scalars.iter();
        let scalars: HashMap<&str, f32> = scalars
            .map(|(&bits, name)| (name.as_str(), f32::from_bits(bits)))
            .collect();
        let shift = |node: &pb::NodeProto| {
            let scalar = scalars.get(node::input(node, 1)?).copied();
            scalar.filter(|_| node.op_type == "Sub")
        };
        let shifts = self.nodes.iter().enumerate();
        let shifts = shifts.filter_map(|(number, node)| Some((number, shift(node)?)));
        let mut found: HashMap<&str, (usize, f32)> = HashMap::new();
        let mut merged = Vec::new();
        for (number, second) in shifts {
            let node = &self.nodes[number];
            if let Some(&(before, first)) = node::input(node, 0).and_then(|name| found.get(name))
                && reads.get(node.input[0].as_str()) == Some(&1)
                && f64::from(first + second) == f64::from(first) + f64::from(second)
            {
                merged.push((before, number, first + second));
            } else if let Some(output) = node.output.first() {
                found.insert(output, (number, second));
            }
        }
        let mut dropped = HashSet::new();
        for (before, number, sum) in merged {
            let input = self.nodes[before].input[0].clone();
            self.nodes[number].input = vec![input, self.scalar(sum)];
            dropped.insert(before);
        }
        let mut number = 0..;
        (self.nodes).retain(|_| {
            number
                .next()
                .is_none_or(|number| !dropped.contains(&number))
        });
    }

    /// Puts the nodes and the constants that they read in the place of the graph's.
    pub fn write_into(mut self, graph: &mut pb::GraphProto) {
        self.merge_shifts(&graph.output);
        graph.node = self.nodes;
        graph.initializer = self.constants;
        let outputs = graph.output.iter().map(|output| output.name.as_str());
        let read = graph
            .node
            .iter()
            .flat_map(|node| &node.input)
            .map(String::as_str);
        let read: HashSet<&str> = read.chain(outputs).collect();
        graph
            .initializer
            .retain(|weights| read.contains(weights.name.as_str()));
    }
}
