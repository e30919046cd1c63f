//! Functions of one value.
//!
//! Where a function has a corner, the comment says which side counts.

use super::Step;
use crate::gradient::GradientError;
use crate::onnx::node;

/// y = max(x, 0): x̄ = ȳ where y > 0. At 0 the gradient is 0, as in TensorFlow
/// and PyTorch.
pub fn relu(step: &mut Step) -> Result<(), GradientError> {
    let output = step.output();
    // The output is never negative, so its sign is 1 or 0.
    step.rectify(|builder| builder.unary("Sign", output));
    Ok(())
}

/// y = x where x ≥ 0, else α·x: x̄ = ȳ where x > 0, else α·ȳ (at 0 α, as PyTorch
/// and TensorFlow do).
pub fn leaky_relu(step: &mut Step) -> Result<(), GradientError> {
    let alpha = node::float(step.node, "alpha").unwrap_or(0.01);
    let positive = is_positive(step)?;
    let slanted = step.builder.scale(step.cotangent, alpha);
    choose(step, &positive, &slanted);
    Ok(())
}

/// y = x where x ≥ 0, else s·x, s constant: x̄ = ȳ where x > 0, else s·ȳ.
pub fn prelu(step: &mut Step) -> Result<(), GradientError> {
    if step.is_active(1) {
        return Err(step.unsupported("only constant slopes are supported"));
    }
    let positive = is_positive(step)?;
    let slanted = step.builder.mul(step.cotangent, step.input(1)?);
    choose(step, &positive, &slanted);
    Ok(())
}

/// y = x where x > α, else 0: x̄ = ȳ where x > α.
pub fn thresholded_relu(step: &mut Step) -> Result<(), GradientError> {
    let alpha = node::float(step.node, "alpha").unwrap_or(1.0);
    let input = step.input(0)?;
    step.rectify(|builder| {
        let alpha = builder.number(alpha);
        let above = builder.compare("Greater", input, &alpha);
        builder.as_number(&above)
    });
    Ok(())
}

/// y = x within its bounds: x̄ = ȳ there, and at the bounds themselves, as
/// PyTorch's clamp and TensorFlow's clip_by_value do.
///
/// With a lower bound of 0 it is a rectifier (ReLU6): x̄ = ȳ where 0 < x < max,
/// and the policy counts.
pub fn clip(step: &mut Step) -> Result<(), GradientError> {
    let input = step.input(0)?;
    let (low, high) = (bound(step, "min", 1)?, bound(step, "max", 2)?);
    if low == Some(0.0) && high.is_none_or(|high| high > 0.0) {
        step.rectify(|builder| {
            let zero = builder.number(0.0);
            let above = builder.compare("Greater", input, &zero);
            let inside = match high {
                Some(high) => {
                    let high = builder.number(high);
                    let below = builder.compare("Less", input, &high);
                    builder.compare("And", &above, &below)
                }
                None => above,
            };
            builder.as_number(&inside)
        });
        return Ok(());
    }
    let mut inside: Option<String> = None;
    for (bound, beyond) in [(low, "Less"), (high, "Greater")] {
        let Some(bound) = bound else { continue };
        let bound = step.builder.number(bound);
        let outside = step.builder.compare(beyond, input, &bound);
        let within = step.builder.unary("Not", &outside);
        inside = Some(match inside {
            Some(other) => step.builder.compare("And", &other, &within),
            None => within,
        });
    }
    match inside {
        Some(inside) => step.give_where(0, &inside),
        None => step.give(0, step.cotangent.to_owned()),
    }
    Ok(())
}

/// A bound of Clip: an attribute before operator set 11, then an input; `None`
/// where there is none, or one that no float32 exceeds.
fn bound(step: &Step, attribute: &str, place: usize) -> Result<Option<f32>, GradientError> {
    let given = match node::float(step.node, attribute) {
        Some(value) => Some(value),
        None => step
            .constant(place)?
            .and_then(|values| values.first().copied()),
    };
    Ok(given.filter(|bound| bound.abs() < f32::MAX))
}

/// y = x where x > 0, else α(eˣ − 1): x̄ = ȳ where x > 0, else ȳ·(y + α).
pub fn elu(step: &mut Step) -> Result<(), GradientError> {
    let alpha = node::float(step.node, "alpha").unwrap_or(1.0);
    let alpha = step.builder.number(alpha);
    let slope = step.builder.plus(step.output(), &alpha);
    let bent = step.builder.mul(step.cotangent, &slope);
    let positive = is_positive(step)?;
    choose(step, &positive, &bent);
    Ok(())
}

