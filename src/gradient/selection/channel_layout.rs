//! Which tensors have their channels last.

use std::collections::HashMap;

use super::types::PictureInput;
use crate::onnx::{pb, transpose_order};
use crate::picture::Layout;

/// Which of batch, channel, row, column (0…3) each axis of a tensor is.
type AxisOrder = [usize; 4];
const CHANNELS_FIRST: AxisOrder = [0, 1, 2, 3];
const CHANNELS_LAST: AxisOrder = [0, 2, 3, 1];

/// For every tensor that depends on the picture, whether it is [1, h, w, C].
///
/// Convolutions and poolings give [1, C, h, w], a Transpose permutes axes,
/// a Reshape is taken to give [1, C, h, w], and every other operator keeps the order
/// of its input.
pub fn channels_last<'graph>(
    graph: &'graph pb::GraphProto,
    picture: &'graph PictureInput,
) -> HashMap<&'graph str, bool> {
    let input_order = match picture.layout {
        Layout::Nchw => CHANNELS_FIRST,
        Layout::Nhwc => CHANNELS_LAST,
    };
    let mut orders: HashMap<&str, AxisOrder> =
        HashMap::from([(picture.name.as_str(), input_order)]);
    for node in &graph.node {
        let input_order = node
            .input
            .iter()
            .find_map(|input| orders.get(input.as_str()));
        let order = match (node.op_type.as_str(), input_order) {
            ("Conv" | "ConvTranspose" | "MaxPool" | "AveragePool" | "Reshape", _) => CHANNELS_FIRST,
            ("Transpose", Some(&before)) => match transpose_order(node, 4) {
                Ok(permutation) => std::array::from_fn(|axis| before[permutation[axis]]),
                Err(_) => continue,
            },
            (_, Some(&before)) => before,
            (_, None) => continue,
        };
        orders.extend(node.output.iter().map(|output| (output.as_str(), order)));
    }
    orders
        .into_iter()
        .map(|(tensor, order)| (tensor, order == CHANNELS_LAST))
        .collect()
}
