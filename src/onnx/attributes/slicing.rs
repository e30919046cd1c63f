//! Which positions Slice takes, and where Split divides an axis.

use tract_onnx::pb;

use crate::onnx::error::OnnxError;
use crate::onnx::node;

use super::axes::normal_axes;

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
    pub fn positions(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |n| (self.start as i64 + n as i64 * self.step) as usize)
    }
}

/// What a Slice node takes, one range for each axis that it names.
///
/// # Errors
/// [`OnnxError::Node`] if the lists differ in length, a step is 0, or there is no such
/// axis.
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
    let range = |(position, axis): (usize, usize)| {
        let (size, step) = (input[axis] as i64, steps[position]);
        let from_start = |value: i64| {
            if value < 0 {
                value.saturating_add(size)
            } else {
                value
            }
        };
        // Backwards, an end before the first position means: up to the first.
        let (start, span) = if step > 0 {
            let start = from_start(starts[position]).clamp(0, size);
            (start, from_start(ends[position]).clamp(0, size) - start)
        } else {
            let start = from_start(starts[position]).clamp(-1, size - 1);
            (
                start,
                start - from_start(ends[position]).clamp(-1, size - 1),
            )
        };
        // Where `usize` has 32 bits, a step may be beyond it.
        let stride = usize::try_from(step.unsigned_abs()).unwrap_or(usize::MAX);
        let count = usize::try_from(span).unwrap_or(0).div_ceil(stride);
        Range {
            axis,
            start: usize::try_from(start).unwrap_or(0),
            count,
            step,
        }
    };
    Ok(axes.into_iter().enumerate().map(range).collect())
}

/// The sizes of a Split node's parts along its axis of `size`; equal ones, with a
/// smaller last one, if it lists none.
///
/// # Errors
/// [`OnnxError::Node`] if they do not sum to `size`.
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
