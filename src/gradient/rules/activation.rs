//! Activation functions.
//!
//! Where a function has no derivative, the comment says which one-sided derivative
//! is taken.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;
use crate::onnx::node;

/// y = max(x, 0): x̄ = ȳ where y > 0. At 0 the derivative is 0, as in TensorFlow
/// and PyTorch.
pub fn relu(context: &mut VjpContext) -> Result<(), GradientError> {
    let output = context.output();
    // The output is never negative, so its sign is 1 or 0.
    context.accumulate_rectified(|builder| builder.unary("Sign", output));
    Ok(())
}

/// y = x where x ≥ 0, else α·x: x̄ = ȳ where x > 0, else α·ȳ (at 0 α, as PyTorch
/// and TensorFlow do).
pub fn leaky_relu(context: &mut VjpContext) -> Result<(), GradientError> {
    let alpha = node::float(context.node, "alpha").unwrap_or(0.01);
    let positive = is_positive(context)?;
    let scaled = context.builder.scale(context.cotangent, alpha);
    accumulate_piecewise(context, &positive, &scaled);
    Ok(())
}

/// y = x where x ≥ 0, else s·x, s constant: x̄ = ȳ where x > 0, else s·ȳ.
pub fn prelu(context: &mut VjpContext) -> Result<(), GradientError> {
    if context.is_active(1) {
        return Err(context.unsupported("only constant slopes are supported"));
    }
    let positive = is_positive(context)?;
    let scaled = context.builder.mul(context.cotangent, context.input(1)?);
    accumulate_piecewise(context, &positive, &scaled);
    Ok(())
}

/// y = x where x > α, else 0: x̄ = ȳ where x > α.
pub fn thresholded_relu(context: &mut VjpContext) -> Result<(), GradientError> {
    let alpha = node::float(context.node, "alpha").unwrap_or(1.0);
    let input = context.input(0)?;
    context.accumulate_rectified(|builder| {
        let alpha = builder.scalar(alpha);
        let above = builder.binary("Greater", input, &alpha);
        builder.cast_to_float(&above)
    });
    Ok(())
}

/// y = x within its bounds: x̄ = ȳ there, and at the bounds themselves, as
/// PyTorch's clamp and TensorFlow's clip_by_value do.
///
/// With a lower bound of 0 it is a rectifier (ReLU6): x̄ = ȳ where 0 < x < max,
/// and the policy applies. There 0 < y < max says the same, and the output is what the
/// layers behind it read anyway: the input need not be kept.
pub fn clip(context: &mut VjpContext) -> Result<(), GradientError> {
    let (low, high) = (bound(context, "min", 1)?, bound(context, "max", 2)?);
    if low == Some(0.0) && high.is_none_or(|high| high > 0.0) {
        let output = context.output();
        // The output is never beyond a bound: the sign of its distance is 1 or 0.
        context.accumulate_rectified(|builder| {
            let above = builder.unary("Sign", output);
            let Some(high) = high else { return above };
            let high = builder.scalar(high);
            let distance = builder.sub(&high, output);
            let below = builder.unary("Sign", &distance);
            builder.mul(&above, &below)
        });
        return Ok(());
    }
    let input = context.input(0)?;
    let mut inside: Option<String> = None;
    for (bound, beyond) in [(low, "Less"), (high, "Greater")] {
        let Some(bound) = bound else { continue };
        let bound = context.builder.scalar(bound);
        let outside = context.builder.binary(beyond, input, &bound);
        let within = context.builder.unary("Not", &outside);
        inside = Some(match inside {
            Some(other) => context.builder.binary("And", &other, &within),
            None => within,
        });
    }
    match inside {
        Some(inside) => context.accumulate_where(0, &inside),
        None => context.accumulate(0, context.cotangent.to_owned()),
    }
    Ok(())
}

/// A bound of Clip: an attribute before operator set 11, then an input; `None`
/// where there is none, or one that no float32 exceeds.
fn bound(
    context: &VjpContext,
    attribute: &str,
    position: usize,
) -> Result<Option<f32>, GradientError> {
    let given = match node::float(context.node, attribute) {
        Some(value) => Some(value),
        None => context
            .constant(position)?
            .and_then(|values| values.first().copied()),
    };
    Ok(given.filter(|bound| bound.abs() < f32::MAX))
}

/// y = x where x > 0, else α(eˣ − 1): x̄ = ȳ where x > 0, else ȳ·(y + α).
pub fn elu(context: &mut VjpContext) -> Result<(), GradientError> {
    let alpha = node::float(context.node, "alpha").unwrap_or(1.0);
    let alpha = context.builder.scalar(alpha);
    let derivative = context.builder.add(context.output(), &alpha);
    let curved = context.builder.mul(context.cotangent, &derivative);
    let positive = is_positive(context)?;
    accumulate_piecewise(context, &positive, &curved);
    Ok(())
}

