//! Batch, instance, layer, group and local response normalisation.

use ndarray::ArrayD;

use super::arithmetic::broadcast;
use super::call::{Call, Outputs, one};
use super::reduction::{along, mean, reshaped, variance};
use super::value::{Value, tabulate};

/// (x − mean) / √(var + ε) · scale + B, with stored mean and variance.
pub fn batch(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let epsilon = call.float("epsilon", 1e-5);
    let channel =
        |index| -> Result<ArrayD<f64>, String> { Ok(per_channel(call.floats(index)?, x)) };
    let (scale, bias, mean, variance) = (channel(1)?, channel(2)?, channel(3)?, channel(4)?);
    one((x - &mean) / variance.mapv(|var| (var + epsilon).sqrt()) * scale + bias)
}

/// A list with one value for each channel, repeated over the shape of `x`.
fn per_channel(list: &ArrayD<f64>, x: &ArrayD<f64>) -> ArrayD<f64> {
    tabulate(x.shape(), |index| list[[index[1]].as_slice()])
}

/// Statistics of each channel of each image.
pub fn instance(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let axes: Vec<usize> = (2..x.ndim()).collect();
    let normal = standardised(x, &axes, call.float("epsilon", 1e-5)).values;
    let (scale, bias) = (call.floats(1)?, call.floats(2)?);
    one(normal * per_channel(scale, x) + per_channel(bias, x))
}

/// Statistics over all axes from `axis` on; further outputs are the mean and
/// 1/√(var + ε).
pub fn layer(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let axes: Vec<usize> = (call.axis(-1, x.ndim())..x.ndim()).collect();
    let normal = standardised(x, &axes, call.float("epsilon", 1e-5));
    let mut y = normal.values * broadcast(call.floats(1)?, x.shape());
    if let Some(bias) = call.optional_floats(2)? {
        y += &broadcast(bias, x.shape());
    }
    Ok([y, normal.mean, normal.inverse_std]
        .map(Value::Float)
        .into())
}

/// Statistics of each group of channels; scale and bias are given for each group before
/// operator set 21 and for each channel since.
pub fn group(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let groups = call.int("num_groups", 1) as usize;
    let (images, channels) = (x.shape()[0], x.shape()[1]);
    let grouped = reshaped(x, &[images, groups, x.len() / images / groups]);
    let normal = standardised(&grouped, &[2], call.float("epsilon", 1e-5)).values;
    let normal = reshaped(&normal, x.shape());
    let (scale, bias) = (call.floats(1)?, call.floats(2)?);
    let per_channel = |list: &ArrayD<f64>| {
        tabulate(x.shape(), |index| {
            let channel = index[1];
            let number = if call.opset < 21 {
                channel / (channels / groups)
            } else {
                channel
            };
            list[[number].as_slice()]
        })
    };
    one(normal * per_channel(scale) + per_channel(bias))
}

/// (x − mean) / √(var + ε), and the statistics.
struct Standardised {
    values: ArrayD<f64>,
    mean: ArrayD<f64>,
    /// 1/√(var + ε)
    inverse_std: ArrayD<f64>,
}

/// Standardises over these axes.
fn standardised(x: &ArrayD<f64>, axes: &[usize], epsilon: f64) -> Standardised {
    let mean = along(x, axes, mean);
    let inverse_std = along(x, axes, variance).mapv(|var| 1.0 / (var + epsilon).sqrt());
    let values = (x - broadcast(&mean, x.shape())) * broadcast(&inverse_std, x.shape());
    Standardised {
        values,
        mean,
        inverse_std,
    }
}

/// x / (bias + α/size · Σ x²)^β, summed over the neighbouring channels.
pub fn local_response(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let size = call.int("size", 1);
    let (alpha, beta, bias) = (
        call.float("alpha", 1e-4),
        call.float("beta", 0.75),
        call.float("bias", 1.0),
    );
    let (before, after) = ((size - 1) / 2, size / 2);
    one(tabulate(x.shape(), |index| {
        let channel = index[1] as i64;
        let first = (channel - before).max(0);
        let last = (channel + after).min(x.shape()[1] as i64 - 1);
        let squares = (first..=last).map(|other| {
            let mut at = index.to_vec();
            at[1] = other as usize;
            x[at.as_slice()].powi(2)
        });
        x[index] / (bias + alpha / size as f64 * squares.sum::<f64>()).powf(beta)
    }))
}
