//! Softmax and its logarithm.

use super::Step;
use crate::gradient::GradientError;
use crate::onnx::node;

/// y = softmax x along an axis: x̄ = y · (ȳ − Σ ȳ·y).
pub fn softmax(step: &mut Step) -> Result<(), GradientError> {
    let axes = axes(step)?;
    let weighted = step.builder.mul(step.cotangent, step.output());
    let mean = step.builder.reduce_sum(&weighted, &axes);
    let rest = step.builder.sub(step.cotangent, &mean);
    let cotangent = step.builder.mul(step.output(), &rest);
    step.give(0, cotangent);
    Ok(())
}

/// y = ln softmax x along an axis: x̄ = ȳ − eʸ · Σ ȳ.
pub fn log_softmax(step: &mut Step) -> Result<(), GradientError> {
    let axes = axes(step)?;
    let probability = step.builder.unary("Exp", step.output());
    let total = step.builder.reduce_sum(step.cotangent, &axes);
    let share = step.builder.mul(&probability, &total);
    let cotangent = step.builder.sub(step.cotangent, &share);
    step.give(0, cotangent);
    Ok(())
}

/// The axes that sum to 1. Before operator set 13 those from `axis` on count as one.
fn axes(step: &Step) -> Result<Vec<usize>, GradientError> {
    let rank = step.shape(step.output())?.len();
    let joined = step.builder.opset() < 13;
    let default = if joined { 1 } else { -1 };
    let axis = step.axis(node::int(step.node, "axis").unwrap_or(default), rank)?;
    Ok(if joined {
        (axis..rank).collect()
    } else {
        vec![axis]
    })
}
