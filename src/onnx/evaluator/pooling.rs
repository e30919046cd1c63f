//! Pooling over windows, and over all spatial axes.

use super::call::{Call, Outputs, one};
use super::value::{Value, tabulate};
use super::window::{output_sizes, slides, taps, taps_within_padding};

/// The greatest pixel of each window, and its index in the flattened input: the first
/// of several.
pub fn max(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let kernel = call.sizes("kernel_shape", 0, 0);
    let slides = slides(call, &x.shape()[2..], &kernel);
    let shape = [&x.shape()[..2], output_sizes(&slides).as_slice()].concat();
    let best = tabulate(&shape, |index| {
        let mut best: Option<(f64, Vec<usize>)> = None;
        for (_, position) in taps(&slides, &index[2..]) {
            let Some(position) = position else { continue };
            let position = [&index[..2], position.as_slice()].concat();
            let pixel = x[position.as_slice()];
            if best.as_ref().is_none_or(|(greatest, _)| pixel > *greatest) {
                best = Some((pixel, position));
            }
        }
        best.expect("every window holds a pixel of the input")
    });
    let number = |index: &Vec<usize>| {
        let axes = index.iter().zip(x.shape());
        axes.fold(0, |number, (index, size)| number * size + index) as i64
    };
    Ok(vec![
        Value::Float(best.map(|(value, _)| *value)),
        Value::Int(best.map(|(_, index)| number(index))),
    ])
}

/// The mean of each window's pixels; with count_include_pad the padding counts
/// as zeros, and what ceil_mode adds beyond it does not count.
pub fn average(call: &Call) -> Outputs {
    let x = call.floats(0)?;
    let kernel = call.sizes("kernel_shape", 0, 0);
    let slides = slides(call, &x.shape()[2..], &kernel);
    let include_pad = call.int("count_include_pad", 0) != 0;
    let shape = [&x.shape()[..2], output_sizes(&slides).as_slice()].concat();
    one(tabulate(&shape, |index| {
        let pixels: Vec<f64> = taps(&slides, &index[2..])
            .into_iter()
            .filter_map(|(_, position)| position)
            .map(|position| x[[&index[..2], position.as_slice()].concat().as_slice()])
            .collect();
        let count = if include_pad {
            taps_within_padding(&slides, &index[2..])
        } else {
            pixels.len()
        };
        pixels.iter().sum::<f64>() / count as f64
    }))
}

/// One value for each channel.
pub fn global(call: &Call, value: fn(&[f64]) -> f64) -> Outputs {
    let x = call.floats(0)?;
    let axes: Vec<usize> = (2..x.ndim()).collect();
    one(super::reduction::along(x, &axes, value))
}
