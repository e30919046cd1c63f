//! The pads of a Pad node.

use tract_onnx::pb;

use crate::onnx::error::OnnxError;
use crate::onnx::node;

use super::axes::normal_axes;

/// Elements added or cut on one side of an axis; more have no meaning in a network.
const MAX_PAD: i64 = 1 << 20;

/// Elements added at the begin and at the end of each axis by a Pad node; negative
/// ones are cut.
///
/// # Errors
/// [`OnnxError::Node`] if the lists differ in length, or a pad is too large.
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
    if pads.len() != 2 * axes.len() || !pads.iter().all(|pad| (-MAX_PAD..=MAX_PAD).contains(pad)) {
        let problem = format!("{pads:?} are no pads of {} axes", axes.len());
        return Err(node::problem(node, problem));
    }
    let mut both = vec![(0, 0); rank];
    for (position, &axis) in axes.iter().enumerate() {
        both[axis] = (pads[position], pads[position + axes.len()]);
    }
    Ok(both)
}
