//! Values that follow from the shapes alone.
//!
//! Exporters write a reshape's target as a small program: Shape, Gather, Mul,
//! Concat. Once the input's size is settled, all of it is constant. So are
//! weights that the file stores in another form: transposed, reshaped, or
//! quantised. [`evaluate`] computes such nodes while shapes are inferred, and
//! [`fold_constants`] puts the results in their place.

mod arithmetic;
mod arrange;
mod value;

use std::collections::{HashMap, HashSet};

pub use value::Value;

use super::shapes::Shapes;
use super::{Index, Model, OnnxError, node, pb};

/// Computed constants by tensor name.
pub type Constants = HashMap<String, Value>;

/// Values of one constant. What is larger stays for run time.
const MOST_VALUES: usize = 1 << 25;

/// What all constants of a model together may cost; afterwards, nodes stay for
/// run time. A small file can otherwise ask for any amount of either, by
/// doubling a tensor again and again.
pub struct Budget {
    /// Values kept.
    memory: usize,
    /// Values read and written on the way.
    work: usize,
}

impl Default for Budget {
    /// 64 Mi values kept (a quantised ResNet-152 has 60), 512 Mi touched.
    fn default() -> Self {
        Budget {
            memory: 1 << 26,
            work: 1 << 29,
        }
    }
}

impl Budget {
    /// Takes the work from what is left, if it suffices.
    fn work(&mut self, values: usize) -> bool {
        let left = self.work.checked_sub(values);
        self.work = left.unwrap_or(0);
        left.is_some()
    }

    fn keep(&mut self, values: usize) -> bool {
        let left = self.memory.checked_sub(values);
        self.memory = left.unwrap_or(self.memory);
        left.is_some()
    }
}

/// The values of a node's only output, if all that it reads is constant and its
/// operator is one that shape computations or stored weights use.
///
/// # Errors
/// [`OnnxError::Node`] where an attribute contradicts an input.
pub fn evaluate(
    node: &pb::NodeProto,
    index: &Index,
    shapes: &Shapes,
    budget: &mut Budget,
) -> Result<Option<Value>, OnnxError> {
    if node.output.len() != 1 {
        return Ok(None);
    }
    if let "Shape" | "Size" = node.op_type.as_str() {
        let shape = node::input(node, 0).and_then(|name| shapes.get(name));
        return Ok(shape.and_then(|shape| arrange::of_shape(node, shape)));
    }
    if !arithmetic::knows(&node.op_type) && !arrange::knows(&node.op_type) {
        return Ok(None);
    }
    let mut inputs = Vec::new();
    let mut read: usize = 0;
    for name in &node.input {
        let values = shapes.get(name).map_or(1, |shape| shape.iter().product());
        read = read.saturating_add(values);
        if read > 2 * MOST_VALUES || !budget.work(values) {
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
    let found = match arithmetic::knows(&node.op_type) {
        true => arithmetic::evaluate(node, &inputs),
        false => arrange::evaluate(node, &inputs)?,
    };
    let is_kept = |value: &Value| {
        let values = value.count();
        values <= MOST_VALUES && budget.work(values) && budget.keep(values)
    };
    Ok(found.filter(is_kept))
}

/// The values of a tensor that is an initialiser or was computed before.
fn constant(name: &str, index: &Index, shapes: &Shapes) -> Result<Option<Value>, OnnxError> {
    if let Some(value) = shapes.constant(name) {
        return Ok(Some(value.clone()));
    }
    index.initialiser(name).map(Value::of).transpose()
}

/// Puts the constants that shape inference computed in the place of the nodes
/// that would compute them at every run.
pub fn fold_constants(model: &mut Model, shapes: &Shapes) {
    let graph = model.graph_mut();
    let is_folded = |node: &pb::NodeProto| {
        let known = |output: &String| shapes.constant(output).is_some();
        !node.output.is_empty() && node.output.iter().all(known)
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
    graph
        .initializer
        .retain(|weights| used.contains(weights.name.as_str()));
    graph.initializer.append(&mut added);
}

#[cfg(test)]
mod tests;
