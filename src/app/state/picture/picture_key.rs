//! What tells one prediction from another: file, attempt and preprocessing.

use crate::protocol::OutputActivation;

/// A picture, how often the user asked to predict from it again, and how it is preprocessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureKey {
    /// The file's number in the resource table.
    pub file: u32,
    pub attempt: u32,
    pub preprocessing: PreprocessingOverride,
}

/// What the user overrides of how a picture is preprocessed and of the output activation
/// that makes probabilities; `None` is as the model's file says or as was assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PreprocessingOverride {
    /// One of `picture::SCALINGS`.
    pub scaling: Option<&'static str>,
    pub ending: Option<OutputActivation>,
}
