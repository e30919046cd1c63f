//! Pooling over windows.

use super::Step;
use super::convolution::carry_sums;
use super::windows::{Phases, check_taps, offsets, pad_or_cut};
use crate::gradient::GradientError;
use crate::onnx::{Window, node, pool_window};

/// y = mean over windows: each window's share goes to all of its pixels.
pub fn average(step: &mut Step) -> Result<(), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    let window = pool_window(step.node, shape)?;
    check_taps(step, &window.kernel)?;
    let kernel: usize = window.kernel.iter().product();
    step.check_constant(crate::onnx::element_count(&window.output))?;
    step.check_constant(shape[1].checked_mul(kernel))?;
    let counts = window_counts(step, &window, &shape[2..]);
    let share = if counts.iter().all(|&count| count == kernel) {
        step.builder.scale(step.cotangent, 1.0 / kernel as f32)
    } else {
        let shares: Vec<f32> = counts
            .iter()
            .map(|&count| 1.0 / count.max(1) as f32)
            .collect();
        let dims = [&[1, 1], window.output.as_slice()].concat();
        let shares = step.builder.floats(&dims, &shares);
        step.builder.add("Mul", &[step.cotangent, &shares], vec![])
    };
    let is_single = window.output.iter().all(|&size| size == 1);
    let is_dilated = window.dilations.iter().any(|&dilation| dilation > 1);
    if is_single && !is_dilated {
        one_window(step, &window, shape, &share);
        return Ok(());
    }
    let cotangent = carry_sums(step, &share, &window, shape)?;
    step.give(0, cotangent);
    Ok(())
}

/// One window over everything, as in many heads: its share, repeated.
fn one_window(step: &mut Step, window: &Window, shape: &[usize], share: &str) {
    // The pixels from 0 to the window's end less the padding are covered.
    let covered = (0..shape.len() - 2).map(|axis| {
        let end = window.kernel[axis].saturating_sub(window.pads_begin[axis]);
        end.min(shape[axis + 2])
    });
    let inner: Vec<usize> = shape[..2].iter().copied().chain(covered).collect();
    let expanded = step.builder.expand(share, &inner);
    let rest = shape.iter().zip(&inner);
    let rest: Vec<(i64, i64)> = rest
        .map(|(whole, part)| (0, (whole - part) as i64))
        .collect();
    let cotangent = pad_or_cut(step, &expanded, &inner, &rest);
    step.give(0, cotangent);
}

/// How many pixels each window's mean is taken over, in row-major order.
fn window_counts(step: &Step, window: &Window, input: &[usize]) -> Vec<usize> {
    let include_pad = node::int(step.node, "count_include_pad") == Some(1);
    let along = |axis: usize, place: usize| {
        let start = place * window.strides[axis];
        let (low, high) = match include_pad {
            true => (
                0,
                input[axis] + window.pads_begin[axis] + window.pads_end[axis],
            ),
            false => (
                window.pads_begin[axis],
                input[axis] + window.pads_begin[axis],
            ),
        };
        // The first tap that is not before a pixel.
        let first = |pixel: usize| {
            let tap = pixel.saturating_sub(start).div_ceil(window.dilations[axis]);
            tap.min(window.kernel[axis])
        };
        first(high) - first(low)
    };
    // Axis by axis, in row-major order.
    (0..window.output.len()).fold(vec![1], |counts: Vec<usize>, axis| {
        let own: Vec<usize> = (0..window.output[axis])
            .map(|place| along(axis, place))
            .collect();
        let rows = counts.iter();
        rows.flat_map(|count| own.iter().map(move |other| count * other))
            .collect()
    })
}

/// y = max over windows: x̄ gets ȳ at the first maximum of each window, in
/// row-major order.
///
/// Tap by tap, a window hands its cotangent to the first pixel that is its
/// maximum and has nothing left for the others.
pub fn max(step: &mut Step) -> Result<(), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    if node::int(step.node, "storage_order").unwrap_or(0) != 0 {
        return Err(step.unsupported("storage_order 1 is not supported"));
    }
    let window = pool_window(step.node, shape)?;
    check_taps(step, &window.kernel)?;
    check_taps(step, &window.strides)?;
    let grids = Grids::of(step, &window, shape)?;
    let phases = Phases::of(&window, shape);
    let mut parts: Vec<Vec<String>> = vec![Vec::new(); phases.count()];
    let mut left = step.cotangent.to_owned();
    for tap in offsets(&window.kernel) {
        let seen = grids.pixels(step, &window, &tap);
        let less = step.builder.compare("Less", &seen, step.output());
        let is_less = step.builder.as_number(&less);
        let kept = step.builder.mul(&left, &is_less);
        let handed = step.builder.sub(&left, &kept);
        left = kept;
        let (phase, placed) = place(step, &handed, &window, &phases, shape, &tap);
        parts[phase].push(placed);
    }
    let cotangent = join(step, &phases, shape, &parts);
    step.give(0, cotangent);
    Ok(())
}

