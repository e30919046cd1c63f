//! Reductions of whole axes: means, sums, maxima.

use super::Step;
use crate::gradient::GradientError;
use crate::onnx::{node, reduced_axes};

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

/// y = mean over some axes: x̄ = ȳ / n along them.
pub fn mean(step: &mut Step) -> Result<(), GradientError> {
    spread_over_axes(step, |count| 1.0 / count as f32)
}

/// y = sum over some axes: x̄ = ȳ along them.
pub fn sum(step: &mut Step) -> Result<(), GradientError> {
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

/// y = max over some axes: x̄ = ȳ at the first maximum in row-major order of
/// those axes, 0 elsewhere.
pub fn max(step: &mut Step) -> Result<(), GradientError> {
    let shape = step.shape(step.input(0)?)?;
    let listed = step.int_list("axes", 1)?;
    let axes = reduced_axes(step.node, listed, shape.len())?;
    route_to_first(step, shape, &axes)
}

/// y = max over height and width: x̄ = ȳ at the first maximum in row-major
/// order, 0 elsewhere.
pub fn global_max(step: &mut Step) -> Result<(), GradientError> {
    let shape = spatial_shape(step)?;
    let axes: Vec<usize> = (2..shape.len()).collect();
    route_to_first(step, shape, &axes)
}

fn route_to_first(step: &mut Step, shape: &[usize], axes: &[usize]) -> Result<(), GradientError> {
    let kept: Vec<usize> = (0..shape.len())
        .filter(|axis| !axes.contains(axis))
        .collect();
    let mut reduced = axes.to_vec();
    reduced.sort_unstable();
    let order = [kept.as_slice(), &reduced].concat();
    let sizes = |axes: &[usize]| axes.iter().map(|&axis| shape[axis]).product::<usize>();
    let (rows, columns) = (sizes(&kept), sizes(&reduced));
    step.check_constant(Some(columns))?;
    let in_order = order.iter().copied().eq(0..shape.len());

    let mut values = step.input(0)?.to_owned();
    if !in_order {
        values = step.builder.transpose(&values, &order);
    }
    let values = step.builder.reshape(&values, &[rows, columns]);
    // ArgMax takes the first of several maxima.
    let attributes = vec![node::int_attribute("axis", 1)];
    let first = step.builder.add("ArgMax", &[&values], attributes);
    let places: Vec<i64> = (0..columns as i64).collect();
    let places = step.builder.ints(&places);
    let hit = step.builder.compare("Equal", &first, &places);
    let cotangent = step.builder.reshape(step.cotangent, &[rows, 1]);
    let routed = step.builder.keep_where(&hit, &cotangent);
    let moved: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
    let mut routed = step.builder.reshape(&routed, &moved);
    if !in_order {
        let mut back = vec![0; order.len()];
        for (place, &axis) in order.iter().enumerate() {
            back[axis] = place;
        }
        routed = step.builder.transpose(&routed, &back);
    }
    step.give(0, routed);
    Ok(())
}
