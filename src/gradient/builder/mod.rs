//! New nodes and constants, in the form of the model's operator set.
//!
//! - `written`: the names of the contract, and how the graph gets what was collected

mod written;

use std::collections::{HashMap, HashSet};

use super::tensor_names::BRANCH_PREFIX;
use crate::onnx::{node, pb, tensor};

/// Limit of the nodes of a branch: a small file can ask for any number.
pub const MAX_NODES: usize = 1 << 19;
/// Limit of the values of all constants of a branch together.
pub const MAX_VALUES: usize = 1 << 28;
/// Size of the largest constants that are stored once for all their uses.
const MAX_SHARED_BYTES: usize = 1 << 12;

/// What makes two constants the same: type and value.
#[derive(PartialEq, Eq, Hash)]
struct ConstantKey {
    dims: Vec<usize>,
    bytes: Vec<u8>,
    stem: &'static str,
}

/// Collects the nodes of the branch; [`Builder::write_into`] adds them to the graph.
pub struct Builder {
    /// Version of the model's operator set.
    opset: i64,
    /// Names of all tensors, the model's and the branch's.
    names: HashSet<String>,
    /// The next number of each stem of a name.
    numbers: HashMap<String, usize>,
    /// Number of values of all constants.
    values: usize,
    /// New names of the model's tensors that have a name of the contract.
    renames: HashMap<String, String>,
    nodes: Vec<pb::NodeProto>,
    initialisers: Vec<pb::TensorProto>,
    /// Names of the shared constants.
    shared_constants: HashMap<ConstantKey, String>,
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
            shared_constants: HashMap::new(),
        }
    }

    /// Whether the branch has more nodes or values than the limits. From then on nothing
    /// is added any more, so that a rule may end what it is at.
    pub fn exceeds_limits(&self) -> bool {
        self.nodes.len() > MAX_NODES || self.values > MAX_VALUES
    }

    /// Version of the model's operator set.
    pub fn opset(&self) -> i64 {
        self.opset
    }

    /// Keeps a name for the contract: a tensor of the model that has it gets another
    /// by [`Builder::write_into`].
    pub fn reserve_name(&mut self, name: &str) {
        if !self.names.insert(name.to_owned()) {
            let other = self.unique_name(name);
            self.renames.insert(name.to_owned(), other);
        }
    }

    fn unique_name(&mut self, stem: &str) -> String {
        let number = self.numbers.entry(stem.to_owned()).or_default();
        loop {
            let name = format!("{BRANCH_PREFIX}{stem}_{number}");
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
        if self.exceeds_limits() {
            return String::new();
        }
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

    /// An int64 constant with one axis; a small one is stored once.
    pub fn ints(&mut self, values: &[i64]) -> String {
        self.constant(tensor::from_ints("", &[values.len()], values), "integers")
    }

    fn constant(&mut self, mut value: pb::TensorProto, stem: &'static str) -> String {
        if self.exceeds_limits() {
            return String::new();
        }
        let dims = tensor::dims(&value);
        let values = dims.iter().product();
        // Large ones are not shared: the keys would hold their bytes again.
        let is_small = value.raw_data.len() <= MAX_SHARED_BYTES;
        let key = is_small.then(|| ConstantKey {
            dims,
            bytes: value.raw_data.clone(),
            stem,
        });
        let shared = key.as_ref().and_then(|key| self.shared_constants.get(key));
        if let Some(name) = shared {
            return name.clone();
        }
        self.values = self.values.saturating_add(values);
        if self.exceeds_limits() {
            return String::new();
        }
        let name = self.unique_name(stem);
        if let Some(key) = key {
            self.shared_constants.insert(key, name.clone());
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

    /// A comparison or logical operator, with broadcasting.
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

    /// Zeros of a shape.
    pub fn zeros(&mut self, shape: &[usize]) -> String {
        let zero = self.scalar(0.0);
        self.expand(&zero, shape)
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
        // Before operator set 11 the third input is required.
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

    /// Adds a margin of the constant `value`; `begin` and `end` have one size for each
    /// axis.
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

    /// `count` positions of `axis`, every `step`-th from `start` on.
    pub fn slice(
        &mut self,
        input: &str,
        axis: usize,
        start: usize,
        count: usize,
        step: usize,
    ) -> String {
        if self.opset < 10 && step > 1 {
            // Before operator set 10 Slice has no steps.
            let positions = (0..count).map(|n| (start + n * step) as i64);
            let positions: Vec<i64> = positions.collect();
            return self.gather(input, axis, &positions);
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
    pub fn gather(&mut self, input: &str, axis: usize, positions: &[i64]) -> String {
        let positions = self.ints(positions);
        let attributes = vec![node::int_attribute("axis", axis as i64)];
        self.add_node("Gather", &[input, &positions], attributes)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_limits_nothing_is_added_any_more() {
        let mut builder = Builder::new(&pb::GraphProto::default(), 17);
        for _ in 0..MAX_NODES + 1000 {
            builder.unary("Neg", "x");
        }
        assert!(builder.exceeds_limits());
        assert_eq!(builder.nodes.len(), MAX_NODES + 1);

        let mut builder = Builder::new(&pb::GraphProto::default(), 17);
        let values = vec![0.0; MAX_VALUES / 64 + 1];
        for _ in 0..100 {
            builder.floats(&[values.len()], &values);
        }
        assert!(builder.exceeds_limits());
        assert_eq!(builder.initialisers.len(), 63);
    }
}
