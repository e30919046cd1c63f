//! Pooling over windows.

use super::convolution::sum_pool_vjp;
use super::polyphase::Polyphase;
use super::vjp_context::VjpContext;
use super::window_taps::{check_taps, grid_positions};
use super::zero_insertion::{AxisPadding, pad_or_crop};
use crate::gradient::error::GradientError;
use crate::gradient::tensor_names::MAX_POOL_GRADIENT;
use crate::onnx::{Window, node, pool_window};

/// y = mean over windows: x̄ at a pixel is the sum of ȳ / n over the windows that
/// contain it, n the number of pixels of a window.
pub fn average(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let window = pool_window(context.node, shape)?;
    check_taps(context, &window.kernel)?;
    let kernel: usize = window.kernel.iter().product();
    context.check_constant(crate::onnx::element_count(&window.output))?;
    context.check_constant(shape[1].checked_mul(kernel))?;
    let counts = window_counts(context, &window, &shape[2..]);
    let scaled = if counts.iter().all(|&count| count == kernel) {
        context
            .builder
            .scale(context.cotangent, 1.0 / kernel as f32)
    } else {
        let shares: Vec<f32> = counts
            .iter()
            .map(|&count| 1.0 / count.max(1) as f32)
            .collect();
        let dims = [&[1, 1], window.output.as_slice()].concat();
        let shares = context.builder.floats(&dims, &shares);
        context
            .builder
            .add_node("Mul", &[context.cotangent, &shares], vec![])
    };
    let is_single = window.output.iter().all(|&size| size == 1);
    let is_dilated = window.dilations.iter().any(|&dilation| dilation > 1);
    if is_single && !is_dilated {
        broadcast_single_window(context, &window, shape, &scaled);
        return Ok(());
    }
    let cotangent = sum_pool_vjp(context, &scaled, &window, shape)?;
    context.accumulate(0, cotangent);
    Ok(())
}

/// The VJP of a single window, as in many heads: its ȳ / n at every pixel that it
/// covers.
fn broadcast_single_window(
    context: &mut VjpContext,
    window: &Window,
    shape: &[usize],
    scaled: &str,
) {
    // It covers the pixels from 0 to the window's end less the padding.
    let covered = (0..shape.len() - 2).map(|axis| {
        let end = window.kernel[axis].saturating_sub(window.pads_begin[axis]);
        end.min(shape[axis + 2])
    });
    let inner: Vec<usize> = shape[..2].iter().copied().chain(covered).collect();
    let expanded = context.builder.expand(scaled, &inner);
    let uncovered: Vec<AxisPadding> = (shape.iter().zip(&inner))
        .map(|(whole, part)| AxisPadding {
            begin: 0,
            end: (whole - part) as i64,
        })
        .collect();
    let cotangent = pad_or_crop(context, &expanded, &inner, &uncovered);
    context.accumulate(0, cotangent);
}

/// For each window, the number of pixels of which the mean is taken, in row-major
/// order. `input` is the input's spatial size.
fn window_counts(context: &VjpContext, window: &Window, input: &[usize]) -> Vec<usize> {
    let include_pad = node::int(context.node, "count_include_pad") == Some(1);
    let along = |axis: usize, position: usize| {
        let start = position * window.strides[axis];
        let input_end = input[axis] + window.pads_begin[axis];
        let (low, high) = if include_pad {
            (0, input_end + window.pads_end[axis])
        } else {
            (window.pads_begin[axis], input_end)
        };
        // The first tap that is not before a pixel.
        let first_tap = |pixel: usize| {
            let tap = pixel.saturating_sub(start).div_ceil(window.dilations[axis]);
            tap.min(window.kernel[axis])
        };
        first_tap(high) - first_tap(low)
    };
    (0..window.output.len()).fold(vec![1], |counts: Vec<usize>, axis| {
        let axis_counts: Vec<usize> = (0..window.output[axis])
            .map(|position| along(axis, position))
            .collect();
        let rows = counts.iter();
        rows.flat_map(|count| axis_counts.iter().map(move |other| count * other))
            .collect()
    })
}

