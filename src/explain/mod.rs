//! Explanation methods, one file each.
//!
//! To add one: write `src/explain/<method>.rs` with a `pub const METHOD: Method`
//! and add it to [`METHODS`]. The page, the command line and the tests read the
//! catalogue and need no change.

pub mod grad_cam;
mod saliency;

pub use saliency::Saliency;

use crate::network::NetworkError;
#[cfg(feature = "network")]
use crate::network::{Forward, Network};

/// A method as the catalogue knows it.
pub struct Method {
    /// Short and stable, for files, flags and the URL.
    pub id: &'static str,
    /// The field's name for it.
    pub name: &'static str,
    /// One plain sentence for people who do not know the name.
    pub summary: &'static str,
    /// Explains `class` of the picture that `forward` came from. The page, which has no
    /// network, only names methods.
    #[cfg(feature = "network")]
    pub explain: fn(&mut dyn Network, &Forward, class: usize) -> Result<Saliency, ExplainError>,
}

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

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    #[error("there is no method '{wanted}'; the methods are: {known}")]
    UnknownMethod { wanted: String, known: String },
    #[error("class {class} does not exist: the model has {classes} classes, numbered from 0")]
    UnknownClass { class: usize, classes: usize },
    #[error(transparent)]
    Network(#[from] NetworkError),
}
