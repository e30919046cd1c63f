//! Operators that leave every value as it is: only its position changes.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;
use crate::onnx::pb::tensor_proto::DataType;
use crate::onnx::{node, transpose_order};

/// Identity, Dropout (which does nothing outside of training): x̄ = ȳ.
pub fn identity(context: &mut VjpContext) -> Result<(), GradientError> {
    context.accumulate(0, context.cotangent.to_owned());
    Ok(())
}

/// Cast between floats: x̄ is ȳ in the type of x.
pub fn cast(context: &mut VjpContext) -> Result<(), GradientError> {
    // What is not known is float32, which the picture has.
    let to = context.element_type(context.input(0)?);
    let to = to.unwrap_or(DataType::Float as i32);
    let attributes = vec![node::int_attribute("to", i64::from(to))];
    let cotangent = context
        .builder
        .add_node("Cast", &[context.cotangent], attributes);
    context.accumulate(0, cotangent);
    Ok(())
}

/// Flatten, Reshape, Squeeze, Unsqueeze: x̄ is ȳ in the shape of x.
pub fn reshape(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let cotangent = context.builder.reshape(context.cotangent, shape);
    context.accumulate(0, cotangent);
    Ok(())
}

/// Transpose: x̄ is ȳ with the inverse permutation of axes.
pub fn transpose(context: &mut VjpContext) -> Result<(), GradientError> {
    let rank = context.shape(context.input(0)?)?.len();
    let order = transpose_order(context.node, rank)?;
    let mut inverse = vec![0; rank];
    for (position, axis) in order.into_iter().enumerate() {
        inverse[axis] = position;
    }
    let cotangent = context.builder.transpose(context.cotangent, &inverse);
    context.accumulate(0, cotangent);
    Ok(())
}

/// Expand: x̄ is ȳ summed over the axes along which x was broadcast.
pub fn expand(context: &mut VjpContext) -> Result<(), GradientError> {
    let from = context.shape(context.output())?;
    context.accumulate_unbroadcast(0, context.cotangent, from)
}
