//! What a convention gives.

use crate::picture::{Channels, Filter, Fit, Layout, Preprocess};

/// What the metadata of a file state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stated {
    /// Whose entries these are: "Ultralytics’ metadata".
    pub source: &'static str,
    pub labels: Option<Vec<String>>,
    pub scaling: Option<StatedScaling>,
}

/// A byte x of channel c becomes (x · scale − mean[c]) / std[c].
#[derive(Clone, Debug, PartialEq)]
pub struct StatedScaling {
    pub channels: Channels,
    pub scale: f32,
    /// One value for each channel.
    pub mean: Vec<f32>,
    pub std: Vec<f32>,
    pub resize: Filter,
    pub fit: Fit,
}

impl StatedScaling {
    /// The same for every channel: x · scale − mean.
    pub fn plain(channels: Channels, scale: f32, mean: f32) -> StatedScaling {
        StatedScaling {
            channels,
            scale,
            mean: vec![mean; channels.count()],
            std: vec![1.0; channels.count()],
            resize: Filter::Bilinear,
            fit: Fit::Stretch,
        }
    }

    /// The whole description, for a network of this layout and of this height and width in pixels.
    pub fn preprocess(&self, layout: Layout, size: [usize; 2]) -> Preprocess {
        Preprocess {
            layout,
            size,
            channels: self.channels,
            scale: self.scale,
            mean: self.mean.clone(),
            std: self.std.clone(),
            resize: self.resize,
            fit: self.fit,
        }
    }
}
