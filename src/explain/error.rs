//! Why there is no explanation.

use crate::network::NetworkError;

/// Why there is no explanation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    #[error("there is no method '{wanted}'; the methods are: {known}")]
    UnknownMethod { wanted: String, known: String },
    #[error("there is no target '{wanted}'; the targets are: {known}")]
    UnknownTarget { wanted: String, known: String },
    #[error("class {class} does not exist: the model has {classes} classes, numbered from 0")]
    UnknownClass { class: usize, classes: usize },
    #[error("the target '{target}' needs another class to compare with, and there is none")]
    NothingToCompare { target: String },
    #[error("{method} has no setting '{wanted}'; {known}")]
    UnknownSetting {
        method: &'static str,
        wanted: String,
        known: String,
    },
    #[error("the setting '{setting}' cannot be '{value}': it wants {wanted}")]
    Setting {
        setting: &'static str,
        value: String,
        wanted: String,
    },
    #[error("a budget of 0 runs allows nothing; allow at least one")]
    NoBudget,
    #[error(
        "CAM needs a network whose classes are sums over the layer '{layer}' (global average \
         pooling and one dense layer behind it); Grad-CAM explains this one"
    )]
    HeadNotAffine { layer: String },
    #[error("there is no second picture to compare with; give one, and ask again")]
    NoReference,
    #[error(
        "the target '{target}' asks about places, and this network gives classes for whole \
         pictures; ask for the class itself"
    )]
    NoPlaces { target: String },
    #[error(
        "the network gives no place of this picture to the class; ask about another class, or about a box"
    )]
    EmptyRegion,
    #[error(
        "the box leaves the grid of {columns} × {rows} places for which the network gives classes"
    )]
    OutsideGrid { rows: usize, columns: usize },
    #[error("there is no mask; give one, and ask again")]
    NoMask,
    #[error(
        "probabilities of a region are not defined; ask for the class itself, or for a contrast"
    )]
    NoProbability,
    #[error("the explanation was stopped")]
    Stopped,
    #[error(transparent)]
    Network(#[from] NetworkError),
}
