//! What is done to a graph between tract's parser and its optimiser, which can take
//! neither every valid graph nor graphs of any length.
//!
//! - `repeated_axes`: broadcasts before matrix products
//! - `fusion_barriers`: long chains of elementwise operations

mod fusion_barriers;
mod repeated_axes;

use tract_onnx::tract_core::internal::{TractResult, TypedModel};

/// Makes a graph one that tract can optimise, soon.
///
/// # Errors
/// tract's own.
pub fn prepare(model: &mut TypedModel) -> TractResult<()> {
    repeated_axes::keep_broadcasts(model)?;
    fusion_barriers::split_chains(model)
}
