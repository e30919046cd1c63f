//! Pooling and reduction.

use super::Step;
use crate::gradient::GradientError;
use crate::onnx::{Window, node, pool_window, reduced_axes};

/// y = mean over height and width: x̄ = ȳ / (h·w), everywhere.
pub fn global_average(step: &mut Step) -> Result<(), GradientError> {
    let shape = spatial_shape(step)?;
    let area: usize = shape[2..].iter().product();
    let share = step.builder.scale(step.cotangent, 1.0 / area as f32);
    let cotangent = step.builder.expand(&share, shape);
    step.give(0, cotangent);
    Ok(())
}

/// Shape of the input, which has height and width.
fn spatial_shape<'a>(step: &Step<'a>) -> Result<&'a [usize], GradientError> {
    let shape = step.shape(step.input(0)?)?;
    match shape.len() {
        0..3 => Err(step.unsupported("its input has no height and width")),
        _ => Ok(shape),
    }
}

/// Pixels of a window for which a branch is still written out, tap by tap.
const MOST_TAPS: usize = 1024;

fn check_taps(step: &Step, window: &Window) -> Result<(), GradientError> {
    let taps: usize = window
        .kernel
        .iter()
        .fold(1, |taps, &size| taps.saturating_mul(size));
    if taps > MOST_TAPS {
        return Err(step.unsupported(format!(
            "a window of {taps} pixels; the limit is {MOST_TAPS}"
        )));
    }
    if step.builder.opset() < 10 && window.strides.iter().any(|&stride| stride > 1) {
        return Err(step.unsupported(
            "a stride needs operator set 10 or newer here; export the model again with that",
        ));
    }
    Ok(())
}

/// y = mean over some axes: x̄ = ȳ / n along them.
pub fn reduce_mean(step: &mut Step) -> Result<(), GradientError> {
    spread_over_axes(step, |count| 1.0 / count as f32)
}

/// y = sum over some axes: x̄ = ȳ along them.
pub fn reduce_sum(step: &mut Step) -> Result<(), GradientError> {
    spread_over_axes(step, |_| 1.0)
}

fn spread_over_axes(step: &mut Step, share: fn(usize) -> f32) -> Result<(), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    let listed = step.int_list("axes", 1)?;
    let axes = reduced_axes(step.node, listed, shape.len())?;
    let kept: Vec<usize> = (0..shape.len())
        .map(|axis| if axes.contains(&axis) { 1 } else { shape[axis] })
        .collect();
    let count: usize = axes.iter().map(|&axis| shape[axis]).product();
    let reshaped = step.builder.reshape(step.cotangent, &kept);
    let scaled = match share(count) {
        1.0 => reshaped,
        factor => step.builder.scale(&reshaped, factor),
    };
    let cotangent = step.builder.expand(&scaled, shape);
    step.give(0, cotangent);
    Ok(())
}

/// y = max over height and width: x̄ = ȳ at the first maximum in row-major
/// order, 0 elsewhere.
pub fn global_max(step: &mut Step) -> Result<(), GradientError> {
    let input = step.input(0)?;
    let shape = spatial_shape(step)?;
    let (channels, area) = (shape[1], shape[2..].iter().product::<usize>());
    let rows = step.builder.reshape(input, &[1, channels, area]);
    // ArgMax takes the first of several maxima.
    let first = step
        .builder
        .add("ArgMax", &[&rows], vec![node::int_attribute("axis", 2)]);
    let places = step.builder.ints(&(0..area as i64).collect::<Vec<_>>());
    let hit = step.builder.add("Equal", &[&first, &places], vec![]);
    let cotangent = step.builder.reshape(step.cotangent, &[1, channels, 1]);
    let routed = step.builder.keep_where(&hit, &cotangent);
    let cotangent = step.builder.reshape(&routed, shape);
    step.give(0, cotangent);
    Ok(())
}

/// y = mean over windows: each window's share goes to all of its pixels.
pub fn average(step: &mut Step) -> Result<(), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    let window = pool_window(step.node, shape)?;
    let single = window.output.iter().all(|&size| size == 1);
    if !single {
        check_taps(step, &window)?;
    }
    let counts = window_counts(step, &window, &shape[2..]);
    let kernel: usize = window.kernel.iter().product();
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
    if single {
        return one_window(step, &window, shape, &share);
    }
    let parts: Vec<String> = offsets(&window.kernel)
        .map(|offset| place(step, &share, &window, shape, &offset))
        .collect();
    let cotangent = step.builder.sum(&parts);
    step.give(0, cotangent);
    Ok(())
}

/// One window over everything, as in many heads: no need for a part per pixel.
fn one_window(
    step: &mut Step,
    window: &Window,
    shape: &[usize],
    share: &str,
) -> Result<(), GradientError> {
    // The pixels from 0 to `reach` less the padding are covered, the rest is not.
    let spatial = shape.len() - 2;
    if window.dilations.iter().any(|&dilation| dilation > 1) {
        return Err(step.unsupported("an average over a dilated window is not supported"));
    }
    let covered: Vec<usize> = (0..spatial)
        .map(|axis| {
            window.kernel[axis]
                .saturating_sub(window.pads_begin[axis])
                .min(shape[axis + 2])
        })
        .collect();
    let inner = [&shape[..2], covered.as_slice()].concat();
    let expanded = step.builder.expand(share, &inner);
    let begin = vec![0; shape.len()];
    let end: Vec<usize> = shape
        .iter()
        .zip(&inner)
        .map(|(whole, part)| whole - part)
        .collect();
    let cotangent = step.builder.pad(&expanded, &begin, &end, 0.0);
    step.give(0, cotangent);
    Ok(())
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
        (0..window.kernel[axis])
            .filter(|tap| (low..high).contains(&(start + tap * window.dilations[axis])))
            .count()
    };
    offsets(&window.output)
        .map(|place| {
            place
                .iter()
                .enumerate()
                .map(|(axis, &place)| along(axis, place))
                .product()
        })
        .collect()
}

