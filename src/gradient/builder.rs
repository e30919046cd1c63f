//! New nodes and constants, in the form that the model's operator set wants.

use std::collections::{HashMap, HashSet};

use super::contract::COTANGENT;
use crate::onnx::{node, pb, tensor};

/// Nodes of a branch, and values of all its constants together. A small file
/// can ask for any number of either.
pub const MAX_NODES: usize = 1 << 19;
pub const MAX_VALUES: usize = 1 << 28;
/// Constants up to this size are stored once, however often a branch needs them.
const MAX_SHARED_BYTES: usize = 1 << 12;

/// Collects the nodes of the branch; [`Builder::write_into`] adds them to the graph.
pub struct Builder {
    opset: i64,
    names: HashSet<String>,
    /// The next number of each stem.
    numbers: HashMap<String, usize>,
    /// Values of all constants.
    values: usize,
    /// Tensors that must give their name to the contract's.
    renames: HashMap<String, String>,
    nodes: Vec<pb::NodeProto>,
    initialisers: Vec<pb::TensorProto>,
    known_constants: HashMap<(Vec<usize>, Vec<u8>), String>,
}

impl Builder {
    pub fn new(graph: &pb::GraphProto, opset: i64) -> Self {
        let names = (graph.node.iter().flat_map(|node| &node.output))
            .chain(graph.input.iter().map(|input| &input.name))
            .chain(graph.initializer.iter().map(|weights| &weights.name))
            .cloned();
        Builder {
            opset,
            names: names.collect(),
            numbers: HashMap::new(),
            values: 0,
            renames: HashMap::new(),
            nodes: Vec::new(),
            initialisers: Vec::new(),
            known_constants: HashMap::new(),
        }
    }

    /// Whether the branch has grown beyond what any network needs.
    pub fn exceeds_limits(&self) -> bool {
        self.nodes.len() > MAX_NODES || self.values > MAX_VALUES
    }

    pub fn opset(&self) -> i64 {
        self.opset
    }

    /// Keeps a name of the contract free: a tensor of the model that has it is
    /// called otherwise from now on.
    pub fn reserve_name(&mut self, name: &str) {
        if !self.names.insert(name.to_owned()) {
            let other = self.unique_name(name);
            self.renames.insert(name.to_owned(), other);
        }
    }

    fn unique_name(&mut self, stem: &str) -> String {
        let number = self.numbers.entry(stem.to_owned()).or_default();
        loop {
            let name = format!("gradcam/{stem}_{number}");
            *number += 1;
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }

    /// Adds a node with one output and returns the output's name.
    pub fn add_node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: Vec<pb::AttributeProto>,
    ) -> String {
        let output = self.unique_name(operator);
        self.push(operator, inputs, attributes, &output);
        output
    }

    fn push(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: Vec<pb::AttributeProto>,
        output: &str,
    ) {
        let mut added = node::new(operator, inputs, output);
        added.attribute = attributes;
        self.nodes.push(added);
    }

    /// A float32 constant; a small one is stored once.
    pub fn floats(&mut self, dims: &[usize], values: &[f32]) -> String {
        self.constant(tensor::from_floats("", dims, values), "constant")
    }

    pub fn ints(&mut self, values: &[i64]) -> String {
        self.constant(tensor::from_ints("", &[values.len()], values), "integers")
    }

    fn constant(&mut self, mut value: pb::TensorProto, stem: &str) -> String {
        let dims = tensor::dims(&value);
        let values = dims.iter().product();
        // Weights are not looked up: their bytes would be held twice.
        let is_small = value.raw_data.len() <= MAX_SHARED_BYTES;
        let stored = is_small.then(|| (dims, [&value.raw_data, stem.as_bytes()].concat()));
        let known = stored
            .as_ref()
            .and_then(|stored| self.known_constants.get(stored));
        if let Some(name) = known {
            return name.clone();
        }
        self.values = self.values.saturating_add(values);
        let name = self.unique_name(stem);
        if let Some(stored) = stored {
            self.known_constants.insert(stored, name.clone());
        }
        value.name.clone_from(&name);
        self.initialisers.push(value);
        name
    }

