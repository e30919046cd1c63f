//! Reductions of whole axes: mean, sum, maximum.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;
use crate::onnx::{node, reduced_axes};

/// y = mean over height and width: x̄ = ȳ / (h·w), everywhere.
pub fn global_average(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = spatial_shape(context)?;
    let area: usize = shape[2..].iter().product();
    let scaled = context.builder.scale(context.cotangent, 1.0 / area as f32);
    let cotangent = context.builder.expand(&scaled, shape);
    context.accumulate(0, cotangent);
    Ok(())
}

/// Shape of the input, which has height and width.
fn spatial_shape<'a>(context: &VjpContext<'a>) -> Result<&'a [usize], GradientError> {
    let shape = context.shape(context.input(0)?)?;
    match shape.len() {
        0..3 => Err(context.unsupported("its input has no height and width")),
        _ => Ok(shape),
    }
}

/// y = mean over some axes: x̄ = ȳ / n along them.
pub fn mean(context: &mut VjpContext) -> Result<(), GradientError> {
    broadcast_over_axes(context, |count| 1.0 / count as f32)
}

/// y = sum over some axes: x̄ = ȳ along them.
pub fn sum(context: &mut VjpContext) -> Result<(), GradientError> {
    broadcast_over_axes(context, |_| 1.0)
}

/// x̄ = ȳ times `factor` of the number of reduced values, repeated along their axes.
fn broadcast_over_axes(
    context: &mut VjpContext,
    factor: fn(usize) -> f32,
) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let listed = context.int_list("axes", 1)?;
    let axes = reduced_axes(context.node, listed, shape.len())?;
    let kept: Vec<usize> = (0..shape.len())
        .map(|axis| if axes.contains(&axis) { 1 } else { shape[axis] })
        .collect();
    let count: usize = axes.iter().map(|&axis| shape[axis]).product();
    let reshaped = context.builder.reshape(context.cotangent, &kept);
    let scaled = match factor(count) {
        1.0 => reshaped,
        factor => context.builder.scale(&reshaped, factor),
    };
    let cotangent = context.builder.expand(&scaled, shape);
    context.accumulate(0, cotangent);
    Ok(())
}

/// y = max over some axes: x̄ = ȳ at the first maximum in row-major order of
/// those axes, 0 elsewhere.
pub fn max(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let listed = context.int_list("axes", 1)?;
    let axes = reduced_axes(context.node, listed, shape.len())?;
    let values = context.input(0)?.to_owned();
    route_to_first_maximum(context, values, shape, &axes)
}

/// y = min over some axes: as [`max`] of the negated values.
pub fn min(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = context.shape(context.input(0)?)?;
    let listed = context.int_list("axes", 1)?;
    let axes = reduced_axes(context.node, listed, shape.len())?;
    let values = context.builder.unary("Neg", context.input(0)?);
    route_to_first_maximum(context, values, shape, &axes)
}

/// y = max over height and width: x̄ = ȳ at the first maximum in row-major
/// order, 0 elsewhere.
pub fn global_max(context: &mut VjpContext) -> Result<(), GradientError> {
    let shape = spatial_shape(context)?;
    let axes: Vec<usize> = (2..shape.len()).collect();
    let values = context.input(0)?.to_owned();
    route_to_first_maximum(context, values, shape, &axes)
}

/// x̄ is ȳ at the first maximum of `values` over `axes` in row-major order, 0 elsewhere.
fn route_to_first_maximum(
    context: &mut VjpContext,
    mut values: String,
    shape: &[usize],
    axes: &[usize],
) -> Result<(), GradientError> {
    let kept: Vec<usize> = (0..shape.len())
        .filter(|axis| !axes.contains(axis))
        .collect();
    let mut reduced = axes.to_vec();
    reduced.sort_unstable();
    let order = [kept.as_slice(), &reduced].concat();
    let sizes = |axes: &[usize]| axes.iter().map(|&axis| shape[axis]).product::<usize>();
    let (rows, columns) = (sizes(&kept), sizes(&reduced));
    context.check_constant(Some(columns))?;
    let in_order = order.iter().copied().eq(0..shape.len());

    if !in_order {
        values = context.builder.transpose(&values, &order);
    }
    let values = context.builder.reshape(&values, &[rows, columns]);
    // ArgMax takes the first of several maxima.
    let attributes = vec![node::int_attribute("axis", 1)];
    let first = context.builder.add_node("ArgMax", &[&values], attributes);
    let positions: Vec<i64> = (0..columns as i64).collect();
    let positions = context.builder.ints(&positions);
    let is_maximum = context.builder.binary("Equal", &first, &positions);
    let cotangent = context.builder.reshape(context.cotangent, &[rows, 1]);
    let routed = context.builder.where_or_zero(&is_maximum, &cotangent);
    let transposed_shape: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
    let mut routed = context.builder.reshape(&routed, &transposed_shape);
    if !in_order {
        let mut inverse = vec![0; order.len()];
        for (position, &axis) in order.iter().enumerate() {
            inverse[axis] = position;
        }
        routed = context.builder.transpose(&routed, &inverse);
    }
    context.accumulate(0, routed);
    Ok(())
}
