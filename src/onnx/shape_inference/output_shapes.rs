//! What shape functions return.

use crate::onnx::node_context::{NodeContext, OutputShapes};
use crate::onnx::shapes::Shape;

/// The shape of a node's only output.
pub fn single(shape: Shape) -> OutputShapes {
    Ok(Some(vec![shape]))
}

/// What the file declares of the first output.
pub fn declared(context: &NodeContext) -> OutputShapes {
    Ok(context.output_shape().map(|shape| vec![shape.to_vec()]))
}
