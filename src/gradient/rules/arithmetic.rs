//! Elementwise arithmetic and Where, with broadcasting.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;

/// y = Σ x_i, broadcast: each x̄_i = ȳ, summed over the broadcast axes.
pub fn add(context: &mut VjpContext) -> Result<(), GradientError> {
    let from = context.shape(context.output())?;
    for position in 0..context.node.input.len() {
        context.accumulate_unbroadcast(position, context.cotangent, from)?;
    }
    Ok(())
}

/// y = a − b: ā = ȳ, b̄ = −ȳ, summed over the broadcast axes.
pub fn sub(context: &mut VjpContext) -> Result<(), GradientError> {
    let from = context.shape(context.output())?;
    context.accumulate_unbroadcast(0, context.cotangent, from)?;
    if context.is_active(1) {
        let negative = context.builder.unary("Neg", context.cotangent);
        context.accumulate_unbroadcast(1, &negative, from)?;
    }
    Ok(())
}

/// y = a · b: ā = ȳ · b, b̄ = ȳ · a, summed over the broadcast axes.
pub fn mul(context: &mut VjpContext) -> Result<(), GradientError> {
    let from = context.shape(context.output())?;
    for (position, other) in [(0, 1), (1, 0)] {
        if context.is_active(position) {
            let product = context
                .builder
                .mul(context.cotangent, context.input(other)?);
            context.accumulate_unbroadcast(position, &product, from)?;
        }
    }
    Ok(())
}

/// y = mean of x_i, broadcast: each x̄_i = ȳ / n, summed over the broadcast axes.
pub fn mean(context: &mut VjpContext) -> Result<(), GradientError> {
    let factor = 1.0 / context.node.input.len().max(1) as f32;
    let from = context.shape(context.output())?;
    let cotangent = context.builder.scale(context.cotangent, factor);
    for position in 0..context.node.input.len() {
        context.accumulate_unbroadcast(position, &cotangent, from)?;
    }
    Ok(())
}

/// y = a / b: ā = ȳ / b, b̄ = −ȳ · y / b, summed over the broadcast axes.
pub fn div(context: &mut VjpContext) -> Result<(), GradientError> {
    let from = context.shape(context.output())?;
    let quotient = context.builder.div(context.cotangent, context.input(1)?);
    context.accumulate_unbroadcast(0, &quotient, from)?;
    if context.is_active(1) {
        let product = context.builder.mul(&quotient, context.output());
        let negative = context.builder.unary("Neg", &product);
        context.accumulate_unbroadcast(1, &negative, from)?;
    }
    Ok(())
}