    pub fn reshape(&mut self, input: &str, shape: &[usize]) -> String {
        let shape: Vec<i64> = shape.iter().map(|&size| size as i64).collect();
        let shape = self.ints(&shape);
        self.add_node("Reshape", &[input, &shape], vec![])
    }

    pub fn expand(&mut self, input: &str, shape: &[usize]) -> String {
        let shape: Vec<i64> = shape.iter().map(|&size| size as i64).collect();
        let shape = self.ints(&shape);
        self.add_node("Expand", &[input, &shape], vec![])
    }

    pub fn unary(&mut self, operator: &str, input: &str) -> String {
        self.add_node(operator, &[input], vec![])
    }

    pub fn mul(&mut self, a: &str, b: &str) -> String {
        self.add_node("Mul", &[a, b], vec![])
    }

    pub fn sub(&mut self, a: &str, b: &str) -> String {
        self.add_node("Sub", &[a, b], vec![])
    }

    pub fn add(&mut self, a: &str, b: &str) -> String {
        self.add_node("Add", &[a, b], vec![])
    }

    pub fn div(&mut self, a: &str, b: &str) -> String {
        self.add_node("Div", &[a, b], vec![])
    }

    /// A comparison, of broadcast shape.
    pub fn binary(&mut self, operator: &str, a: &str, b: &str) -> String {
        self.add_node(operator, &[a, b], vec![])
    }

    /// 1 where a condition holds, 0 elsewhere.
    pub fn cast_to_float(&mut self, condition: &str) -> String {
        let to = pb::tensor_proto::DataType::Float as i64;
        self.add_node("Cast", &[condition], vec![node::int_attribute("to", to)])
    }

    /// A float32 scalar.
    pub fn scalar(&mut self, value: f32) -> String {
        self.floats(&[], &[value])
    }

    pub fn transpose(&mut self, input: &str, order: &[usize]) -> String {
        let order: Vec<i64> = order.iter().map(|&axis| axis as i64).collect();
        self.add_node(
            "Transpose",
            &[input],
            vec![node::ints_attribute("perm", &order)],
        )
    }

    pub fn scale(&mut self, input: &str, factor: f32) -> String {
        let factor = self.floats(&[], &[factor]);
        self.add_node("Mul", &[input, &factor], vec![])
    }

    /// A product of matrices, transposed as the attributes say.
    pub fn gemm(&mut self, a: &str, b: &str, attributes: Vec<pb::AttributeProto>) -> String {
        if self.opset >= 11 {
            return self.add_node("Gemm", &[a, b], attributes);
        }
        // Older operator sets insist on something to add.
        let zero = self.floats(&[1], &[0.0]);
        self.add_node("Gemm", &[a, b, &zero], attributes)
    }

    /// Sums over `axes`, which stay with size 1.
    pub fn reduce_sum(&mut self, input: &str, axes: &[usize]) -> String {
        let axes: Vec<i64> = axes.iter().map(|&axis| axis as i64).collect();
        if self.opset >= 13 {
            let axes = self.ints(&axes);
            self.add_node("ReduceSum", &[input, &axes], vec![])
        } else {
            self.add_node(
                "ReduceSum",
                &[input],
                vec![node::ints_attribute("axes", &axes)],
            )
        }
    }

    /// Surrounds with a constant; `begin` and `end` hold one size for each axis.
    pub fn pad(&mut self, input: &str, begin: &[usize], end: &[usize], value: f32) -> String {
        if begin.iter().chain(end).all(|&size| size == 0) {
            return input.to_owned();
        }
        let pads: Vec<i64> = begin.iter().chain(end).map(|&size| size as i64).collect();
        if self.opset >= 11 {
            let (pads, value) = (self.ints(&pads), self.floats(&[], &[value]));
            self.add_node("Pad", &[input, &pads, &value], vec![])
        } else {
            let attributes = vec![
                node::ints_attribute("pads", &pads),
                node::float_attribute("value", value),
            ];
            self.add_node("Pad", &[input], attributes)
        }
    }

