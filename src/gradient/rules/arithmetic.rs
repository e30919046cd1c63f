//! Sums, products and choices of values, with broadcasting.

use super::Step;
use crate::gradient::GradientError;

/// y = Σ x_i, broadcast: each x̄_i = ȳ, summed over the repeated axes.
pub fn add(step: &mut Step) -> Result<(), GradientError> {
    let from = step.shape(step.output())?;
    for place in 0..step.node.input.len() {
        step.give_summed(place, step.cotangent, from)?;
    }
    Ok(())
}

/// y = a − b: ā = ȳ, b̄ = −ȳ, summed over the repeated axes.
pub fn sub(step: &mut Step) -> Result<(), GradientError> {
    let from = step.shape(step.output())?;
    step.give_summed(0, step.cotangent, from)?;
    if step.is_active(1) {
        let negative = step.builder.unary("Neg", step.cotangent);
        step.give_summed(1, &negative, from)?;
    }
    Ok(())
}

/// y = a · b: ā = ȳ · b, b̄ = ȳ · a, summed over the repeated axes.
pub fn mul(step: &mut Step) -> Result<(), GradientError> {
    let from = step.shape(step.output())?;
    for (place, other) in [(0, 1), (1, 0)] {
        if step.is_active(place) {
            let product = step.builder.mul(step.cotangent, step.input(other)?);
            step.give_summed(place, &product, from)?;
        }
    }
    Ok(())
}

/// y = mean of x_i, broadcast: each x̄_i = ȳ / n, summed over the repeated axes.
pub fn mean(step: &mut Step) -> Result<(), GradientError> {
    let share = 1.0 / step.node.input.len().max(1) as f32;
    let from = step.shape(step.output())?;
    let cotangent = step.builder.scale(step.cotangent, share);
    for place in 0..step.node.input.len() {
        step.give_summed(place, &cotangent, from)?;
    }
    Ok(())
}

/// y = a / b: ā = ȳ / b, b̄ = −ȳ · y / b, summed over the repeated axes.
pub fn div(step: &mut Step) -> Result<(), GradientError> {
    let from = step.shape(step.output())?;
    let quotient = step.builder.div(step.cotangent, step.input(1)?);
    step.give_summed(0, &quotient, from)?;
    if step.is_active(1) {
        let product = step.builder.mul(&quotient, step.output());
        let negative = step.builder.unary("Neg", &product);
        step.give_summed(1, &negative, from)?;
    }
    Ok(())
}

/// y = −x: x̄ = −ȳ.
pub fn neg(step: &mut Step) -> Result<(), GradientError> {
    let cotangent = step.builder.unary("Neg", step.cotangent);
    step.give(0, cotangent);
    Ok(())
}

/// y = |x|: x̄ = ȳ · sign x, 0 at 0.
pub fn abs(step: &mut Step) -> Result<(), GradientError> {
    let sign = step.builder.unary("Sign", step.input(0)?);
    step.give_product(0, &sign);
    Ok(())
}

/// y = 1/x: x̄ = −ȳ · y².
pub fn reciprocal(step: &mut Step) -> Result<(), GradientError> {
    let square = step.builder.mul(step.output(), step.output());
    let slope = step.builder.unary("Neg", &square);
    step.give_product(0, &slope);
    Ok(())
}

/// y = xᵖ, p constant: x̄ = ȳ · p · xᵖ⁻¹.
pub fn pow(step: &mut Step) -> Result<(), GradientError> {
    if step.is_active(1) {
        return Err(step.unsupported("only constant exponents are supported"));
    }
    let (base, exponent) = (step.input(0)?, step.input(1)?);
    let from = step.shape(step.output())?;
    let dims = step.shape(exponent)?;
    let exponents = step
        .constant(1)?
        .ok_or_else(|| step.unsupported("it has no exponent"))?;
    let less: Vec<f32> = exponents.iter().map(|exponent| exponent - 1.0).collect();
    let factor = step.builder.floats(dims, &exponents);
    let less = step.builder.floats(dims, &less);
    let power = step.builder.add("Pow", &[base, &less], vec![]);
    let slope = step.builder.mul(&power, &factor);
    let product = step.builder.mul(step.cotangent, &slope);
    step.give_summed(0, &product, from)
}

/// y = √x: x̄ = ȳ / 2y.
pub fn sqrt(step: &mut Step) -> Result<(), GradientError> {
    let half = step.builder.scale(step.cotangent, 0.5);
    let cotangent = step.builder.div(&half, step.output());
    step.give(0, cotangent);
    Ok(())
}

/// y = eˣ: x̄ = ȳ · y.
pub fn exp(step: &mut Step) -> Result<(), GradientError> {
    let output = step.output();
    step.give_product(0, output);
    Ok(())
}

/// y = ln x: x̄ = ȳ / x.
pub fn log(step: &mut Step) -> Result<(), GradientError> {
    let cotangent = step.builder.div(step.cotangent, step.input(0)?);
    step.give(0, cotangent);
    Ok(())
}

/// y = max or min of x_i, broadcast: ȳ goes to the first x_i that is y.
pub fn extreme(step: &mut Step) -> Result<(), GradientError> {
    let from = step.shape(step.output())?;
    let mut taken: Option<String> = None;
    for place in 0..step.node.input.len() {
        let input = step.input(place)?;
        let hit = equals_output(step, input);
        let first = match &taken {
            None => hit.clone(),
            Some(taken) => {
                let free = step.builder.unary("Not", taken);
                step.builder.compare("And", &hit, &free)
            }
        };
        if step.is_active(place) {
            let routed = step.builder.keep_where(&first, step.cotangent);
            step.give_summed(place, &routed, from)?;
        }
        taken = Some(match taken {
            None => hit,
            Some(taken) => step.builder.compare("Or", &taken, &hit),
        });
    }
    Ok(())
}

/// Where an input is the output. Before operator set 11 Equal takes no floats.
fn equals_output(step: &mut Step, input: &str) -> String {
    let (beyond, output) = match step.node.op_type.as_str() {
        "Max" => ("Less", step.output()),
        _ => ("Greater", step.output()),
    };
    let differs = step.builder.compare(beyond, input, output);
    step.builder.unary("Not", &differs)
}

/// y = a where c, else b: ā = ȳ where c, b̄ = ȳ elsewhere, summed over the
/// repeated axes.
pub fn select(step: &mut Step) -> Result<(), GradientError> {
    let from = step.shape(step.output())?;
    let condition = step.input(0)?;
    if step.is_active(1) {
        let routed = step.builder.keep_where(condition, step.cotangent);
        step.give_summed(1, &routed, from)?;
    }
    if step.is_active(2) {
        let other = step.builder.unary("Not", condition);
        let routed = step.builder.keep_where(&other, step.cotangent);
        step.give_summed(2, &routed, from)?;
    }
    Ok(())
}
