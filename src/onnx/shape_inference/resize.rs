//! The output shape of Resize.

use super::output_shapes::{OutputShapes, declared, single};
use crate::onnx::attributes::{self, normal_axes};
use crate::onnx::node;
use crate::onnx::node_context::NodeContext;
use crate::onnx::shapes::Shape;

/// By sizes, else by factors.
pub fn resize(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let is_old = context.opset < 11;
    let factors = context.float_input(if is_old { 1 } else { 2 })?;
    let sizes = if is_old { None } else { context.int_input(3)? };
    let axes = match node::ints(context.node, "axes") {
        Some(axes) => normal_axes(context.node, axes, input.len())?,
        None => (0..input.len()).collect(),
    };
    let mut shape: Shape = input.to_vec();
    let factors = factors.filter(|factors| !factors.is_empty());
    match (sizes, factors) {
        (Some(sizes), _) if sizes.len() == axes.len() => {
            let shared = attributes::shared_scale(context.node, input, &axes, &sizes);
            for (&axis, &size) in axes.iter().zip(&sizes) {
                shape[axis] = match shared {
                    Some(scale) => (scale * input[axis] as f32 + 0.5).floor() as usize,
                    None => usize::try_from(size).unwrap_or(0),
                };
            }
        }
        (_, Some(factors)) if factors.len() == axes.len() => {
            for (&axis, &factor) in axes.iter().zip(&factors) {
                // The specification's own formula, in float32 as the factors are.
                shape[axis] = (input[axis] as f32 * factor).floor() as usize;
            }
        }
        _ => return declared(context),
    }
    single(shape)
}
