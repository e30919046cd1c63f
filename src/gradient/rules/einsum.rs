//! Einsum of one or two operands.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;
use crate::onnx::{Equation, node, pb};

/// y[out] = Σ a·b: ā = Σ ȳ·b over the letters that a lacks, repeated along those
/// that only a has.
pub fn einsum(context: &mut VjpContext) -> Result<(), GradientError> {
    let equation = Equation::of(context.node)?;
    if equation.inputs.len() > 2 {
        return Err(context.unsupported("only products of two tensors are supported"));
    }
    for (position, letters) in equation.inputs.iter().enumerate() {
        let shape = context.shape(context.input(position)?)?;
        if shape.len() != letters.len() {
            return Err(context.unsupported(format!("its equation does not fit {shape:?}")));
        }
    }
    for (position, letters) in equation.inputs.iter().enumerate() {
        if !context.is_active(position) {
            continue;
        }
        let repeats = |letter| letters.iter().filter(|other| *other == letter).count() > 1;
        if letters.iter().any(repeats) {
            return Err(context.unsupported("an axis that is named twice is not supported"));
        }
        let other = equation.inputs.get(1 - position.min(1));
        let other = other.filter(|_| equation.inputs.len() == 2);
        let is_known = |letter: &&char| {
            equation.output.contains(letter) || other.is_some_and(|o| o.contains(letter))
        };
        let found: Vec<char> = letters.iter().filter(is_known).copied().collect();

        let second;
        let mut inputs = vec![context.cotangent];
        let mut text: String = equation.output.iter().collect();
        if let Some(other) = other {
            let (reduced, left) =
                without_lone(context, 1 - position, other, &found, &equation.output)?;
            second = reduced;
            inputs.push(&second);
            text.push(',');
            text.extend(left);
        }
        text.push_str("->");
        text.extend(&found);
        let product = context
            .builder
            .add_node("Einsum", &inputs, vec![equation_attribute(&text)]);

        let shape = context.shape(context.input(position)?)?;
        let cotangent = if found == *letters {
            product
        } else {
            let kept = letters.iter().zip(shape).map(
                |(letter, &size)| {
                    if found.contains(letter) { size } else { 1 }
                },
            );
            let kept: Vec<usize> = kept.collect();
            let apart = context.builder.reshape(&product, &kept);
            context.builder.expand(&apart, shape)
        };
        context.accumulate(position, cotangent);
    }
    Ok(())
}

/// An operand summed over the axes that nobody else names, and its other letters.
fn without_lone(
    context: &mut VjpContext,
    position: usize,
    letters: &[char],
    found: &[char],
    output: &[char],
) -> Result<(String, Vec<char>), GradientError> {
    let operand = context.input(position)?;
    let shape = context.shape(operand)?;
    let is_lone = |axis: &usize| {
        let letter = &letters[*axis];
        !found.contains(letter) && !output.contains(letter)
    };
    let lone: Vec<usize> = (0..letters.len()).filter(is_lone).collect();
    if lone.is_empty() {
        return Ok((operand.to_owned(), letters.to_vec()));
    }
    let kept: Vec<usize> = (0..letters.len())
        .filter(|axis| !lone.contains(axis))
        .collect();
    let summed = context.builder.reduce_sum(operand, &lone);
    let sizes: Vec<usize> = kept.iter().map(|&axis| shape[axis]).collect();
    let summed = context.builder.reshape(&summed, &sizes);
    Ok((summed, kept.iter().map(|&axis| letters[axis]).collect()))
}

fn equation_attribute(text: &str) -> pb::AttributeProto {
    node::text_attribute("equation", text)
}
