//! What a convention gives.

use crate::picture::Channels;

/// What the metadata of a file state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stated {
    /// Whose entries these are: "Ultralytics’ metadata".
    pub source: &'static str,
    pub labels: Option<Vec<String>>,
    pub scaling: Option<StatedScaling>,
}

/// A byte x becomes (x · scale − mean) / std in every channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatedScaling {
    pub channels: Channels,
    pub scale: f32,
    pub mean: f32,
}
