//! Which tensors have their channels last.

use std::collections::HashMap;

use super::grid_sizes::GridSizes;
use super::types::PictureInput;
use crate::onnx::{Shapes, node, pb, transpose_order};
use crate::picture::Layout;

/// Which of batch, channel, row, column (0…3) each axis of a tensor is.
type AxisOrder = [usize; 4];
const CHANNELS_FIRST: AxisOrder = [0, 1, 2, 3];
const CHANNELS_LAST: AxisOrder = [0, 2, 3, 1];

/// For every tensor that depends on the picture, whether it is [1, h, w, C].
///
/// Convolutions and poolings give [1, C, h, w], a Transpose permutes axes, a Reshape gives
/// the order in which height and width are among the known `sizes` ([1, C, h, w] where that
/// does not tell), a LayerNormalization of the last axis has the channels there, and every
/// other operator keeps the order of its input.
pub fn channels_last<'graph>(
    graph: &'graph pb::GraphProto,
    shapes: &Shapes,
    picture: &'graph PictureInput,
    sizes: &GridSizes,
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
            ("Conv" | "ConvTranspose" | "MaxPool" | "AveragePool", _) => CHANNELS_FIRST,
            ("Reshape", _) => reshaped_order(node, shapes, sizes),
            ("LayerNormalization", _) if normalises_last_axis(node, shapes) => CHANNELS_LAST,
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

fn reshaped_order(node: &pb::NodeProto, shapes: &Shapes, sizes: &GridSizes) -> AxisOrder {
    match node.output.first().and_then(|output| shapes.get(output)) {
        Some(&[1, a, b, c]) if sizes.contains([a, b]) && !sizes.contains([b, c]) => CHANNELS_LAST,
        _ => CHANNELS_FIRST,
    }
}

/// Whether it normalises the last of four axes, which then are the channels: nobody
/// normalises each row of pixels by itself.
fn normalises_last_axis(node: &pb::NodeProto, shapes: &Shapes) -> bool {
    let rank = node.output.first().and_then(|output| shapes.get(output));
    rank.is_some_and(|shape| shape.len() == 4)
        && matches!(node::int(node, "axis"), None | Some(-1 | 3))
}
