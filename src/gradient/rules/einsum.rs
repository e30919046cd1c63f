//! Einsum of one or two operands.

use super::Step;
use crate::gradient::GradientError;
use crate::onnx::{Equation, node, pb};

/// y[out] = Σ a·b: ā = Σ ȳ·b over the letters that a lacks, repeated along those
/// that only a has.
pub fn einsum(step: &mut Step) -> Result<(), GradientError> {
    let equation = Equation::of(step.node)?;
    if equation.inputs.len() > 2 {
        return Err(step.unsupported("only products of two tensors are supported"));
    }
    for (place, letters) in equation.inputs.iter().enumerate() {
        let shape = step.shape(step.input(place)?)?;
        if shape.len() != letters.len() {
            return Err(step.unsupported(format!("its equation does not fit {shape:?}")));
        }
    }
    for (place, letters) in equation.inputs.iter().enumerate() {
        if !step.is_active(place) {
            continue;
        }
        let repeats = |letter| letters.iter().filter(|other| *other == letter).count() > 1;
        if letters.iter().any(|letter| repeats(letter)) {
            return Err(step.unsupported("an axis that is named twice is not supported"));
        }
        let other = equation.inputs.get(1 - place.min(1));
        let other = other.filter(|_| equation.inputs.len() == 2);
        let is_known = |letter: &&char| {
            equation.output.contains(letter) || other.is_some_and(|o| o.contains(letter))
        };
        let found: Vec<char> = letters.iter().filter(is_known).copied().collect();

        let mut inputs = vec![step.cotangent];
        let mut text: String = equation.output.iter().collect();
        if let Some(other) = other {
            inputs.push(step.input(1 - place)?);
            text.push(',');
            text.extend(other);
        }
        text.push_str("->");
        text.extend(&found);
        let product = step
            .builder
            .add("Einsum", &inputs, vec![equation_attribute(&text)]);

        let shape = step.shape(step.input(place)?)?;
        let cotangent = if found == *letters {
            product
        } else {
            let kept = letters.iter().zip(shape).map(
                |(letter, &size)| {
                    if found.contains(letter) { size } else { 1 }
                },
            );
            let kept: Vec<usize> = kept.collect();
            let apart = step.builder.reshape(&product, &kept);
            step.builder.expand(&apart, shape)
        };
        step.give(place, cotangent);
    }
    Ok(())
}

fn equation_attribute(text: &str) -> pb::AttributeProto {
    node::text_attribute("equation", text)
}