/// y = max over windows: x̄ gets ȳ at the first maximum of each window, in
/// row-major order.
pub fn max(step: &mut Step) -> Result<(), GradientError> {
    let input = step.input(0)?;
    let shape = step.shape(input)?;
    if node::int(step.node, "storage_order").unwrap_or(0) != 0 {
        return Err(step.unsupported("storage_order 1 is not supported"));
    }
    let window = pool_window(step.node, shape)?;
    check_taps(step, &window)?;
    let (begin, end) = outer_pads(&window, shape);
    let padded = step.builder.pad(input, &begin, &end, f32::MIN);
    let mut taken: Option<String> = None;
    let mut parts = Vec::new();
    for offset in offsets(&window.kernel) {
        let seen = window_pixels(step, &padded, &window, &offset);
        let less = step.builder.add("Less", &[&seen, step.output()], vec![]);
        let hit = step.builder.add("Not", &[&less], vec![]);
        let first = match &taken {
            None => hit.clone(),
            Some(taken) => {
                let free = step.builder.add("Not", &[taken], vec![]);
                step.builder.add("And", &[&hit, &free], vec![])
            }
        };
        taken = Some(match taken {
            None => hit,
            Some(taken) => step.builder.add("Or", &[&taken, &hit], vec![]),
        });
        let routed = step.builder.keep_where(&first, step.cotangent);
        parts.push(place(step, &routed, &window, shape, &offset));
    }
    let cotangent = step.builder.sum(&parts);
    step.give(0, cotangent);
    Ok(())
}

/// Padding of the whole input, so that every window, also the last ones of
/// ceil_mode, lies inside.
fn outer_pads(window: &Window, shape: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let (mut begin, mut end) = (vec![0; shape.len()], vec![0; shape.len()]);
    for axis in 0..window.kernel.len() {
        let needed = (window.output[axis] - 1) * window.strides[axis] + window.reach(axis);
        begin[axis + 2] = window.pads_begin[axis];
        end[axis + 2] = needed.saturating_sub(shape[axis + 2] + window.pads_begin[axis]);
    }
    (begin, end)
}

/// The pixel that every window has at `offset`: a tensor of the output's shape.
fn window_pixels(step: &mut Step, padded: &str, window: &Window, offset: &[usize]) -> String {
    let mut pixels = padded.to_owned();
    for (axis, tap) in offset.iter().enumerate() {
        let start = tap * window.dilations[axis];
        pixels = step.builder.slice(
            &pixels,
            axis + 2,
            start,
            window.output[axis],
            window.strides[axis],
        );
    }
    pixels
}

/// The reverse of [`window_pixels`]: puts one value of each window at `offset`
/// into a tensor of the input's shape that is 0 elsewhere.
fn place(
    step: &mut Step,
    values: &str,
    window: &Window,
    shape: &[usize],
    offset: &[usize],
) -> String {
    let mut spread = spread(step, values, window, shape);
    let (outer_begin, outer_end) = outer_pads(window, shape);
    let (mut begin, mut end) = (vec![0; shape.len()], vec![0; shape.len()]);
    for (axis, tap) in offset.iter().enumerate() {
        let whole = shape[axis + 2] + outer_begin[axis + 2] + outer_end[axis + 2];
        let length = (window.output[axis] - 1) * window.strides[axis] + 1;
        begin[axis + 2] = tap * window.dilations[axis];
        end[axis + 2] = whole - length - begin[axis + 2];
    }
    spread = step.builder.pad(&spread, &begin, &end, 0.0);
    for axis in 2..shape.len() {
        if outer_begin[axis] + outer_end[axis] > 0 {
            spread = step
                .builder
                .slice(&spread, axis, outer_begin[axis], shape[axis], 1);
        }
    }
    spread
}

/// Puts stride − 1 zeros between neighbours, on each spatial axis.
fn spread(step: &mut Step, values: &str, window: &Window, shape: &[usize]) -> String {
    // A single value has no neighbour.
    let strides: Vec<usize> = (window.output.iter().zip(&window.strides))
        .map(|(&size, &stride)| if size == 1 { 1 } else { stride })
        .collect();
    if strides.iter().all(|&stride| stride == 1) {
        return values.to_owned();
    }
    // [1, C, h, w] → [1, C, h, 1, w, 1] → padded to [1, C, h, s, w, s] → [1, C, h·s, w·s]
    let (mut apart, mut end, mut together) = (shape[..2].to_vec(), vec![0, 0], shape[..2].to_vec());
    for (&size, &stride) in window.output.iter().zip(&strides) {
        apart.extend([size, 1]);
        end.extend([0, stride - 1]);
        together.push(size * stride);
    }
    let begin = vec![0; apart.len()];
    let values = step.builder.reshape(values, &apart);
    let values = step.builder.pad(&values, &begin, &end, 0.0);
    let mut values = step.builder.reshape(&values, &together);
    for (axis, (&size, &stride)) in window.output.iter().zip(&strides).enumerate() {
        if stride > 1 {
            values = step
                .builder
                .slice(&values, axis + 2, 0, (size - 1) * stride + 1, 1);
        }
    }
    values
}

/// All places of a grid of this size, in row-major order.
fn offsets(size: &[usize]) -> impl Iterator<Item = Vec<usize>> + use<> {
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
