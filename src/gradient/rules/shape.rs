//! Operators that leave every value as it is: only its place changes.

use super::Step;
use crate::gradient::GradientError;
use crate::onnx::pb::tensor_proto::DataType;
use crate::onnx::{node, transpose_order};

/// Identity, Dropout (which does nothing outside of training): x̄ = ȳ.
pub fn identity(step: &mut Step) -> Result<(), GradientError> {
    step.give(0, step.cotangent.to_owned());
    Ok(())
}

/// Cast between floats: x̄ is ȳ in the type of x.
pub fn cast(step: &mut Step) -> Result<(), GradientError> {
    let to = element_type(step, step.input(0)?);
    let attributes = vec![node::int_attribute("to", to)];
    let cotangent = step.builder.add("Cast", &[step.cotangent], attributes);
    step.give(0, cotangent);
    Ok(())
}

/// The type of a tensor on the way: what the last Cast before it made of it. The
/// picture is float32.
fn element_type(step: &Step, tensor: &str) -> i64 {
    let mut tensor = tensor;
    while let Some(node) = step.producer(tensor) {
        match (node.op_type.as_str(), node::int(node, "to")) {
            ("Cast", Some(to)) => return to,
            _ => match node.input.first() {
                Some(before) => tensor = before,
                None => break,
            },
        }
    }
    DataType::Float as i64
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
