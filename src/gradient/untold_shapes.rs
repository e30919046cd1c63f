//! Which node is at fault where a shape is not known.

use super::error::GradientError;
use crate::onnx::{Index, Shapes, node, pb};

/// Says which node it is from which on shapes are unknown, up to that of `tensor`.
pub fn untold_shape(
    graph: &pb::GraphProto,
    index: &Index,
    shapes: &Shapes,
    tensor: &str,
) -> GradientError {
    let is_unknown = |name: &&String| !name.is_empty() && shapes.get(name).is_none();
    let mut first = None;
    let mut current = tensor;
    while let Some(node) = index.producer(current).and_then(|at| graph.node.get(at)) {
        first = Some(node);
        match node.input.iter().find(is_unknown) {
            Some(input) => current = input,
            None => break,
        }
    }
    match first {
        Some(node) => GradientError::UntoldShape {
            tensor: tensor.into(),
            node: node::name_of(node).into(),
            operator: node.op_type.clone(),
        },
        None => GradientError::UnknownShape {
            tensor: tensor.into(),
        },
    }
}