/// The padded input, cut into one grid for each phase of the stride: what a tap
/// sees then lies side by side in one of them.
struct Grids {
    names: Vec<String>,
    shape: Vec<usize>,
}

impl Grids {
    fn of(step: &mut Step, window: &Window, shape: &[usize]) -> Result<Grids, GradientError> {
        let (mut begin, mut end) = (vec![0; shape.len()], vec![0; shape.len()]);
        let mut rows = shape[..2].to_vec();
        for (axis, &stride) in window.strides.iter().enumerate() {
            // Every window, also the last ones of ceil_mode, lies inside.
            let reached = (window.output[axis] - 1) * stride + window.reach(axis);
            let there = shape[axis + 2] + window.pads_begin[axis];
            rows.push(reached.max(there).div_ceil(stride));
            begin[axis + 2] = window.pads_begin[axis];
            end[axis + 2] = rows[axis + 2] * stride - there;
        }
        let input = step.input(0)?;
        let padded = step.builder.pad(input, &begin, &end, f32::MIN);
        let phases: usize = window.strides.iter().product();
        if phases == 1 {
            let names = vec![padded];
            return Ok(Grids { names, shape: rows });
        }
        // [1, C, rows · s, …] → [1, C, rows, s, …] → [s, …, 1, C, rows, …]
        let apart = (rows[2..].iter().zip(&window.strides)).flat_map(|(&rows, &s)| [rows, s]);
        let apart: Vec<usize> = shape[..2].iter().copied().chain(apart).collect();
        let spatial = window.strides.len();
        let phase_axes = (0..spatial).map(|axis| 3 + 2 * axis);
        let row_axes = (0..spatial).map(|axis| 2 + 2 * axis);
        let order: Vec<usize> = phase_axes.chain([0, 1]).chain(row_axes).collect();
        let apart = step.builder.reshape(&padded, &apart);
        let sorted = step.builder.transpose(&apart, &order);
        let sorted = step
            .builder
            .reshape(&sorted, &[&[phases], rows.as_slice()].concat());
        let grid = |phase: usize| {
            let grid = step.builder.slice(&sorted, 0, phase, 1, 1);
            step.builder.reshape(&grid, &rows)
        };
        let names = (0..phases).map(grid).collect();
        Ok(Grids { names, shape: rows })
    }

    /// The pixel that every window has at a tap: a tensor of the output's shape.
    fn pixels(&self, step: &mut Step, window: &Window, tap: &[usize]) -> String {
        let (phase, shifts) = phase_of(window, tap);
        let mut pixels = self.names[phase].clone();
        for (axis, shift) in shifts.into_iter().enumerate() {
            let count = window.output[axis];
            if count != self.shape[axis + 2] {
                pixels = step.builder.slice(&pixels, axis + 2, shift, count, 1);
            }
        }
        pixels
    }
}

/// The phase of the stride that a tap falls into, and by how many strides it is
/// shifted on each axis.
fn phase_of(window: &Window, tap: &[usize]) -> (usize, Vec<usize>) {
    let mut phase = 0;
    let mut shifts = Vec::new();
    for (axis, tap) in tap.iter().enumerate() {
        let (stride, distance) = (window.strides[axis], tap * window.dilations[axis]);
        phase = phase * stride + distance % stride;
        shifts.push(distance / stride);
    }
    (phase, shifts)
}

/// The reverse of [`Grids::pixels`]: which phase the values of a tap belong to,
/// and the values on that phase's grid.
fn place(
    step: &mut Step,
    values: &str,
    window: &Window,
    phases: &Phases,
    shape: &[usize],
    tap: &[usize],
) -> (usize, String) {
    let (phase, shifts) = phase_of(window, tap);
    let mut sides = vec![(0, 0); 2];
    for (axis, &shift) in shifts.iter().enumerate() {
        let end = phases.rows[axis] as i64 - shift as i64 - window.output[axis] as i64;
        sides.push((shift as i64, end));
    }
    let output = [&shape[..2], window.output.as_slice()].concat();
    (phase, pad_or_cut(step, values, &output, &sides))
}

/// Sums each phase's parts and puts the phases between each other.
fn join(step: &mut Step, phases: &Phases, shape: &[usize], parts: &[Vec<String>]) -> String {
    let grid = [&shape[..2], &[1], phases.rows.as_slice()].concat();
    let sums: Vec<String> = parts
        .iter()
        .map(|parts| match parts.is_empty() {
            // A stride wider than the window leaves pixels that nobody sees.
            true => {
                let zero = step.builder.number(0.0);
                step.builder.expand(&zero, &grid)
            }
            false => {
                let sum = step.builder.sum(parts);
                step.builder.reshape(&sum, &grid)
            }
        })
        .collect();
    let all = match sums.as_slice() {
        [only] => step
            .builder
            .reshape(only, &[&grid[..2], &grid[3..]].concat()),
        _ => {
            let inputs: Vec<&str> = sums.iter().map(String::as_str).collect();
            let attributes = vec![node::int_attribute("axis", 2)];
            step.builder.add("Concat", &inputs, attributes)
        }
    };
    phases.join(step, &all)
}
