//! What nodes say about axes, settled: windows, reduced axes, orders, broadcasting.

use super::window::Window;
use super::{Index, OnnxError, Shape, node, pb, tensor};

/// The window of a pooling node over an input of this whole shape.
pub fn pool_window(node: &pb::NodeProto, input: &[usize]) -> Result<Window, OnnxError> {
    if input.len() < 3 {
        return Err(node::problem(node, "its input has no height and width"));
    }
    let kernel: Option<Vec<usize>> = node::ints(node, "kernel_shape").and_then(|kernel| {
        kernel
            .iter()
            .map(|&size| usize::try_from(size).ok())
            .collect()
    });
    let kernel = kernel.ok_or_else(|| node::problem(node, "it has no kernel_shape"))?;
    Window::of(node, &input[2..], &kernel)
}

/// The axes that a Reduce node takes away or makes 1; all if it names none.
pub fn reduced_axes(
    node: &pb::NodeProto,
    index: &Index,
    rank: usize,
) -> Result<Vec<usize>, OnnxError> {
    let listed = match (node::ints(node, "axes"), node::input(node, 1)) {
        (Some(axes), _) => axes.to_vec(),
        (None, Some(name)) => index
            .initialiser(name)
            .map(tensor::ints)
            .transpose()?
            .ok_or_else(|| node::problem(node, "its axes are computed at run time"))?,
        (None, None) => Vec::new(),
    };
    if listed.is_empty() && node::int(node, "noop_with_empty_axes") != Some(1) {
        return Ok((0..rank).collect());
    }
    listed
        .into_iter()
        .map(|axis| normal_axis(node, axis, rank))
        .collect()
}

/// The order of axes of a Transpose node; reversed if it names none.
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
    match sorted.into_iter().eq(0..rank) {
        true => Ok(order),
        false => Err(node::problem(
            node,
            format!("{order:?} is no order of {rank} axes"),
        )),
    }
}

/// An axis counted from the start; files may count from the end.
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

/// The common shape of two, by numpy's rules.
pub fn broadcast(a: &[usize], b: &[usize]) -> Option<Shape> {
    let rank = a.len().max(b.len());
    let size = |shape: &[usize], axis: usize| {
        (axis + shape.len())
            .checked_sub(rank)
            .map_or(1, |axis| shape[axis])
    };
    (0..rank)
        .map(|axis| match (size(a, axis), size(b, axis)) {
            (a, b) if a == b => Some(a),
            (1, b) => Some(b),
            (a, 1) => Some(a),
            _ => None,
        })
        .collect()
}
