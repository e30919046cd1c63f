//! What shape functions return.

use crate::onnx::error::OnnxError;
use crate::onnx::node_context::NodeContext;
use crate::onnx::shapes::Shape;

/// Shapes of a node's outputs; `None` where they do not follow from the inputs.
pub type OutputShapes = Result<Option<Vec<Shape>>, OnnxError>;

/// The shape of a node's only output.
pub fn single(shape: Shape) -> OutputShapes {
    Ok(Some(vec![shape]))
}

/// What the file declares of the first output.
pub fn declared(context: &NodeContext) -> OutputShapes {
    Ok(context.output_shape().map(|shape| vec![shape.to_vec()]))
}