/// y = max over windows: x̄ gets ȳ at the first maximum of each window, in
/// row-major order.
///
/// The taps are visited in row-major order. Each window's cotangent goes to the
/// first tap that equals the maximum; nothing remains for the taps that follow. It is
/// multiplied by 1 or 0, as at a rectifier.
pub fn max(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    if node::int(context.node, "storage_order").unwrap_or(0) != 0 {
        return Err(context.unsupported("storage_order 1 is not supported"));
    }
    let window = pool_window(context.node, shape)?;
    check_taps(context, &window.kernel)?;
    check_taps(context, &window.strides)?;
    if context.for_engine && has_engine_gradient(&window) {
        return max_in_engine(context, &window);
    }
    let grids = PhaseGrids::of(context, &window, shape)?;
    let polyphase = Polyphase::of(&window, shape);
    let mut parts: Vec<Vec<String>> = vec![Vec::new(); polyphase.count()];
    let mut remaining = context.cotangent.to_owned();
    for tap in grid_positions(&window.kernel) {
        let pixels = grids.gather_tap(context, &window, &tap);
        let less = context.builder.binary("Less", &pixels, context.output());
        let is_less = context.builder.cast_to_float(&less);
        let kept = context.builder.mul(&remaining, &is_less);
        let routed = context.builder.sub(&remaining, &kept);
        remaining = kept;
        let target = TapTarget::of(&window, &tap);
        let scattered = scatter_tap(context, &routed, &window, &polyphase, shape, &target);
        parts[target.phase].push(scattered);
    }
    let cotangent = sum_and_interleave(context, &polyphase, shape, &parts);
    context.accumulate(0, cotangent);
    Ok(())
}

/// Whether the engine's operator is for such windows: planes, no dilation, and none that sees
/// padding alone.
fn has_engine_gradient(window: &Window) -> bool {
    let pads = window.pads_begin.iter().zip(&window.kernel);
    window.kernel.len() == 2
        && window.dilations.iter().all(|&dilation| dilation == 1)
        && pads.into_iter().all(|(pad, kernel)| pad < kernel)
}

/// The same in one node, which reads what these nodes read and gives the same numbers.
fn max_in_engine(context: &mut VjpContext, window: &Window) -> Result<(), GradientError> {
    let ints = |name: &str, values: &[usize]| {
        let values: Vec<i64> = values.iter().map(|&value| value as i64).collect();
        node::ints_attribute(name, &values)
    };
    let attributes = vec![
        ints("kernel_shape", &window.kernel),
        ints("strides", &window.strides),
        ints("pads", &window.pads_begin),
    ];
    let inputs = [context.input(0)?, context.output(), context.cotangent];
    let cotangent = (context.builder).add_node(MAX_POOL_GRADIENT, &inputs, attributes);
    context.accumulate(0, cotangent);
    Ok(())
}

/// The padded input of a window, one grid for each phase of the stride: the pixels
/// that a tap reads lie side by side in one of them.
struct PhaseGrids {
    /// The tensor of each phase.
    names: Vec<String>,
    /// The whole shape of each of them.
    shape: Vec<usize>,
}

impl PhaseGrids {
    fn of(
        context: &mut VjpContext,
        window: &Window,
        shape: &[usize],
    ) -> Result<PhaseGrids, GradientError> {
        let (mut begin, mut end) = (vec![0; shape.len()], vec![0; shape.len()]);
        let mut rows = shape[..2].to_vec();
        for (axis, &stride) in window.strides.iter().enumerate() {
            // Every window, also the last ones of ceil_mode, lies inside.
            let reached = (window.output[axis] - 1) * stride + window.reach(axis);
            let input_end = shape[axis + 2] + window.pads_begin[axis];
            rows.push(reached.max(input_end).div_ceil(stride));
            begin[axis + 2] = window.pads_begin[axis];
            end[axis + 2] = rows[axis + 2] * stride - input_end;
        }
        let input = context.input(0)?;
        let padded = context.builder.pad(input, &begin, &end, f32::MIN);
        let phases: usize = window.strides.iter().product();
        if phases == 1 {
            let names = vec![padded];
            return Ok(PhaseGrids { names, shape: rows });
        }
        // [1, C, rows · s, …] → [1, C, rows, s, …] → [s, …, 1, C, rows, …]
        let separated = (rows[2..].iter().zip(&window.strides)).flat_map(|(&rows, &s)| [rows, s]);
        let separated: Vec<usize> = shape[..2].iter().copied().chain(separated).collect();
        let spatial = window.strides.len();
        let phase_axes = (0..spatial).map(|axis| 3 + 2 * axis);
        let row_axes = (0..spatial).map(|axis| 2 + 2 * axis);
        let order: Vec<usize> = phase_axes.chain([0, 1]).chain(row_axes).collect();
        let separated = context.builder.reshape(&padded, &separated);
        let sorted = context.builder.transpose(&separated, &order);
        let sorted = context
            .builder
            .reshape(&sorted, &[&[phases], rows.as_slice()].concat());
        let grid = |phase: usize| {
            let grid = context.builder.slice(&sorted, 0, phase, 1, 1);
            context.builder.reshape(&grid, &rows)
        };
        let names = (0..phases).map(grid).collect();
        Ok(PhaseGrids { names, shape: rows })
    }

