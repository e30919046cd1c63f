//! Which tensors have height and width.
//!
//! Four axes alone do not tell: the heads of an attention have four, too, and a
//! map over their tokens and features would be no picture.

use std::collections::HashSet;

use super::grid_sizes::GridSizes;
use super::types::PictureInput;
use crate::onnx::{Index, Shapes, pb};

/// Tensors with height and width, and the sizes that occur.
pub struct SpatialTensors<'graph> {
    pub names: HashSet<&'graph str>,
    pub sizes: GridSizes,
}

/// The tensors [1, …] whose other three axes are channels, height and width, in
/// either order.
///
/// The picture has them, and so have the outputs of convolutions and poolings.
/// Every other operator preserves them, except products of two tensors that both
/// depend on the picture, which mix positions. A reshaped tensor has height and
/// width if their sizes are those of a convolution or pooling before it, unless it holds
/// the weights of an attention: from a product of queries and keys to the next product.
pub fn tensors_with_height_and_width<'graph>(
    graph: &'graph pb::GraphProto,
    index: &Index<'graph>,
    shapes: &Shapes,
    picture: &'graph PictureInput,
) -> SpatialTensors<'graph> {
    let mut found = SpatialTensors {
        names: HashSet::from([picture.name.as_str()]),
        sizes: GridSizes::default(),
    };
    let mut attention_weights: HashSet<&str> = HashSet::new();
    for node in &graph.node {
        let depends = |input: &&String| {
            let input = input.as_str();
            index.initialiser(input).is_none() && shapes.constant(input).is_none()
        };
        let reads = |tensors: &HashSet<&str>| {
            let mut inputs = node.input.iter();
            inputs.any(|input| tensors.contains(input.as_str()))
        };
        let creates = matches!(
            node.op_type.as_str(),
            "Conv" | "ConvTranspose" | "MaxPool" | "AveragePool" | "Resize"
        );
        let mixes = matches!(node.op_type.as_str(), "MatMul" | "Einsum")
            && node.input.iter().filter(depends).count() > 1;
        let preserves = reads(&found.names)
            && !mixes
            && !matches!(node.op_type.as_str(), "Reshape" | "Flatten");
        let reads_weights = reads(&attention_weights);
        // A product of two makes weights; one of weights with values makes none, and what
        // weights are multiplied or added to is none.
        let are_weights = match mixes {
            true => !reads_weights,
            false => reads_weights && !creates && !reads(&found.names),
        };
        if are_weights {
            attention_weights.extend(node.output.iter().map(String::as_str));
            continue;
        }
        for output in &node.output {
            let Some(&[1, a, b, c]) = shapes.get(output) else {
                continue;
            };
            if creates {
                found.sizes.insert([b, c]);
            }
            let has_size = |size| found.sizes.contains(size);
            let is_known = !mixes && (has_size([b, c]) || has_size([a, b]));
            if creates || preserves || is_known {
                found.names.insert(output.as_str());
            }
        }
    }
    found
}
