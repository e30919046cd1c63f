//! Einsum of one or two operands.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;
use crate::onnx::{Equation, node};

/// y[out] = Σ a·b: ā is the Einsum of ȳ and b with the subscripts exchanged, repeated
/// along the axes that only a has.
pub fn einsum(context: &mut VjpContext) -> Result<(), GradientError> {
    let shapes = (0..context.node.input.len())
        .map(|position| context.shape(context.input(position)?))
        .collect::<Result<Vec<_>, _>>()?;
    let equation = Equation::of(context.node, Some(&shapes))?;
    if equation.inputs.len() > 2 {
        return Err(context.unsupported("only products of two tensors are supported"));
    }
    for (subscripts, shape) in equation.inputs.iter().zip(&shapes) {
        if shape.len() != subscripts.len() {
            return Err(context.unsupported(format!("its equation does not fit {shape:?}")));
        }
    }
    for position in 0..equation.inputs.len() {
        if context.is_active(position) {
            let cotangent = operand_cotangent(context, &equation, position)?;
            context.accumulate(position, cotangent);
        }
    }
    Ok(())
}

/// The cotangent of one operand.
fn operand_cotangent(
    context: &mut VjpContext,
    equation: &Equation,
    position: usize,
) -> Result<String, GradientError> {
    let subscripts = &equation.inputs[position];
    let count = |subscript| {
        subscripts
            .iter()
            .filter(|&other| other == subscript)
            .count()
    };
    if subscripts.iter().any(|subscript| count(subscript) > 1) {
        return Err(context.unsupported("an axis that is named twice is not supported"));
    }
    let other = equation.inputs.get(1 - position.min(1));
    let other = other.filter(|_| equation.inputs.len() == 2);
    let is_shared = |subscript: &&char| {
        equation.output.contains(subscript) || other.is_some_and(|o| o.contains(subscript))
    };
    let shared: Vec<char> = subscripts.iter().filter(is_shared).copied().collect();

    let second;
    let mut inputs = vec![context.cotangent];
    let mut text: String = equation.output.iter().collect();
    if let Some(other) = other {
        let is_needed =
            |subscript: &char| shared.contains(subscript) || equation.output.contains(subscript);
        second = sum_private_axes(context, 1 - position, other, is_needed)?;
        inputs.push(&second.tensor);
        text.push(',');
        text.extend(&second.subscripts);
    }
    text.push_str("->");
    text.extend(&shared);
    let attributes = vec![node::text_attribute("equation", &text)];
    let product = context.builder.add_node("Einsum", &inputs, attributes);
    if shared == *subscripts {
        return Ok(product);
    }

    let shape = context.shape(context.input(position)?)?;
    let with_ones: Vec<usize> = (subscripts.iter().zip(shape))
        .map(
            |(subscript, &size)| {
                if shared.contains(subscript) { size } else { 1 }
            },
        )
        .collect();
    let aligned = context.builder.reshape(&product, &with_ones);
    Ok(context.builder.expand(&aligned, shape))
}

/// A tensor and the subscripts of its axes.
struct Operand {
    tensor: String,
    subscripts: Vec<char>,
}

/// An operand summed over the axes whose subscripts are not needed.
fn sum_private_axes(
    context: &mut VjpContext,
    position: usize,
    subscripts: &[char],
    is_needed: impl Fn(&char) -> bool,
) -> Result<Operand, GradientError> {
    let operand = context.input(position)?;
    let shape = context.shape(operand)?;
    let (kept, private): (Vec<usize>, Vec<usize>) =
        (0..subscripts.len()).partition(|&axis| is_needed(&subscripts[axis]));
    if private.is_empty() {
        return Ok(Operand {
            tensor: operand.to_owned(),
            subscripts: subscripts.to_vec(),
        });
    }
    let summed = context.builder.reduce_sum(operand, &private);
    let sizes: Vec<usize> = kept.iter().map(|&axis| shape[axis]).collect();
    Ok(Operand {
        tensor: context.builder.reshape(&summed, &sizes),
        subscripts: kept.iter().map(|&axis| subscripts[axis]).collect(),
    })
}
