//! Softmax and its logarithm.

use ndarray::ArrayD;

use super::arithmetic::broadcast;
use super::call::{Call, Outputs, one};
use super::reduction::{along, max, reshaped, sum};

pub fn softmax(call: &Call) -> Outputs {
    normalised(call, |x, rest| (x - rest).exp())
}

pub fn log_softmax(call: &Call) -> Outputs {
    normalised(call, |x, rest| x - rest)
}

/// Applies a function to each value and to ln Σ e^x of its group. Before
/// operator set 13 the axes from `axis` on count as one.
fn normalised(call: &Call, value: fn(f64, f64) -> f64) -> Outputs {
    let x = call.floats(0)?;
    let joined = call.opset < 13;
    let axis = call.axis(if joined { 1 } else { -1 }, x.ndim());
    if joined {
        let (rows, columns) = x.shape().split_at(axis);
        let matrix = reshaped(x, &[rows.iter().product(), columns.iter().product()]);
        return one(reshaped(&along_axis(&matrix, 1, value), x.shape()));
    }
    one(along_axis(x, axis, value))
}

fn along_axis(x: &ArrayD<f64>, axis: usize, value: fn(f64, f64) -> f64) -> ArrayD<f64> {
    let log_sum = along(x, &[axis], |values| {
        let greatest = max(values);
        let powers: Vec<f64> = values
            .iter()
            .map(|value| (value - greatest).exp())
            .collect();
        greatest + sum(&powers).ln()
    });
    let mut result = x.clone();
    result.zip_mut_with(&broadcast(&log_sum, x.shape()), |x, &rest| {
        *x = value(*x, rest)
    });
    result
}
