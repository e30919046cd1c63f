//! Constant folding: nodes whose outputs follow from shapes and weights alone.
//!
//! Exporters compute a reshape's target by nodes: Shape, Gather, Mul, Concat. Once
//! the input's size is known, all of them are constant. So are weights that the file
//! stores in another form: transposed, reshaped, or quantised. [`evaluate`] computes
//! such nodes while shapes are inferred, and [`fold_constants`] puts the results in
//! their place.
//!
//! - `elementwise`: arithmetic, comparisons, casts; `rearrange`: data movement;
//!   `statistics`: weight standardisation
//! - `budget`: how much is computed at most
//!
//! To add an operator: its name in `supports` and an arm in `evaluate` of one of the three.

mod budget;
mod elementwise;
mod rearrange;
mod statistics;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use tract_onnx::pb;

pub use budget::Budget;
use budget::MAX_VALUES;

use super::error::OnnxError;
use super::model::Model;
use super::node;
use super::producers_and_consumers::Index;
use super::shapes::Shapes;
use super::value::Value;

/// The values of a node's only output (of a BatchNormalization in training mode, the first), if all that it reads is constant and its
/// operator is one that is folded.
///
/// # Errors
/// [`OnnxError::Node`] where an attribute contradicts an input.
pub fn evaluate(
    node: &pb::NodeProto,
    index: &Index,
    shapes: &Shapes,
    budget: &mut Budget,
) -> Result<Option<Value>, OnnxError> {
    if node.output.len() != 1 && !statistics::uses_own(node) {
        return Ok(None);
    }
    if let "Shape" | "Size" = node.op_type.as_str() {
        let shape = node::input(node, 0).and_then(|name| shapes.get(name));
        return Ok(shape.and_then(|shape| rearrange::of_shape(node, shape)));
    }
    let operator = node.op_type.as_str();
    let families = [
        elementwise::supports,
        rearrange::supports,
        statistics::supports,
    ];
    if !families.iter().any(|supports| supports(operator)) {
        return Ok(None);
    }
    let read = statistics::read_inputs(node);
    let Some(inputs) = constant_inputs(node, read, index, shapes, budget)? else {
        return Ok(None);
    };
    let found = if elementwise::supports(operator) {
        elementwise::evaluate(node, &inputs)
    } else if statistics::supports(operator) {
        statistics::evaluate(node, &inputs)?
    } else {
        rearrange::evaluate(node, &inputs)?
    };
    let is_kept = |value: &Value| {
        let values = value.count();
        values <= MAX_VALUES && budget.work(values) && budget.keep(values)
    };
    Ok(found.filter(is_kept))
}

/// Which constants are still to be read, while shapes are inferred: by what was folded they were.
#[derive(Default)]
pub struct Readers {
    /// How often each was read by nodes that were folded.
    reads: HashMap<String, usize>,
}

impl Readers {
    /// A node was folded: the values that only it still had to read are forgotten, and the budget
    /// has their memory back. Otherwise weights that several nodes lead through, as weight
    /// standardisation does, would be kept as often.
    pub fn folded(
        &mut self,
        node: &pb::NodeProto,
        graph: &pb::GraphProto,
        index: &Index,
        shapes: &mut Shapes,
        budget: &mut Budget,
    ) {
        for input in node.input.iter().filter(|input| !input.is_empty()) {
            let reads = self.reads.entry(input.clone()).or_default();
            *reads += 1;
            let is_last = *reads >= index.consumers(input).len();
            let is_output = || graph.output.iter().any(|output| output.name == *input);
            if is_last
                && !is_output()
                && let Some(values) = shapes.spend(input)
            {
                budget.give_back(values);
            }
        }
    }
}

/// The values of a node's first `count` inputs, an inner `None` for those left out; `None` as a
/// whole where one is not constant or the budget does not suffice.
fn constant_inputs(
    node: &pb::NodeProto,
    count: usize,
    index: &Index,
    shapes: &Shapes,
    budget: &mut Budget,
) -> Result<Option<Vec<Option<Value>>>, OnnxError> {
    let mut inputs = Vec::new();
    let mut read: usize = 0;
    for name in node.input.iter().take(count) {
        let values = shapes.get(name).map_or(1, |shape| shape.iter().product());
        read = read.saturating_add(values);
        if read > 2 * MAX_VALUES || !budget.work(values) {
            return Ok(None);
        }
        if name.is_empty() {
            inputs.push(None);
            continue;
        }
        let Some(value) = constant(name, index, shapes)? else {
            return Ok(None);
        };
        inputs.push(Some(value));
    }
    Ok(Some(inputs))
}

/// The values of a tensor that is an initialiser or was computed before.
fn constant(name: &str, index: &Index, shapes: &Shapes) -> Result<Option<Value>, OnnxError> {
    if let Some(value) = shapes.constant(name) {
        return Ok(Some(value.clone()));
    }
    index.initialiser(name).map(Value::of).transpose()
}

/// Replaces the nodes whose outputs shape inference computed by initialisers, which come after
/// those that are there. [`drop_unread_weights`] removes what nothing reads any more.
pub fn fold_constants(model: &mut Model, shapes: &Shapes) {
    let graph = model.graph_mut();
    let is_folded = |node: &pb::NodeProto| {
        let known = |output: &String| shapes.is_constant(output);
        match node.output.first() {
            Some(first) if statistics::uses_own(node) => known(first),
            _ => !node.output.is_empty() && node.output.iter().all(known),
        }
    };
    let mut folded: HashSet<String> = HashSet::new();
    graph.node.retain(|node| {
        let gone = is_folded(node);
        if gone {
            folded.extend(node.output.iter().cloned());
        }
        !gone
    });
    let used: HashSet<&str> = (graph.node.iter().flat_map(|node| &node.input))
        .chain(graph.output.iter().map(|output| &output.name))
        .map(String::as_str)
        .collect();
    let constants = folded.iter().filter(|name| used.contains(name.as_str()));
    let mut added: Vec<pb::TensorProto> = constants
        .filter_map(|name| Some(shapes.constant(name)?.to_tensor(name)))
        .collect();
    added.sort_by(|a, b| a.name.cmp(&b.name));
    graph.initializer.append(&mut added);
}

/// Removes initialisers that no node reads and that are no output.
pub fn drop_unread_weights(model: &mut Model) {
    let graph = model.graph_mut();
    let read: HashSet<&str> = (graph.node.iter().flat_map(|node| &node.input))
        .chain(graph.output.iter().map(|output| &output.name))
        .map(String::as_str)
        .collect();
    graph
        .initializer
        .retain(|weights| read.contains(weights.name.as_str()));
}
