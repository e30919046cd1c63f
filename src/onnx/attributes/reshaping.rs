//! The shapes that Reshape, Flatten, Squeeze and Unsqueeze give.

use tract_onnx::pb;

use crate::onnx::error::OnnxError;
use crate::onnx::node;

use super::axes::{check_rank, normal_axes, normal_axis};
use crate::onnx::shapes::{Shape, element_count};

/// The shape that a Reshape node gives.
///
/// # Errors
/// [`OnnxError::Node`] if the number of elements would change.
pub fn reshaped(node: &pb::NodeProto, input: &[usize], target: &[i64]) -> Result<Shape, OnnxError> {
    check_rank(node, target.len())?;
    let keep_zero = node::int(node, "allowzero") != Some(1);
    let size = |(axis, &size): (usize, &i64)| match size {
        0 if keep_zero => input.get(axis).copied(),
        -1 => None,
        _ => usize::try_from(size).ok(),
    };
    let shape: Vec<Option<usize>> = target.iter().enumerate().map(size).collect();
    let total = element_count(input).unwrap_or(usize::MAX);
    let known: Shape = shape.iter().flatten().copied().collect();
    let known = element_count(&known).unwrap_or(usize::MAX);
    let whole: Shape = shape
        .iter()
        .map(|size| size.unwrap_or(total / known.max(1)))
        .collect();
    if element_count(&whole) != Some(total) {
        let problem = format!("{input:?} cannot be reshaped to {target:?}");
        return Err(node::problem(node, problem));
    }
    Ok(whole)
}

/// The shape that a Flatten node gives.
///
/// # Errors
/// [`OnnxError::Node`] if there is no such axis.
pub fn flattened(node: &pb::NodeProto, input: &[usize]) -> Result<Shape, OnnxError> {
    let axis = node::int(node, "axis").unwrap_or(1);
    let axis = if axis == input.len() as i64 {
        input.len()
    } else {
        normal_axis(node, axis, input.len())?
    };
    let (outer, inner) = (element_count(&input[..axis]), element_count(&input[axis..]));
    Ok(vec![
        outer.unwrap_or(usize::MAX),
        inner.unwrap_or(usize::MAX),
    ])
}

/// The shape that a Squeeze node gives; without axes, every axis of size 1 goes.
///
/// # Errors
/// [`OnnxError::Node`] if there is no such axis.
pub fn squeezed(
    node: &pb::NodeProto,
    input: &[usize],
    axes: Option<Vec<i64>>,
) -> Result<Shape, OnnxError> {
    let axes = match axes {
        Some(axes) => normal_axes(node, &axes, input.len())?,
        None => (0..input.len()).filter(|&axis| input[axis] == 1).collect(),
    };
    let kept = (0..input.len()).filter(|axis| !axes.contains(axis));
    Ok(kept.map(|axis| input[axis]).collect())
}

/// The shape that an Unsqueeze node gives; the axes count in the output.
///
/// # Errors
/// [`OnnxError::Node`] if there is no such axis, or too many.
pub fn unsqueezed(node: &pb::NodeProto, input: &[usize], axes: &[i64]) -> Result<Shape, OnnxError> {
    let rank = input.len() + axes.len();
    check_rank(node, rank)?;
    let axes = normal_axes(node, axes, rank)?;
    let mut sizes = input.iter().copied();
    let size = |axis| {
        if axes.contains(&axis) {
            1
        } else {
            sizes.next().unwrap_or(1)
        }
    };
    Ok((0..rank).map(size).collect())
}
