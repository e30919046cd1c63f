//! Operators that leave every value as it is: only its place changes.

use super::Step;
use crate::gradient::GradientError;
use crate::onnx::{node, transpose_order};

/// Identity, Dropout (which does nothing outside of training), Cast between
/// floats: x̄ = ȳ.
pub fn identity(step: &mut Step) -> Result<(), GradientError> {
    let to =
        node::int(step.node, "to").unwrap_or(crate::onnx::pb::tensor_proto::DataType::Float as i64);
    if step.node.op_type == "Cast" && to != crate::onnx::pb::tensor_proto::DataType::Float as i64 {
        return Err(
            step.unsupported("only casts to float32 are supported on the way of the gradient")
        );
    }
    let cotangent = step.cotangent.to_owned();
    step.give(0, cotangent);
    Ok(())
}

/// Flatten, Reshape, Squeeze, Unsqueeze: x̄ is ȳ in the shape of x.
pub fn reshape(step: &mut Step) -> Result<(), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    let cotangent = step.builder.reshape(step.cotangent, shape);
    step.give(0, cotangent);
    Ok(())
}

/// Transpose: x̄ is ȳ with the axes put back.
pub fn transpose(step: &mut Step) -> Result<(), GradientError> {
    let rank = step.shape(step.input(0)?)?.len();
    let order = transpose_order(step.node, rank)?;
    let mut back = vec![0; rank];
    for (place, axis) in order.into_iter().enumerate() {
        back[axis] = place;
    }
    let cotangent = step.builder.transpose(step.cotangent, &back);
    step.give(0, cotangent);
    Ok(())
}

/// Expand: x̄ is ȳ summed over the axes along which x was repeated.
pub fn expand(step: &mut Step) -> Result<(), GradientError> {
    let from = step.shape(step.output())?;
    step.give_summed(0, step.cotangent, from)
}
