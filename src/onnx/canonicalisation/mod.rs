//! Rewrites that every model goes through after decoding, so that later code
//! meets one form only. None of them needs shapes: those that do are in
//! [`legalisation`](super::legalisation).
//!
//! - `upsample`: a file of operator set 9 with an `Upsample` becomes one of set 10,
//!   where that is called `Resize`
//! - `constant_nodes`: `Constant` nodes become initialisers
//! - `float16_weights`: weights that a `Cast` makes float32 stay float16, and count
//!   as float32 from here on
//! - `half_precision`: networks in float16 become float32
//! - `quantisation`: networks in int8 become the float32 networks that they approximate;
//!   `dequantisation` before: int8 weights that a `DequantizeLinear` reads become float32
//! - `class_outputs`, before any check: outputs that are no numbers
//! - `reductions`: `ReduceL2` and its kind become sums between other operators
//! - `celu`: a `Celu` with α ≠ 1 becomes α · Elu(x / α)
//!
//! To add one: a file with a function that changes the graph in place, and a line in
//! [`canonicalise`]. The names of the nodes' outputs stay.

mod celu;
mod class_outputs;
mod constant_nodes;
mod dequantisation;
mod float16_weights;
mod half_precision;
mod quantisation;
mod reductions;
mod upsample;

use std::collections::HashSet;

use tract_onnx::pb;

use super::error::OnnxError;
use super::validation;
pub use class_outputs::adapt_outputs;

/// Rewrites a model, and returns the names of the float16 weights that count as
/// float32.
///
/// # Errors
/// [`OnnxError`] where a `Constant` node holds nothing that is supported.
pub fn canonicalise(proto: &mut pb::ModelProto) -> Result<HashSet<String>, OnnxError> {
    upsample::upsample_to_resize(proto);
    let opset = validation::opset(proto);
    let Some(graph) = proto.graph.as_mut() else {
        return Ok(HashSet::new());
    };
    constant_nodes::constants_to_initialisers(graph)?;
    let mut float16_weights = float16_weights::absorb_casts(graph);
    float16_weights.extend(half_precision::widen_half_precision(graph));
    dequantisation::dequantise_weights(graph);
    quantisation::dequantise_graph(graph, opset)?;
    celu::split_celu(graph);
    reductions::split_reductions(graph, opset);
    Ok(float16_weights)
}
