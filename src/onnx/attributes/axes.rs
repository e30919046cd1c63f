//! Axes: counted from the start, reduced, permuted.

use tract_onnx::pb;

use crate::onnx::error::OnnxError;
use crate::onnx::node;

/// The largest rank of a tensor; more axes have no meaning in a network.
pub const MAX_AXES: usize = 16;

/// The axes along which a Reduce node reduces; all if it names none. `listed` is its
/// list of axes, attribute or input.
///
/// # Errors
/// As [`normal_axes`].
pub fn reduced_axes(
    node: &pb::NodeProto,
    listed: Option<Vec<i64>>,
    rank: usize,
) -> Result<Vec<usize>, OnnxError> {
    let listed = listed.unwrap_or_default();
    if listed.is_empty() && node::int(node, "noop_with_empty_axes") != Some(1) {
        return Ok((0..rank).collect());
    }
    normal_axes(node, &listed, rank)
}

/// Axes counted from the start.
///
/// # Errors
/// [`OnnxError::Node`] for an axis that is not there, or that is named twice.
pub fn normal_axes(
    node: &pb::NodeProto,
    axes: &[i64],
    rank: usize,
) -> Result<Vec<usize>, OnnxError> {
    let mut found = Vec::new();
    for &axis in axes {
        let from_start = normal_axis(node, axis, rank)?;
        if found.contains(&from_start) {
            let problem = format!("it names the axis {from_start} twice");
            return Err(node::problem(node, problem));
        }
        found.push(from_start);
    }
    Ok(found)
}

/// Refuses tensors of a rank above [`MAX_AXES`].
///
/// # Errors
/// [`OnnxError::Node`].
pub fn check_rank(node: &pb::NodeProto, rank: usize) -> Result<(), OnnxError> {
    if rank > MAX_AXES {
        let problem = format!("{rank} axes are too many; the limit is {MAX_AXES}");
        return Err(node::problem(node, problem));
    }
    Ok(())
}

/// The permutation of the axes by a Transpose node; reversed if it names none.
///
/// # Errors
/// [`OnnxError::Node`] if `perm` is no permutation of so many axes.
pub fn transpose_order(node: &pb::NodeProto, rank: usize) -> Result<Vec<usize>, OnnxError> {
    let Some(order) = node::ints(node, "perm") else {
        return Ok((0..rank).rev().collect());
    };
    let order: Vec<usize> = order
        .iter()
        .map(|&axis| usize::try_from(axis).unwrap_or(rank))
        .collect();
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..rank) {
        let problem = format!("{order:?} is no order of {rank} axes");
        return Err(node::problem(node, problem));
    }
    Ok(order)
}

/// An axis counted from the start; negative ones count from the end.
///
/// # Errors
/// [`OnnxError::Node`] for an axis that is not there.
pub fn normal_axis(node: &pb::NodeProto, axis: i64, rank: usize) -> Result<usize, OnnxError> {
    let from_start = if axis < 0 {
        axis.saturating_add(rank as i64)
    } else {
        axis
    };
    usize::try_from(from_start)
        .ok()
        .filter(|&axis| axis < rank)
        .ok_or_else(|| node::problem(node, format!("there is no axis {axis} among {rank}")))
}
