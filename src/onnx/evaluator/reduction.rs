//! Reductions along axes, ArgMax and CumSum.

use ndarray::ArrayD;

use super::call::{Call, Outputs, from_start, one};
use super::value::{Value, array, multi_indices, tabulate};

pub fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

pub fn mean(values: &[f64]) -> f64 {
    sum(values) / values.len() as f64
}

pub fn product(values: &[f64]) -> f64 {
    values.iter().product()
}

pub fn max(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

pub fn min(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

pub fn absolute_sum(values: &[f64]) -> f64 {
    values.iter().map(|value| value.abs()).sum()
}

pub fn squared_sum(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum()
}

pub fn norm(values: &[f64]) -> f64 {
    squared_sum(values).sqrt()
}

pub fn log_sum_exp(values: &[f64]) -> f64 {
    values.iter().map(|value| value.exp()).sum::<f64>().ln()
}

/// Mean of the squared distances from the mean.
pub fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    values
        .iter()
        .map(|value| (value - centre).powi(2))
        .sum::<f64>()
        / values.len() as f64
}

/// Reduces along `axes`, which keep the size 1.
pub fn along(x: &ArrayD<f64>, axes: &[usize], value: fn(&[f64]) -> f64) -> ArrayD<f64> {
    let size =
        |axis: usize, kept: usize, gone: usize| if axes.contains(&axis) { gone } else { kept };
    let kept: Vec<usize> = (0..x.ndim())
        .map(|axis| size(axis, x.shape()[axis], 1))
        .collect();
    let gone: Vec<usize> = (0..x.ndim())
        .map(|axis| size(axis, 1, x.shape()[axis]))
        .collect();
    tabulate(&kept, |index| {
        let member = |offset: Vec<usize>| {
            let at: Vec<usize> = index.iter().zip(&offset).map(|(a, b)| a + b).collect();
            x[at.as_slice()]
        };
        value(&multi_indices(&gone).map(member).collect::<Vec<_>>())
    })
}

/// A Reduce operator whose axes are an input from operator set `since` on.
pub fn reduce(call: &Call, since: i64, value: fn(&[f64]) -> f64) -> Outputs {
    let x = call.floats(0)?;
    let listed = if call.opset >= since {
        call.list("", 1)?
    } else {
        call.ints("axes")
    };
    let listed = listed.unwrap_or_default();
    if listed.is_empty() && call.int("noop_with_empty_axes", 0) != 0 {
        return one(x.clone());
    }
    let axes: Vec<usize> = if listed.is_empty() {
        (0..x.ndim()).collect()
    } else {
        let axes = listed.iter();
        axes.map(|&axis| from_start(axis, x.ndim())).collect()
    };
    let reduced = Value::Float(along(x, &axes, value));
    Ok(vec![without(reduced, &axes, call.int("keepdims", 1) != 0)])
}

/// Removes the reduced axes, unless `keep`.
fn without(value: Value, axes: &[usize], keep: bool) -> Value {
    if keep {
        return value;
    }
    let kept = (0..value.shape().len()).filter(|axis| !axes.contains(axis));
    let shape: Vec<usize> = kept.map(|axis| value.shape()[axis]).collect();
    value.reshaped(&shape)
}

/// The index of the greatest value along an axis: the first of several, or the last
/// with `select_last_index`.
pub fn arg_max(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let axis = call.axis(0, x.ndim());
    let number = match call.int("select_last_index", 0) {
        0 => |values: &[f64]| {
            values
                .iter()
                .position(|&value| value == max(values))
                .unwrap() as f64
        },
        _ => |values: &[f64]| {
            values
                .iter()
                .rposition(|&value| value == max(values))
                .unwrap() as f64
        },
    };
    let numbers = Value::Int(along(x, &[axis], number).mapv(|number| number as i64));
    Ok(vec![without(
        numbers,
        &[axis],
        call.int("keepdims", 1) != 0,
    )])
}

/// The k greatest (least) values of an axis in order, and where they were.
pub fn top_k(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let axis = call.axis(-1, x.ndim());
    let k = call.value(1)?.as_ints()?[0] as usize;
    let is_largest = call.int("largest", 1) != 0;
    let mut shape = x.shape().to_vec();
    shape[axis] = k;
    let place = |index: &[usize]| {
        let value = |other: &usize| {
            let mut at = index.to_vec();
            at[axis] = *other;
            x[at.as_slice()]
        };
        let mut places: Vec<usize> = (0..x.shape()[axis]).collect();
        places.sort_by(|a, b| value(a).total_cmp(&value(b)));
        if is_largest {
            places.reverse();
        }
        places[index[axis]]
    };
    let values = tabulate(&shape, |index| {
        let mut at = index.to_vec();
        at[axis] = place(index);
        x[at.as_slice()]
    });
    let places = tabulate(&shape, |index| place(index) as i64);
    Ok(vec![Value::Float(values), Value::Int(places)])
}

/// Sums of all values up to each index along an axis.
pub fn cumulative_sum(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let axis = from_start(call.value(1)?.as_ints()?[0], x.ndim());
    let (exclusive, reverse) = (call.int("exclusive", 0) != 0, call.int("reverse", 0) != 0);
    one(tabulate(x.shape(), |index| {
        let counts = |other: usize| match (reverse, exclusive) {
            (false, false) => other <= index[axis],
            (false, true) => other < index[axis],
            (true, false) => other >= index[axis],
            (true, true) => other > index[axis],
        };
        let value = |other| {
            let mut at = index.to_vec();
            at[axis] = other;
            x[at.as_slice()]
        };
        (0..x.shape()[axis])
            .filter(|&other| counts(other))
            .map(value)
            .sum()
    }))
}

/// An array in another shape.
pub fn reshaped(x: &ArrayD<f64>, shape: &[usize]) -> ArrayD<f64> {
    array(shape, x.iter().copied().collect())
}
