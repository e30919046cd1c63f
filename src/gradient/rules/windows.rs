//! What the rules of convolutions and poolings share: moving values on the grid
//! of pixels.

use super::Step;
use crate::gradient::GradientError;
use crate::onnx::Window;

/// Pixels of a window for which a branch is still written out, tap by tap.
const MOST_TAPS: usize = 1024;

/// # Errors
/// [`GradientError::Unsupported`] for a window that no network has.
pub fn check_taps(step: &Step, kernel: &[usize]) -> Result<(), GradientError> {
    let taps: usize = kernel
        .iter()
        .fold(1, |taps, &size| taps.saturating_mul(size));
    if taps > MOST_TAPS {
        return Err(step.unsupported(format!(
            "a window of {taps} pixels; the limit is {MOST_TAPS}"
        )));
    }
    Ok(())
}

/// All places of a grid of this size, in row-major order.
pub fn offsets(size: &[usize]) -> impl Iterator<Item = Vec<usize>> + use<> {
    let size = size.to_vec();
    (0..size.iter().product::<usize>()).map(move |mut number| {
        let mut place = vec![0; size.len()];
        for axis in (0..size.len()).rev() {
            place[axis] = number % size[axis];
            number /= size[axis];
        }
        place
    })
}

/// Adds zeros before and after each axis of a tensor of this shape, or cuts
/// values off where a number is negative.
pub fn pad_or_cut(step: &mut Step, tensor: &str, shape: &[usize], sides: &[(i64, i64)]) -> String {
    let kept = |axis: usize| {
        let (before, after) = sides[axis];
        shape[axis] as i64 + before.min(0) + after.min(0)
    };
    if (0..shape.len()).any(|axis| kept(axis) <= 0) {
        // Nothing of the tensor is left, zeros only.
        let target: Vec<usize> = (shape.iter().zip(sides))
            .map(|(&size, (before, after))| (size as i64 + before + after).max(0) as usize)
            .collect();
        let zero = step.builder.number(0.0);
        return step.builder.expand(&zero, &target);
    }
    let mut moved = tensor.to_owned();
    for (axis, &(before, after)) in sides.iter().enumerate() {
        if before < 0 || after < 0 {
            let start = usize::try_from(-before).unwrap_or(0);
            let end = usize::try_from(-after).unwrap_or(0);
            let count = shape[axis].saturating_sub(start + end);
            moved = step.builder.slice(&moved, axis, start, count, 1);
        }
    }
    let side = |side: i64| usize::try_from(side).unwrap_or(0);
    let begin: Vec<usize> = sides.iter().map(|&(before, _)| side(before)).collect();
    let end: Vec<usize> = sides.iter().map(|&(_, after)| side(after)).collect();
    step.builder.pad(&moved, &begin, &end, 0.0)
}

/// Puts stride − 1 zeros between neighbours on each axis: an axis of n values
/// gets (n − 1)·stride + 1.
pub fn spread(step: &mut Step, values: &str, shape: &[usize], strides: &[usize]) -> String {
    // A single value has no neighbour.
    let strides: Vec<usize> = (shape.iter().zip(strides))
        .map(|(&size, &stride)| if size == 1 { 1 } else { stride })
        .collect();
    if strides.iter().all(|&stride| stride == 1) {
        return values.to_owned();
    }
    // [n] → [n, 1] → padded to [n, s] → [n·s] → without the last zeros
    let (mut apart, mut end, mut together) = (Vec::new(), Vec::new(), Vec::new());
    for (&size, &stride) in shape.iter().zip(&strides) {
        apart.push(size);
        end.push(0);
        if stride > 1 {
            apart.push(1);
            end.push(stride - 1);
        }
        together.push(size * stride);
    }
    let begin = vec![0; apart.len()];
    let values = step.builder.reshape(values, &apart);
    let values = step.builder.pad(&values, &begin, &end, 0.0);
    let mut values = step.builder.reshape(&values, &together);
    for (axis, (&size, &stride)) in shape.iter().zip(&strides).enumerate() {
        if stride > 1 {
            let count = (size - 1) * stride + 1;
            values = step.builder.slice(&values, axis, 0, count, 1);
        }
    }
    values
}

/// The pixels of a strided window's input, sorted by their place within a
/// stride: pixel i stands at i + padding = stride · row + phase.
///
/// What a window at output o reads with its tap k, dilated, lies in the row
/// o + `shift`, where `shift` = (dilation · k − phase) / stride. So the taps of
/// one phase meet on a grid of the output's coarseness, and one pass at the end
/// puts the phases between each other.
pub struct Phases {
    /// Phases of each spatial axis: the strides.
    pub strides: Vec<usize>,
    /// Rows of each spatial axis.
    pub rows: Vec<usize>,
    pads_begin: Vec<usize>,
    input: Vec<usize>,
}

impl Phases {
    /// For a window over an input of this whole shape.
    pub fn of(window: &Window, input: &[usize]) -> Self {
        let sizes = input[2..].iter().zip(&window.pads_begin);
        let rows = sizes
            .zip(&window.strides)
            .map(|((&size, &pad), &stride)| (size + pad).div_ceil(stride));
        Phases {
            rows: rows.collect(),
            strides: window.strides.clone(),
            pads_begin: window.pads_begin.clone(),
            input: input.to_vec(),
        }
    }

    pub fn count(&self) -> usize {
        self.strides.iter().product()
    }

    /// Joins a tensor [1, C · phases, rows…] into the input's shape.
    pub fn join(&self, step: &mut Step, values: &str) -> String {
        let (spatial, lead) = (self.rows.len(), &self.input[..2]);
        let mut values = values.to_owned();
        if self.count() > 1 {
            let apart = [lead, self.strides.as_slice(), &self.rows].concat();
            let order = (0..spatial).flat_map(|axis| [2 + spatial + axis, 2 + axis]);
            let order: Vec<usize> = [0, 1].into_iter().chain(order).collect();
            values = step.builder.reshape(&values, &apart);
            values = step.builder.transpose(&values, &order);
            values = step.builder.reshape(&values, &self.joined_shape());
        }
        let whole = self.joined_shape();
        for (axis, &whole) in whole.iter().enumerate().skip(2) {
            let (start, count) = (self.pads_begin[axis - 2], self.input[axis]);
            if start > 0 || count != whole {
                values = step.builder.slice(&values, axis, start, count, 1);
            }
        }
        values
    }

    fn joined_shape(&self) -> Vec<usize> {
        let sides = self.rows.iter().zip(&self.strides);
        let sides = sides.map(|(rows, stride)| rows * stride);
        self.input[..2].iter().copied().chain(sides).collect()
    }
}
