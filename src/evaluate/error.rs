//! Why there is no measurement.

use crate::explain::ExplainError;
use crate::network::NetworkError;

/// Why there is no measurement.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    #[error("{metric} changes no picture step by step")]
    NoPictures { metric: &'static str },
    #[error("there is no metric '{wanted}'; the metrics are: {known}")]
    UnknownMetric { wanted: String, known: String },
    #[error("{metric} compares the map with where the object is: give a box or a mask")]
    NoRegion { metric: &'static str },
    #[error("the box '{0}' is none: four numbers x,y,width,height in pixels of the picture are")]
    NotABox(String),
    #[error(
        "the box {found} is not inside the picture, which has {width} × {height} pixels: choose \
         one that is"
    )]
    BoxOutside {
        found: String,
        width: u32,
        height: u32,
    },
    #[error("the mask marks no pixel: paint the object white on black")]
    EmptyMask,
    #[error(
        "the mask has {found_width} × {found_height} pixels and the picture {width} × {height}: \
         make it as large as the picture"
    )]
    MaskSize {
        found_width: u32,
        found_height: u32,
        width: u32,
        height: u32,
    },
    #[error(
        "what is marked is smaller than a pixel of the network's input ({height} × {width}), or the \
         network did not see it: mark more, or choose another fit"
    )]
    RegionTooSmall { height: usize, width: usize },
    #[error("{metric} is not defined here: {reason}")]
    NotDefined {
        metric: &'static str,
        reason: &'static str,
    },
    #[error("the map has values that are not numbers, so that nothing can be measured of it")]
    NotFinite,
    #[error("the attack's {what} cannot be {found}: it wants {wanted}")]
    Attack {
        what: &'static str,
        found: String,
        wanted: &'static str,
    },
    #[error("the method '{method}' is not in this version")]
    UnknownMethod { method: String },
    #[error(transparent)]
    Explain(#[from] ExplainError),
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl EvaluateError {
    /// Whether it only says that the work was stopped, as was asked.
    pub fn is_stop(&self) -> bool {
        matches!(self, EvaluateError::Explain(ExplainError::Stopped))
    }
}