/// y = γ·x where x > 0, else γα(eˣ − 1): x̄ = γȳ where x > 0, else ȳ·(y + γα).
pub fn selu(step: &mut Step) -> Result<(), GradientError> {
    let alpha = node::float(step.node, "alpha").unwrap_or(1.673_263_2);
    let gamma = node::float(step.node, "gamma").unwrap_or(1.050_701);
    let shift = step.builder.number(gamma * alpha);
    let slope = step.builder.plus(step.output(), &shift);
    let bent = step.builder.mul(step.cotangent, &slope);
    let straight = step.builder.scale(step.cotangent, gamma);
    let positive = is_positive(step)?;
    let cotangent = step
        .builder
        .add("Where", &[&positive, &straight, &bent], vec![]);
    step.give(0, cotangent);
    Ok(())
}

/// y = x where x > 0, else α(e^(x/α) − 1): x̄ = ȳ where x > 0, else ȳ·(y/α + 1).
pub fn celu(step: &mut Step) -> Result<(), GradientError> {
    let alpha = node::float(step.node, "alpha").unwrap_or(1.0);
    let share = step.builder.scale(step.output(), 1.0 / alpha);
    let one = step.builder.number(1.0);
    let slope = step.builder.plus(&share, &one);
    let bent = step.builder.mul(step.cotangent, &slope);
    let positive = is_positive(step)?;
    choose(step, &positive, &bent);
    Ok(())
}

/// y = 1/(1+e^−x): x̄ = ȳ · y · (1 − y).
pub fn sigmoid(step: &mut Step) -> Result<(), GradientError> {
    let one = step.builder.number(1.0);
    let rest = step.builder.sub(&one, step.output());
    let slope = step.builder.mul(step.output(), &rest);
    step.give_product(0, &slope);
    Ok(())
}

/// y = α·x + β within 0…1: x̄ = α·ȳ where 0 < y < 1.
pub fn hard_sigmoid(step: &mut Step) -> Result<(), GradientError> {
    let alpha = node::float(step.node, "alpha").unwrap_or(0.2);
    let (zero, one) = (step.builder.number(0.0), step.builder.number(1.0));
    let above = step.builder.compare("Greater", step.output(), &zero);
    let below = step.builder.compare("Less", step.output(), &one);
    let inside = step.builder.compare("And", &above, &below);
    let sloped = step.builder.scale(step.cotangent, alpha);
    let cotangent = step.builder.keep_where(&inside, &sloped);
    step.give(0, cotangent);
    Ok(())
}

/// y = x · (x/6 + 1/2 within 0…1): x̄ = 0 where x ≤ −3, ȳ where x ≥ 3, else
/// ȳ·(x/3 + 1/2).
pub fn hard_swish(step: &mut Step) -> Result<(), GradientError> {
    let input = step.input(0)?;
    let (low, high) = (step.builder.number(-3.0), step.builder.number(3.0));
    let (third, half) = (step.builder.number(1.0 / 3.0), step.builder.number(0.5));
    let sloped = step.builder.mul(input, &third);
    let slope = step.builder.plus(&sloped, &half);
    let inner = step.builder.mul(step.cotangent, &slope);
    let below = step.builder.compare("Less", input, &high);
    let upper = step
        .builder
        .add("Where", &[&below, &inner, step.cotangent], vec![]);
    let above = step.builder.compare("Greater", input, &low);
    let cotangent = step.builder.keep_where(&above, &upper);
    step.give(0, cotangent);
    Ok(())
}

/// y = x · t with t = tanh(ln(1+eˣ)): x̄ = ȳ·(t + x·(1 − t²)·σ(x)).
pub fn mish(step: &mut Step) -> Result<(), GradientError> {
    let input = step.input(0)?;
    let soft = step.builder.unary("Softplus", input);
    let t = step.builder.unary("Tanh", &soft);
    let square = step.builder.mul(&t, &t);
    let one = step.builder.number(1.0);
    let rest = step.builder.sub(&one, &square);
    let sigmoid = step.builder.unary("Sigmoid", input);
    let inner = step.builder.mul(&rest, &sigmoid);
    let moved = step.builder.mul(input, &inner);
    let slope = step.builder.plus(&t, &moved);
    step.give_product(0, &slope);
    Ok(())
}

