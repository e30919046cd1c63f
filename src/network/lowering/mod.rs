//! Lowers layers with weights to operations on our kernels, before tract sees the graph.
//!
//! tract would copy every weight out of the file, convert it to float32, visit it in each
//! of its simplifying passes and pack it in the end. Here the weights of convolutions and
//! dense layers are packed from the file's bytes in one pass, and all graphs of a model
//! share them; tract meets those layers as operations without weights.
//!
//! - `pattern_matching`: the layers that are lowered: Conv, with a batch norm behind it
//!   folded in; Gemm and MatMul by a constant matrix; the gradient of MaxPool
//! - `batch_norm`: those that are folded into a convolution
//! - `scalar_chains`: operators on one tensor and scalars, which become one
//! - `kernel_tensor`: weights of a convolution as they are read
//! - `weight_cache`: the packed weights
//! - `released_weights`: weights of the file that are kept packed alone
//! - `stored_weights`: weights of the file as the kernels read them
//! - `remaining_graph`: the graph that is left for tract
//! - `lowered_ops`: what the lowered layers become in tract's graph
//!
//! Other layers (other ranks, groups, weights that are computed) stay with tract.
//!
//! To lower one more operator: a case in `PatternMatcher::remaining_graph`, and a variant
//! of `LoweredLayer`.

mod batch_norm;
mod kernel_tensor;
mod lowered_ops;
mod pattern_matching;
mod released_weights;
mod remaining_graph;
mod scalar_chains;
mod stored_weights;
#[cfg(test)]
mod tests;
mod weight_cache;

pub use remaining_graph::RemainingGraph;
pub use weight_cache::PackedWeights;

use self::pattern_matching::PatternMatcher;
use crate::onnx::{Model, OnnxError};

/// Lowers the layers of `subgraph`. Weights that it reads and does not hold are in
/// `model`, of which it is a part.
///
/// # Errors
/// [`OnnxError`] for weights that hold no numbers, or that no kernel can read.
pub fn lower(
    subgraph: &Model,
    model: &Model,
    weights: &mut PackedWeights,
) -> Result<RemainingGraph, OnnxError> {
    PatternMatcher::new(subgraph, model, weights).remaining_graph()
}
