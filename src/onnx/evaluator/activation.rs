//! Activations and other element-wise functions of one tensor.

use super::call::{Call, Outputs, one};
use super::value::Value;

/// The outputs of an operator of this family.
pub fn operator(name: &str, call: &Call) -> Outputs {
    let function: Box<dyn Fn(f64) -> f64> = match name {
        "Neg" => return neg(call),
        "Clip" => return clip(call),
        "Sqrt" => Box::new(f64::sqrt),
        "Exp" => Box::new(f64::exp),
        "Log" => Box::new(f64::ln),
        "Abs" => Box::new(f64::abs),
        "Reciprocal" => Box::new(f64::recip),
        "Floor" => Box::new(f64::floor),
        "Ceil" => Box::new(f64::ceil),
        "Sign" => Box::new(|x| if x == 0.0 { 0.0 } else { x.signum() }),
        "Sin" => Box::new(f64::sin),
        "Cos" => Box::new(f64::cos),
        "Tanh" => Box::new(f64::tanh),
        "Erf" => Box::new(erf),
        "Sigmoid" => Box::new(sigmoid),
        "Softplus" => Box::new(softplus),
        "Softsign" => Box::new(|x| x / (1.0 + x.abs())),
        "Relu" => Box::new(|x| x.max(0.0)),
        "Mish" => Box::new(|x| x * softplus(x).tanh()),
        "HardSwish" => Box::new(|x| x * (x / 6.0 + 0.5).clamp(0.0, 1.0)),
        _ => with_attributes(name, call)?,
    };
    one(call.floats(0)?.mapv(function))
}

/// Functions with parameters among the attributes.
fn with_attributes(name: &str, call: &Call) -> Result<Box<dyn Fn(f64) -> f64>, String> {
    let alpha = |default| call.float("alpha", default);
    Ok(match name {
        "LeakyRelu" => {
            let alpha = alpha(0.01);
            Box::new(move |x| if x < 0.0 { alpha * x } else { x })
        }
        "ThresholdedRelu" => {
            let alpha = alpha(1.0);
            Box::new(move |x| if x > alpha { x } else { 0.0 })
        }
        "Elu" => {
            let alpha = alpha(1.0);
            Box::new(move |x| if x < 0.0 { alpha * x.exp_m1() } else { x })
        }
        "Celu" => {
            let alpha = alpha(1.0);
            Box::new(move |x| x.max(0.0) + (alpha * (x / alpha).exp_m1()).min(0.0))
        }
        "Selu" => {
            let alpha = alpha(1.673_263_2);
            let gamma = call.float("gamma", 1.050_701);
            Box::new(move |x| gamma * if x > 0.0 { x } else { alpha * x.exp_m1() })
        }
        "HardSigmoid" => {
            let (alpha, beta) = (alpha(0.2), call.float("beta", 0.5));
            Box::new(move |x| (alpha * x + beta).clamp(0.0, 1.0))
        }
        "Gelu" => match call.text("approximate", "none").as_str() {
            "tanh" => Box::new(|x| {
                let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
                0.5 * x * (1.0 + inner.tanh())
            }),
            _ => Box::new(|x| 0.5 * x * (1.0 + erf(x / 2f64.sqrt()))),
        },
        _ => return Err("the operator is not covered".into()),
    })
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// ln(1 + eˣ), without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// 2/√π ∫₀ˣ e^(−t²) dt by its series of positive terms,
/// 2x/√π · e^(−x²) · Σ (2x²)ⁿ / (1·3·5 … (2n+1)).
fn erf(x: f64) -> f64 {
    if x.abs() > 6.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..200 {
        term *= 2.0 * x * x / f64::from(2 * n + 1);
        sum += term;
    }
    2.0 * x / std::f64::consts::PI.sqrt() * (-x * x).exp() * sum
}

fn neg(call: &Call) -> Outputs {
    Ok(vec![match call.value(0)? {
        Value::Float(array) => Value::Float(array.mapv(|x| -x)),
        Value::Int(array) => Value::Int(array.mapv(|x| -x)),
        Value::Bool(_) => return Err("a truth value has no sign".into()),
    }])
}

/// The bounds are attributes before operator set 11 and inputs since.
fn clip(call: &Call) -> Outputs {
    let bound = |position, name, none: f64| match call.opset {
        ..11 => Ok(call.float(name, none as f32)),
        _ => call
            .optional_floats(position)
            .map(|bound| bound.map_or(none, |bound| bound.sum())),
    };
    let low = bound(1, "min", f64::from(f32::MIN))?;
    let high = bound(2, "max", f64::from(f32::MAX))?;
    one(call.floats(0)?.mapv(|x| x.max(low).min(high)))
}
