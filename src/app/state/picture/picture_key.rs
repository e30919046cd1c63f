//! What tells one look at a picture from another.

use crate::protocol::OutputActivation;

/// A picture, how often the user asked to look at it again, and how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureKey {
    /// The file on the resources.
    pub file: u32,
    pub attempt: u32,
    pub preprocessing: PreprocessingOverride,
}

/// How a picture is read and the answer made probabilities; `None` is as the
/// model's file says or as was assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PreprocessingOverride {
    /// One of `picture::SCALINGS`.
    pub scaling: Option<&'static str>,
    pub ending: Option<OutputActivation>,
}
