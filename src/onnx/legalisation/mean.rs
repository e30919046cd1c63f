//! Mean of tensors with different numbers of axes: Sum, then Mul.

use super::replacement::{Replacement, inner_name};
use crate::onnx::node_context::NodeContext;
use crate::onnx::tensor;

pub fn mean(context: &NodeContext) -> Option<Replacement> {
    let count = context.node.input.len();
    let ranks: Option<Vec<usize>> = (0..count)
        .map(|position| context.input_shape(position).map(<[usize]>::len))
        .collect();
    let ranks = ranks?;
    if ranks.iter().all(|rank| *rank == ranks[0]) {
        return None;
    }
    let (total, part) = (inner_name(context, "total"), inner_name(context, "part"));
    let mut sum = context.node.clone();
    (sum.op_type, sum.name) = ("Sum".into(), total.clone());
    sum.output = vec![total.clone()];
    let mut mean = context.node.clone();
    mean.op_type = "Mul".into();
    mean.input = vec![total, part.clone()];
    Some(Replacement {
        nodes: vec![sum, mean],
        constants: vec![tensor::from_floats(&part, &[], &[1.0 / count as f32])],
    })
}
