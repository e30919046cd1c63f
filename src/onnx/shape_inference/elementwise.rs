//! Output shapes of element-wise operators.

use super::output_shapes::{OutputShapes, single};
use crate::onnx::attributes;
use crate::onnx::node_context::NodeContext;
use crate::onnx::shapes::Shape;

/// One output of the first input's shape.
pub fn same(_: &NodeContext, input: &[usize]) -> OutputShapes {
    single(input.to_vec())
}

/// The output and the mask, both of the input's shape.
pub fn dropout(_: &NodeContext, input: &[usize]) -> OutputShapes {
    Ok(Some(vec![input.to_vec(); 2]))
}

/// All inputs broadcast against each other.
pub fn broadcast(context: &NodeContext, _: &[usize]) -> OutputShapes {
    let mut shape = Shape::new();
    for position in 0..context.node.input.len() {
        let Some(other) = context.input_shape(position) else {
            return Ok(None);
        };
        shape = attributes::broadcast(&shape, other).ok_or_else(|| {
            context.problem(format!("{shape:?} and {other:?} do not go together"))
        })?;
    }
    single(shape)
}
