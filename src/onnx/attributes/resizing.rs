//! The scale of Resize where it keeps the aspect ratio.

use tract_onnx::pb;

use crate::onnx::node;

/// The one scale of all `axes` by `keep_aspect_ratio_policy`, in float32 as engines
/// compute it: the smallest of output / input for `not_larger`, the largest for
/// `not_smaller`; `None` where each axis is stretched by its own. `input` is the whole
/// shape, and `sizes` has one entry for each of the axes.
pub fn shared_scale(
    node: &pb::NodeProto,
    input: &[usize],
    axes: &[usize],
    sizes: &[i64],
) -> Option<f32> {
    let pick = match node::text(node, "keep_aspect_ratio_policy").as_deref() {
        Some("not_larger") => f32::min,
        Some("not_smaller") => f32::max,
        _ => return None,
    };
    let ratios = axes.iter().zip(sizes);
    let ratios = ratios.map(|(&axis, &size)| size as f32 / input[axis] as f32);
    ratios.reduce(pick)
}