    /// The pixel that each window reads at a tap: a tensor of the output's shape.
    fn gather_tap(&self, context: &mut VjpContext, window: &Window, tap: &[usize]) -> String {
        let target = TapTarget::of(window, tap);
        let mut pixels = self.names[target.phase].clone();
        for (axis, shift) in target.shifts.into_iter().enumerate() {
            let count = window.output[axis];
            if count != self.shape[axis + 2] {
                pixels = context.builder.slice(&pixels, axis + 2, shift, count, 1);
            }
        }
        pixels
    }
}

/// Where a tap reads in the polyphase decomposition of the input.
struct TapTarget {
    /// Number of the phase, in row-major order of the strides.
    phase: usize,
    /// Rows by which the tap is shifted on each axis.
    shifts: Vec<usize>,
}

impl TapTarget {
    fn of(window: &Window, tap: &[usize]) -> TapTarget {
        let mut phase = 0;
        let mut shifts = Vec::new();
        for (axis, tap) in tap.iter().enumerate() {
            let (stride, distance) = (window.strides[axis], tap * window.dilations[axis]);
            phase = phase * stride + distance % stride;
            shifts.push(distance / stride);
        }
        TapTarget { phase, shifts }
    }
}

/// The reverse of [`PhaseGrids::gather_tap`]: values of the output's shape, on the
/// grid of the tap's phase.
fn scatter_tap(
    context: &mut VjpContext,
    values: &str,
    window: &Window,
    polyphase: &Polyphase,
    shape: &[usize],
    target: &TapTarget,
) -> String {
    let mut padding = vec![AxisPadding::NONE; 2];
    for (axis, &shift) in target.shifts.iter().enumerate() {
        let begin = shift as i64;
        padding.push(AxisPadding {
            begin,
            end: polyphase.rows[axis] as i64 - begin - window.output[axis] as i64,
        });
    }
    let output = [&shape[..2], window.output.as_slice()].concat();
    pad_or_crop(context, values, &output, &padding)
}

/// Sums each phase's parts and interleaves the phases.
fn sum_and_interleave(
    context: &mut VjpContext,
    polyphase: &Polyphase,
    shape: &[usize],
    parts: &[Vec<String>],
) -> String {
    let grid = [&shape[..2], &[1], polyphase.rows.as_slice()].concat();
    let mut sum_of_phase = |parts: &Vec<String>| {
        if parts.is_empty() {
            // A stride wider than the window leaves pixels that no window reads.
            let zero = context.builder.scalar(0.0);
            context.builder.expand(&zero, &grid)
        } else {
            let sum = context.builder.sum(parts);
            context.builder.reshape(&sum, &grid)
        }
    };
    let sums: Vec<String> = parts.iter().map(&mut sum_of_phase).collect();
    let phases = match sums.as_slice() {
        [only] => context
            .builder
            .reshape(only, &[&grid[..2], &grid[3..]].concat()),
        _ => {
            let inputs: Vec<&str> = sums.iter().map(String::as_str).collect();
            let attributes = vec![node::int_attribute("axis", 2)];
            context.builder.add_node("Concat", &inputs, attributes)
        }
    };
    polyphase.interleave(context, &phases)
}