    /// Every `step`-th position of `axis` from `start`, `count` of them.
    pub fn slice(
        &mut self,
        input: &str,
        axis: usize,
        start: usize,
        count: usize,
        step: usize,
    ) -> String {
        if self.opset < 10 && step > 1 {
            // Older operator sets take every position between start and end.
            let places = (0..count).map(|n| (start + n * step) as i64);
            let places: Vec<i64> = places.collect();
            return self.gather(input, axis, &places);
        }
        let end = start + count.saturating_sub(1) * step + 1;
        let (start, end, axis, step) = (start as i64, end as i64, axis as i64, step as i64);
        if self.opset < 10 {
            let list = |name, value| node::ints_attribute(name, &[value]);
            return self.add_node(
                "Slice",
                &[input],
                vec![list("starts", start), list("ends", end), list("axes", axis)],
            );
        }
        let lists = [start, end, axis, step].map(|value| self.ints(&[value]));
        let [start, end, axis, step] = lists.each_ref().map(String::as_str);
        self.add_node("Slice", &[input, start, end, axis, step], vec![])
    }

    /// The listed positions of an axis.
    pub fn gather(&mut self, input: &str, axis: usize, places: &[i64]) -> String {
        let places = self.ints(places);
        let attributes = vec![node::int_attribute("axis", axis as i64)];
        self.add_node("Gather", &[input, &places], attributes)
    }

    /// `value` where the condition holds, else 0.
    pub fn where_or_zero(&mut self, condition: &str, value: &str) -> String {
        let zero = self.floats(&[], &[0.0]);
        self.add_node("Where", &[condition, value, &zero], vec![])
    }

    /// The sum of several tensors of one shape.
    pub fn sum(&mut self, terms: &[String]) -> String {
        match terms {
            [only] => only.clone(),
            _ => {
                let mut total = terms[0].clone();
                for term in &terms[1..] {
                    total = self.add_node("Add", &[&total, term], vec![]);
                }
                total
            }
        }
    }

    /// Gives a tensor one of the contract's names, its axes in another order if asked.
    pub fn name_output(&mut self, tensor: &str, order: Option<&[i64]>, name: &str) {
        self.reserve_name(name);
        match order {
            Some(order) => self.push(
                "Transpose",
                &[tensor],
                vec![node::ints_attribute("perm", order)],
                name,
            ),
            None => self.push("Identity", &[tensor], vec![], name),
        }
    }

    /// Gives a tensor one of the contract's names, in another shape.
    pub fn name_output_reshaped(&mut self, tensor: &str, shape: &[i64], name: &str) {
        self.reserve_name(name);
        let shape = self.ints(shape);
        self.push("Reshape", &[tensor, &shape], vec![], name);
    }

    /// Adds everything to the graph and returns the new names of the model's own
    /// tensors that had to give theirs to the contract.
    pub fn write_into(mut self, graph: &mut pb::GraphProto) -> HashMap<String, String> {
        let rename = |name: &mut String| {
            if let Some(other) = self.renames.get(name) {
                name.clone_from(other);
            }
        };
        for old in &mut graph.node {
            old.input.iter_mut().chain(&mut old.output).for_each(rename);
        }
        graph
            .input
            .iter_mut()
            .chain(&mut graph.output)
            .for_each(|value| rename(&mut value.name));
        graph
            .initializer
            .iter_mut()
            .for_each(|weights| rename(&mut weights.name));
        for added in &mut self.nodes {
            // The branch's own cotangent is the only name of the contract it reads.
            added
                .input
                .iter_mut()
                .filter(|name| *name != COTANGENT)
                .for_each(rename);
        }
        graph.value_info.clear();
        graph.node.append(&mut self.nodes);
        graph.initializer.append(&mut self.initialisers);
        self.renames
    }
}