/// y = ln(1+eˣ): x̄ = ȳ·σ(x).
pub fn softplus(step: &mut Step) -> Result<(), GradientError> {
    let slope = step.builder.unary("Sigmoid", step.input(0)?);
    step.give_product(0, &slope);
    Ok(())
}

/// y = x/(1+|x|): x̄ = ȳ/(1+|x|)².
pub fn softsign(step: &mut Step) -> Result<(), GradientError> {
    let size = step.builder.unary("Abs", step.input(0)?);
    let one = step.builder.number(1.0);
    let below = step.builder.plus(&size, &one);
    let square = step.builder.mul(&below, &below);
    let cotangent = step.builder.div(step.cotangent, &square);
    step.give(0, cotangent);
    Ok(())
}

/// y = tanh x: x̄ = ȳ · (1 − y²).
pub fn tanh(step: &mut Step) -> Result<(), GradientError> {
    let one = step.builder.number(1.0);
    let square = step.builder.mul(step.output(), step.output());
    let slope = step.builder.sub(&one, &square);
    step.give_product(0, &slope);
    Ok(())
}

/// y = erf x: x̄ = ȳ · 2/√π · e^(−x²).
pub fn erf(step: &mut Step) -> Result<(), GradientError> {
    let bell = bell(step, 1.0)?;
    let slope = step.builder.scale(&bell, std::f32::consts::FRAC_2_SQRT_PI);
    step.give_product(0, &slope);
    Ok(())
}

/// e^(−factor·x²)
fn bell(step: &mut Step, factor: f32) -> Result<String, GradientError> {
    let input = step.input(0)?;
    let square = step.builder.mul(input, input);
    let exponent = step.builder.scale(&square, -factor);
    Ok(step.builder.unary("Exp", &exponent))
}

/// y = x·Φ(x), Φ the normal distribution: x̄ = ȳ·(Φ(x) + x·φ(x)). With
/// `approximate` = tanh, Φ is (1 + tanh(√(2/π)·(x + 0.044715·x³)))/2 and φ its slope.
pub fn gelu(step: &mut Step) -> Result<(), GradientError> {
    let input = step.input(0)?;
    let (one, half) = (step.builder.number(1.0), step.builder.number(0.5));
    let (phi, density) = match node::text(step.node, "approximate").as_deref() {
        Some("tanh") => tanh_distribution(step, input, &one),
        _ => {
            let scaled = step.builder.scale(input, std::f32::consts::FRAC_1_SQRT_2);
            let error = step.builder.unary("Erf", &scaled);
            let bell = bell(step, 0.5)?;
            // φ(x) = e^(−x²/2)/√2π; twice that, since half of both is taken below.
            let factor = std::f32::consts::FRAC_2_SQRT_PI * std::f32::consts::FRAC_1_SQRT_2;
            (error, step.builder.scale(&bell, factor))
        }
    };
    let whole = step.builder.plus(&phi, &one);
    let moved = step.builder.mul(input, &density);
    let both = step.builder.plus(&whole, &moved);
    let slope = step.builder.mul(&both, &half);
    step.give_product(0, &slope);
    Ok(())
}

/// t = tanh(√(2/π)·(x + 0.044715·x³)) and its derivative.
fn tanh_distribution(step: &mut Step, input: &str, one: &str) -> (String, String) {
    let root = (2.0 / std::f32::consts::PI).sqrt();
    let builder = &mut *step.builder;
    let square = builder.mul(input, input);
    let (outer, inner) = (builder.number(root), builder.number(0.044_715 * root));
    let curved = builder.mul(&square, &inner);
    let factor = builder.plus(&curved, &outer);
    let argument = builder.mul(input, &factor);
    let t = builder.unary("Tanh", &argument);
    let t_square = builder.mul(&t, &t);
    let rest = builder.sub(one, &t_square);
    let steep = builder.scale(&square, 3.0 * 0.044_715 * root);
    let steep = builder.plus(&steep, &outer);
    let slope = builder.mul(&rest, &steep);
    (t, slope)
}

fn is_positive(step: &mut Step) -> Result<String, GradientError> {
    let zero = step.builder.number(0.0);
    let input = step.input(0)?;
    Ok(step.builder.compare("Greater", input, &zero))
}

/// Hands over the cotangent where `positive` holds, else `other`.
fn choose(step: &mut Step, positive: &str, other: &str) {
    let inputs = [positive, step.cotangent, other];
    let cotangent = step.builder.add("Where", &inputs, vec![]);
    step.give(0, cotangent);
}
