//! What the catalogue says of a method, and why an explanation fails.

#[cfg(feature = "network")]
use super::saliency::Saliency;
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

/// Why there is no explanation.
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
