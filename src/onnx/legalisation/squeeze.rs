//! Squeeze without axes: with the axes of size 1.

use super::replacement::{Replacement, inner_name};
use crate::onnx::node_context::NodeContext;
use crate::onnx::{node, tensor};

pub fn squeeze(context: &NodeContext) -> Option<Replacement> {
    let shape = context.input_shape(0)?;
    if node::ints(context.node, "axes").is_some() || node::input(context.node, 1).is_some() {
        return None;
    }
    let axes = (0..shape.len()).filter(|&axis| shape[axis] == 1);
    let axes: Vec<i64> = axes.map(|axis| axis as i64).collect();
    let (mut replacement, mut constants) = (context.node.clone(), vec![]);
    if axes.is_empty() {
        replacement.op_type = "Identity".into();
    } else if context.opset < 13 {
        replacement
            .attribute
            .push(node::ints_attribute("axes", &axes));
    } else {
        let name = inner_name(context, "axes");
        constants.push(tensor::from_ints(&name, &[axes.len()], &axes));
        replacement.input.truncate(1);
        replacement.input.push(name);
    }
    Some(Replacement {
        nodes: vec![replacement],
        constants,
    })
}
