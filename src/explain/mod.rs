//! Explanation methods, one file each, and their catalogue.
//!
//! - `method`: what the catalogue says of a method, and the errors of all methods
//! - `saliency`: what every method returns
//! - `grad_cam`: Grad-CAM
//!
//! To add one: write `src/explain/<method>.rs` with a `pub const METHOD: Method`
//! and add it to [`METHODS`]. The page, the command line and the tests read the
//! catalogue and need no change.

pub mod grad_cam;
mod method;
mod ranking;
mod saliency;

pub use method::{ExplainError, Method};
pub use ranking::{NOT_A_NUMBER, rank_classes};
pub use saliency::Saliency;

/// All methods, the default first.
pub const METHODS: &[Method] = &[grad_cam::METHOD];

/// The method with this `id`.
///
/// # Errors
/// [`ExplainError::UnknownMethod`], which lists those there are.
pub fn method(id: &str) -> Result<&'static Method, ExplainError> {
    METHODS
        .iter()
        .find(|method| method.id == id)
        .ok_or_else(|| ExplainError::UnknownMethod {
            wanted: id.to_owned(),
            known: METHODS
                .iter()
                .map(|method| method.id)
                .collect::<Vec<_>>()
                .join(", "),
        })
}