/// y = −x: x̄ = −ȳ.
pub fn neg(context: &mut VjpContext) -> Result<(), GradientError> {
    let cotangent = context.builder.unary("Neg", context.cotangent);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = |x|: x̄ = ȳ · sign x, 0 at 0.
pub fn abs(context: &mut VjpContext) -> Result<(), GradientError> {
    let sign = context.builder.unary("Sign", context.input(0)?);
    context.accumulate_product(0, &sign);
    Ok(())
}

/// y = 1/x: x̄ = −ȳ · y².
pub fn reciprocal(context: &mut VjpContext) -> Result<(), GradientError> {
    let square = context.builder.mul(context.output(), context.output());
    let derivative = context.builder.unary("Neg", &square);
    context.accumulate_product(0, &derivative);
    Ok(())
}

/// y = xᵖ, p constant: x̄ = ȳ · p · xᵖ⁻¹, and 0 where p = 0.
pub fn pow(context: &mut VjpContext) -> Result<(), GradientError> {
    if context.is_active(1) {
        return Err(context.unsupported("only constant exponents are supported"));
    }
    let (base, exponent) = (context.input(0)?, context.input(1)?);
    let from = context.shape(context.output())?;
    let dims = context.shape(exponent)?;
    let exponents = context
        .constant(1)?
        .ok_or_else(|| context.unsupported("it has no exponent"))?;
    // x⁻¹ is infinite at 0, and 0 · ∞ no number; 0 · x⁰ is 0.
    let decrement = |&exponent: &f32| if exponent == 0.0 { 0.0 } else { exponent - 1.0 };
    let decremented: Vec<f32> = exponents.iter().map(decrement).collect();
    let factor = context.builder.floats(dims, &exponents);
    let decremented = context.builder.floats(dims, &decremented);
    let power = context
        .builder
        .add_node("Pow", &[base, &decremented], vec![]);
    let derivative = context.builder.mul(&power, &factor);
    let product = context.builder.mul(context.cotangent, &derivative);
    context.accumulate_unbroadcast(0, &product, from)
}

/// y = √x: x̄ = ȳ / 2y.
pub fn sqrt(context: &mut VjpContext) -> Result<(), GradientError> {
    let half = context.builder.scale(context.cotangent, 0.5);
    let cotangent = context.builder.div(&half, context.output());
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = sin x: x̄ = ȳ · cos x.
pub fn sin(context: &mut VjpContext) -> Result<(), GradientError> {
    let cosine = context.builder.unary("Cos", context.input(0)?);
    context.accumulate_product(0, &cosine);
    Ok(())
}

/// y = cos x: x̄ = −ȳ · sin x.
pub fn cos(context: &mut VjpContext) -> Result<(), GradientError> {
    let sine = context.builder.unary("Sin", context.input(0)?);
    let derivative = context.builder.unary("Neg", &sine);
    context.accumulate_product(0, &derivative);
    Ok(())
}

/// y = eˣ: x̄ = ȳ · y.
pub fn exp(context: &mut VjpContext) -> Result<(), GradientError> {
    let output = context.output();
    context.accumulate_product(0, output);
    Ok(())
}

/// y = ln x: x̄ = ȳ / x.
pub fn log(context: &mut VjpContext) -> Result<(), GradientError> {
    let cotangent = context.builder.div(context.cotangent, context.input(0)?);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = max or min of x_i, broadcast: ȳ goes to the first x_i that equals y.
pub fn extreme(context: &mut VjpContext) -> Result<(), GradientError> {
    let from = context.shape(context.output())?;
    let mut routed_before: Option<String> = None;
    for position in 0..context.node.input.len() {
        let input = context.input(position)?;
        let is_extreme = equals_output(context, input);
        let first = match &routed_before {
            None => is_extreme.clone(),
            Some(routed_before) => {
                let not_before = context.builder.unary("Not", routed_before);
                context.builder.binary("And", &is_extreme, &not_before)
            }
        };
        if context.is_active(position) {
            let routed = context.builder.where_or_zero(&first, context.cotangent);
            context.accumulate_unbroadcast(position, &routed, from)?;
        }
        routed_before = Some(match routed_before {
            None => is_extreme,
            Some(routed_before) => context.builder.binary("Or", &routed_before, &is_extreme),
        });
    }
    Ok(())
}

/// The condition that an input equals the output. Before operator set 11 Equal takes
/// no floats.
fn equals_output(context: &mut VjpContext, input: &str) -> String {
    let (comparison, output) = match context.node.op_type.as_str() {
        "Max" => ("Less", context.output()),
        _ => ("Greater", context.output()),
    };
    let differs = context.builder.binary(comparison, input, output);
    context.builder.unary("Not", &differs)
}

/// y = a where c, else b: ā = ȳ where c, b̄ = ȳ elsewhere, summed over the
/// broadcast axes.
pub fn select(context: &mut VjpContext) -> Result<(), GradientError> {
    let from = context.shape(context.output())?;
    let condition = context.input(0)?;
    if context.is_active(1) {
        let routed = context.builder.where_or_zero(condition, context.cotangent);
        context.accumulate_unbroadcast(1, &routed, from)?;
    }
    if context.is_active(2) {
        let other = context.builder.unary("Not", condition);
        let routed = context.builder.where_or_zero(&other, context.cotangent);
        context.accumulate_unbroadcast(2, &routed, from)?;
    }
    Ok(())
}
