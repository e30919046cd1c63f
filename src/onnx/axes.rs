//! What nodes say about axes, settled: windows, reduced axes, orders, new shapes,
//! broadcasting.

use super::window::Window;
use super::{OnnxError, Shape, node, pb};

/// The list of integers that older operator sets hold as an attribute and newer
/// ones as an input; `input` gives the values of that input.
pub fn int_list_of(
    node: &pb::NodeProto,
    attribute: &str,
    input: impl FnOnce() -> Option<Vec<i64>>,
) -> Option<Vec<i64>> {
    node::ints(node, attribute).map_or_else(input, |values| Some(values.to_vec()))
}

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
/// `listed` is its list of axes, attribute or input.
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

/// Axes counted from the start, each named once.
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

/// Axes of a tensor; more have no meaning in a network.
pub const MOST_AXES: usize = 16;

/// Refuses tensors with too many axes.
pub fn check_rank(node: &pb::NodeProto, rank: usize) -> Result<(), OnnxError> {
    match rank > MOST_AXES {
        true => Err(node::problem(
            node,
            format!("{rank} axes are too many; the limit is {MOST_AXES}"),
        )),
        false => Ok(()),
    }
}

/// The shape that a Reshape node gives.
pub fn reshaped(node: &pb::NodeProto, input: &[usize], target: &[i64]) -> Result<Shape, OnnxError> {
    check_rank(node, target.len())?;
    let keep_zero = node::int(node, "allowzero") != Some(1);
    let size = |(axis, &size): (usize, &i64)| match size {
        0 if keep_zero => input.get(axis).copied(),
        -1 => None,
        _ => usize::try_from(size).ok(),
    };
    let shape: Vec<Option<usize>> = target.iter().enumerate().map(size).collect();
    let total = count(input).unwrap_or(usize::MAX);
    let known: Shape = shape.iter().flatten().copied().collect();
    let known = count(&known).unwrap_or(usize::MAX);
    let whole: Shape = shape
        .iter()
        .map(|size| size.unwrap_or(total / known.max(1)))
        .collect();
    match count(&whole) == Some(total) {
        true => Ok(whole),
        false => Err(node::problem(
            node,
            format!("{input:?} cannot be reshaped to {target:?}"),
        )),
    }
}

/// The shape that a Flatten node gives.
pub fn flattened(node: &pb::NodeProto, input: &[usize]) -> Result<Shape, OnnxError> {
    let axis = node::int(node, "axis").unwrap_or(1);
    let axis = if axis == input.len() as i64 {
        input.len()
    } else {
        normal_axis(node, axis, input.len())?
    };
    let (outer, inner) = (count(&input[..axis]), count(&input[axis..]));
    Ok(vec![
        outer.unwrap_or(usize::MAX),
        inner.unwrap_or(usize::MAX),
    ])
}

/// The shape that a Squeeze node gives; without axes, every axis of size 1 goes.
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

/// The shape that an Unsqueeze node gives.
pub fn unsqueezed(node: &pb::NodeProto, input: &[usize], axes: &[i64]) -> Result<Shape, OnnxError> {
    let rank = input.len() + axes.len();
    check_rank(node, rank)?;
    let axes = normal_axes(node, axes, rank)?;
    let mut sizes = input.iter().copied();
    let size = |axis| match axes.contains(&axis) {
        true => 1,
        false => sizes.next().unwrap_or(1),
    };
    Ok((0..rank).map(size).collect())
}

/// The positions that a Slice node takes from one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub axis: usize,
    pub start: usize,
    pub count: usize,
    /// Negative where it runs backwards.
    pub step: i64,
}

impl Range {
    /// The positions, in the order in which they are taken.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |n| (self.start as i64 + n as i64 * self.step) as usize)
    }
}

/// What a Slice node takes, one range for each axis that it names.
pub fn slices(
    node: &pb::NodeProto,
    input: &[usize],
    starts: &[i64],
    ends: &[i64],
    axes: Option<Vec<i64>>,
    steps: Option<Vec<i64>>,
) -> Result<Vec<Range>, OnnxError> {
    let axes = axes.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = steps.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] || steps.contains(&0) {
        let problem = "starts, ends, axes and steps do not go together";
        return Err(node::problem(node, problem));
    }
    let axes = normal_axes(node, &axes, input.len())?;
    let range = |(place, axis): (usize, usize)| {
        let (size, step) = (input[axis] as i64, steps[place]);
        let from_start = |value: i64| {
            if value < 0 {
                value.saturating_add(size)
            } else {
                value
            }
        };
        // Backwards, an end before the first position means: up to the first.
        let (start, span) = if step > 0 {
            let start = from_start(starts[place]).clamp(0, size);
            (start, from_start(ends[place]).clamp(0, size) - start)
        } else {
            let start = from_start(starts[place]).clamp(-1, size - 1);
            (start, start - from_start(ends[place]).clamp(-1, size - 1))
        };
        let count = usize::try_from(span)
            .unwrap_or(0)
            .div_ceil(step.unsigned_abs() as usize);
        Range {
            axis,
            start: usize::try_from(start).unwrap_or(0),
            count,
            step,
        }
    };
    Ok(axes.into_iter().enumerate().map(range).collect())
}

/// The sizes of a Split node's parts along its axis.
pub fn split_sizes(
    node: &pb::NodeProto,
    size: usize,
    listed: Option<Vec<i64>>,
) -> Result<Vec<usize>, OnnxError> {
    let parts = node.output.len();
    let sizes: Vec<usize> = match listed {
        Some(listed) => {
            let listed = listed
                .iter()
                .map(|&size| usize::try_from(size).unwrap_or(0));
            listed.collect()
        }
        None => {
            let whole = size.div_ceil(parts.max(1));
            (0..parts)
                .map(|part| whole.min(size.saturating_sub(part * whole)))
                .collect()
        }
    };
    let total = sizes
        .iter()
        .try_fold(0usize, |total, &part| total.checked_add(part));
    if sizes.len() != parts || total != Some(size) {
        let problem = format!("{size} cannot be split into {sizes:?}");
        return Err(node::problem(node, problem));
    }
    Ok(sizes)
}

/// Values added before and after each axis by a Pad node; negative ones cut.
pub fn padding(
    node: &pb::NodeProto,
    rank: usize,
    pads: &[i64],
    axes: Option<Vec<i64>>,
) -> Result<Vec<(i64, i64)>, OnnxError> {
    let axes = match axes {
        Some(axes) => normal_axes(node, &axes, rank)?,
        None => (0..rank).collect(),
    };
    const MOST: i64 = 1 << 20;
    if pads.len() != 2 * axes.len() || !pads.iter().all(|pad| (-MOST..=MOST).contains(pad)) {
        let problem = format!("{pads:?} are no pads of {} axes", axes.len());
        return Err(node::problem(node, problem));
    }
    let mut both = vec![(0, 0); rank];
    for (place, &axis) in axes.iter().enumerate() {
        both[axis] = (pads[place], pads[place + axes.len()]);
    }
    Ok(both)
}

/// Number of values of a tensor, unless it does not fit a number.
pub fn count(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1usize, |count, &size| count.checked_mul(size))
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
