//! The pads of a Pad node.

use tract_onnx::pb;

use crate::onnx::error::OnnxError;
use crate::onnx::node;

use super::axes::normal_axes;

/// Elements added or cut on one side of an axis; more have no meaning in a network.
const MAX_PAD: i64 = 1 << 20;

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
    if pads.len() != 2 * axes.len() || !pads.iter().all(|pad| (-MAX_PAD..=MAX_PAD).contains(pad)) {
        let problem = format!("{pads:?} are no pads of {} axes", axes.len());
        return Err(node::problem(node, problem));
    }
    let mut both = vec![(0, 0); rank];
    for (place, &axis) in axes.iter().enumerate() {
        both[axis] = (pads[place], pads[place + axes.len()]);
    }
    Ok(both)
}
