//! Softmax and its logarithm.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;
use crate::onnx::node;

/// y = softmax x along an axis: x̄ = y · (ȳ − Σ ȳ·y).
pub fn softmax(context: &mut VjpContext) -> Result<(), GradientError> {
    let axes = axes(context)?;
    let weighted = context.builder.mul(context.cotangent, context.output());
    let sum = context.builder.reduce_sum(&weighted, &axes);
    let centred = context.builder.sub(context.cotangent, &sum);
    let cotangent = context.builder.mul(context.output(), &centred);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = ln softmax x along an axis: x̄ = ȳ − eʸ · Σ ȳ.
pub fn log_softmax(context: &mut VjpContext) -> Result<(), GradientError> {
    let axes = axes(context)?;
    let probability = context.builder.unary("Exp", context.output());
    let total = context.builder.reduce_sum(context.cotangent, &axes);
    let weighted = context.builder.mul(&probability, &total);
    let cotangent = context.builder.sub(context.cotangent, &weighted);
    context.accumulate(0, cotangent);
    Ok(())
}

/// The axes along which the values sum to 1. Before operator set 13
/// those from `axis` on count as one.
fn axes(context: &VjpContext) -> Result<Vec<usize>, GradientError> {
    let rank = context.shape(context.output())?.len();
    let is_merged = context.builder.opset() < 13;
    let default = if is_merged { 1 } else { -1 };
    let axis = context.axis(node::int(context.node, "axis").unwrap_or(default), rank)?;
    Ok(if is_merged {
        (axis..rank).collect()
    } else {
        vec![axis]
    })
}
