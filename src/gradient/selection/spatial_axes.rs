//! Which tensors have height and width.
//!
//! Four axes alone do not tell: the heads of an attention have four, too, and a
//! map over their tokens and features would be no picture.

use std::collections::HashSet;

use super::types::PictureInput;
use crate::onnx::{Index, Shapes, pb};

/// The tensors [1, …] whose other three axes are channels, height and width, in
/// either order.
///
/// The picture has them, and so have the outputs of convolutions and poolings.
/// Every other operator preserves them, except products of two tensors that both
/// depend on the picture, which mix positions. A reshaped tensor has height and
/// width if their sizes are those of a convolution or pooling before it.
pub fn tensors_with_height_and_width<'graph>(
    graph: &'graph pb::GraphProto,
    index: &Index<'graph>,
    shapes: &Shapes,
    picture: &'graph PictureInput,
) -> HashSet<&'graph str> {
    let mut found = HashSet::from([picture.name.as_str()]);
    let mut sizes: HashSet<[usize; 2]> = HashSet::new();
    for node in &graph.node {
        let depends = |input: &&String| {
            let input = input.as_str();
            index.initialiser(input).is_none() && shapes.constant(input).is_none()
        };
        let reads = node
            .input
            .iter()
            .any(|input| found.contains(input.as_str()));
        let creates = matches!(
            node.op_type.as_str(),
            "Conv" | "ConvTranspose" | "MaxPool" | "AveragePool" | "Resize"
        );
        let mixes = matches!(node.op_type.as_str(), "MatMul" | "Einsum")
            && node.input.iter().filter(depends).count() > 1;
        let preserves = reads && !mixes && !matches!(node.op_type.as_str(), "Reshape" | "Flatten");
        for output in &node.output {
            let Some(&[1, a, b, c]) = shapes.get(output) else {
                continue;
            };
            if creates {
                sizes.insert([b, c]);
            }
            let is_known = !mixes && (sizes.contains(&[b, c]) || sizes.contains(&[a, b]));
            if creates || preserves || is_known {
                found.insert(output.as_str());
            }
        }
    }
    found
}
