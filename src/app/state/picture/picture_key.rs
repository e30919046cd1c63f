//! What tells one prediction from another: file, attempt and overrides.

use crate::picture::{Background, Fit, LevelWindow};
use crate::protocol::OutputActivation;

/// A picture, how often the user asked to predict from it again, and the overrides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PictureKey {
    /// The file's number in the resource table.
    pub file: u32,
    pub attempt: u32,
    pub overrides: PredictionOverrides,
    pub choices: PictureChoices,
}

/// What the user chose of how this picture's file is read; `None` is as usual.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PictureChoices {
    pub window: Option<LevelWindow>,
    pub background: Option<Background>,
    pub bands: Option<[usize; 3]>,
    /// Colours other than sRGB's become sRGB's.
    pub converts_colors: bool,
}

/// What the user overrides of how a picture is preprocessed and of the output activation
/// that makes probabilities; `None` is as the model's file says or as was assumed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PredictionOverrides {
    /// One of `picture::SCALINGS`.
    pub scaling: Option<&'static str>,
    pub fit: Option<Fit>,
    pub output_activation: Option<OutputActivation>,
}