/// y = γ·x where x > 0, else γα(eˣ − 1): x̄ = γȳ where x > 0, else ȳ·(y + γα).
pub fn selu(context: &mut VjpContext) -> Result<(), GradientError> {
    let alpha = node::float(context.node, "alpha").unwrap_or(1.673_263_2);
    let gamma = node::float(context.node, "gamma").unwrap_or(1.050_701);
    let shift = context.builder.scalar(gamma * alpha);
    let derivative = context.builder.add(context.output(), &shift);
    let curved = context.builder.mul(context.cotangent, &derivative);
    let straight = context.builder.scale(context.cotangent, gamma);
    let positive = is_positive(context)?;
    let cotangent = context
        .builder
        .add_node("Where", &[&positive, &straight, &curved], vec![]);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = x where x > 0, else α(e^(x/α) − 1): x̄ = ȳ where x > 0, else ȳ·(y/α + 1).
pub fn celu(context: &mut VjpContext) -> Result<(), GradientError> {
    let alpha = node::float(context.node, "alpha").unwrap_or(1.0);
    let quotient = context.builder.scale(context.output(), 1.0 / alpha);
    let one = context.builder.scalar(1.0);
    let derivative = context.builder.add(&quotient, &one);
    let curved = context.builder.mul(context.cotangent, &derivative);
    let positive = is_positive(context)?;
    accumulate_piecewise(context, &positive, &curved);
    Ok(())
}

/// y = 1/(1+e^−x): x̄ = ȳ · y · (1 − y).
pub fn sigmoid(context: &mut VjpContext) -> Result<(), GradientError> {
    let one = context.builder.scalar(1.0);
    let complement = context.builder.sub(&one, context.output());
    let derivative = context.builder.mul(context.output(), &complement);
    context.accumulate_product(0, &derivative);
    Ok(())
}

/// y = α·x + β within 0…1: x̄ = α·ȳ where 0 < y < 1.
pub fn hard_sigmoid(context: &mut VjpContext) -> Result<(), GradientError> {
    let alpha = node::float(context.node, "alpha").unwrap_or(0.2);
    let (zero, one) = (context.builder.scalar(0.0), context.builder.scalar(1.0));
    let above = context.builder.binary("Greater", context.output(), &zero);
    let below = context.builder.binary("Less", context.output(), &one);
    let inside = context.builder.binary("And", &above, &below);
    let sloped = context.builder.scale(context.cotangent, alpha);
    let cotangent = context.builder.where_or_zero(&inside, &sloped);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = x · (x/6 + 1/2 within 0…1): x̄ = 0 where x ≤ −3, ȳ where x ≥ 3, else
/// ȳ·(x/3 + 1/2).
pub fn hard_swish(context: &mut VjpContext) -> Result<(), GradientError> {
    let input = context.input(0)?;
    let (low, high) = (context.builder.scalar(-3.0), context.builder.scalar(3.0));
    let (third, half) = (
        context.builder.scalar(1.0 / 3.0),
        context.builder.scalar(0.5),
    );
    let sloped = context.builder.mul(input, &third);
    let derivative = context.builder.add(&sloped, &half);
    let inner = context.builder.mul(context.cotangent, &derivative);
    let below = context.builder.binary("Less", input, &high);
    let upper = context
        .builder
        .add_node("Where", &[&below, &inner, context.cotangent], vec![]);
    let above = context.builder.binary("Greater", input, &low);
    let cotangent = context.builder.where_or_zero(&above, &upper);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = x · t with t = tanh(ln(1+eˣ)): x̄ = ȳ·(t + x·(1 − t²)·σ(x)).
pub fn mish(context: &mut VjpContext) -> Result<(), GradientError> {
    let input = context.input(0)?;
    let soft = context.builder.unary("Softplus", input);
    let t = context.builder.unary("Tanh", &soft);
    let square = context.builder.mul(&t, &t);
    let one = context.builder.scalar(1.0);
    let complement = context.builder.sub(&one, &square);
    let sigmoid = context.builder.unary("Sigmoid", input);
    let inner = context.builder.mul(&complement, &sigmoid);
    let product = context.builder.mul(input, &inner);
    let derivative = context.builder.add(&t, &product);
    context.accumulate_product(0, &derivative);
    Ok(())
}

/// y = ln(1+eˣ): x̄ = ȳ·σ(x).
pub fn softplus(context: &mut VjpContext) -> Result<(), GradientError> {
    let derivative = context.builder.unary("Sigmoid", context.input(0)?);
    context.accumulate_product(0, &derivative);
    Ok(())
}

/// y = x/(1+|x|): x̄ = ȳ/(1+|x|)².
pub fn softsign(context: &mut VjpContext) -> Result<(), GradientError> {
    let size = context.builder.unary("Abs", context.input(0)?);
    let one = context.builder.scalar(1.0);
    let below = context.builder.add(&size, &one);
    let square = context.builder.mul(&below, &below);
    let cotangent = context.builder.div(context.cotangent, &square);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = tanh x: x̄ = ȳ · (1 − y²).
pub fn tanh(context: &mut VjpContext) -> Result<(), GradientError> {
    let one = context.builder.scalar(1.0);
    let square = context.builder.mul(context.output(), context.output());
    let derivative = context.builder.sub(&one, &square);
    context.accumulate_product(0, &derivative);
    Ok(())
}

/// y = erf x: x̄ = ȳ · 2/√π · e^(−x²).
pub fn erf(context: &mut VjpContext) -> Result<(), GradientError> {
    let gaussian = gaussian(context, 1.0)?;
    let derivative = context
        .builder
        .scale(&gaussian, std::f32::consts::FRAC_2_SQRT_PI);
    context.accumulate_product(0, &derivative);
    Ok(())
}

/// e^(−factor·x²), the Gaussian function.
fn gaussian(context: &mut VjpContext, factor: f32) -> Result<String, GradientError> {
    let input = context.input(0)?;
    let square = context.builder.mul(input, input);
    let exponent = context.builder.scale(&square, -factor);
    Ok(context.builder.unary("Exp", &exponent))
}

/// y = x·Φ(x), Φ the normal distribution: x̄ = ȳ·(Φ(x) + x·φ(x)). With
/// `approximate` = tanh, Φ is (1 + tanh(√(2/π)·(x + 0.044715·x³)))/2 and φ its
/// derivative (Hendrycks and Gimpel 2016).
pub fn gelu(context: &mut VjpContext) -> Result<(), GradientError> {
    let input = context.input(0)?;
    let (one, half) = (context.builder.scalar(1.0), context.builder.scalar(0.5));
    let normal = match node::text(context.node, "approximate").as_deref() {
        Some("tanh") => tanh_approximation(context, input, &one),
        _ => {
            let scaled = context
                .builder
                .scale(input, std::f32::consts::FRAC_1_SQRT_2);
            let error = context.builder.unary("Erf", &scaled);
            let gaussian = gaussian(context, 0.5)?;
            // 2φ(x) = 2e^(−x²/2)/√2π
            let factor = std::f32::consts::FRAC_2_SQRT_PI * std::f32::consts::FRAC_1_SQRT_2;
            DoubledNormal {
                cumulative: error,
                density: context.builder.scale(&gaussian, factor),
            }
        }
    };
    let cumulative = context.builder.add(&normal.cumulative, &one);
    let product = context.builder.mul(input, &normal.density);
    let sum = context.builder.add(&cumulative, &product);
    let derivative = context.builder.mul(&sum, &half);
    context.accumulate_product(0, &derivative);
    Ok(())
}

/// The normal distribution, doubled so that one product halves both terms of Gelu's
/// derivative.
struct DoubledNormal {
    /// 2Φ(x) − 1
    cumulative: String,
    /// 2φ(x)
    density: String,
}

/// 2Φ(x) − 1 ≈ t = tanh(√(2/π)·(x + 0.044715·x³)), and 2φ(x) ≈ its derivative.
fn tanh_approximation(context: &mut VjpContext, input: &str, one: &str) -> DoubledNormal {
    let root = (2.0 / std::f32::consts::PI).sqrt();
    let builder = &mut *context.builder;
    let square = builder.mul(input, input);
    let (outer, inner) = (builder.scalar(root), builder.scalar(0.044_715 * root));
    let curved = builder.mul(&square, &inner);
    let factor = builder.add(&curved, &outer);
    let argument = builder.mul(input, &factor);
    let t = builder.unary("Tanh", &argument);
    let t_square = builder.mul(&t, &t);
    let complement = builder.sub(one, &t_square);
    let slope = builder.scale(&square, 3.0 * 0.044_715 * root);
    let slope = builder.add(&slope, &outer);
    DoubledNormal {
        density: builder.mul(&complement, &slope),
        cumulative: t,
    }
}

fn is_positive(context: &mut VjpContext) -> Result<String, GradientError> {
    let zero = context.builder.scalar(0.0);
    let input = context.input(0)?;
    Ok(context.builder.binary("Greater", input, &zero))
}

/// Accumulates the cotangent where `positive` holds, else `other`.
fn accumulate_piecewise(context: &mut VjpContext, positive: &str, other: &str) {
    let inputs = [positive, context.cotangent, other];
    let cotangent = context.builder.add_node("Where", &inputs, vec![]);
    context.accumulate(0, cotangent);
}
