//! How a network wants its picture: the contract's `gradcam.preprocess`.

use serde::{Deserialize, Serialize};

use super::error::PictureError;
use super::fit::Fit;
use crate::frame::Frame;

/// How pixels become the input tensor.
///
/// A byte `x` (0…255) of channel `c` becomes `(x · scale − mean[c]) / std[c]`,
/// after the picture was fitted to `size`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preprocess {
    pub layout: Layout,
    /// Height and width in pixels.
    pub size: [usize; 2],
    pub channels: Channels,
    pub scale: f32,
    /// One value for each channel, in the order of `channels`.
    pub mean: Vec<f32>,
    pub std: Vec<f32>,
    #[serde(default)]
    pub resize: Filter,
    /// Left out where the picture is stretched, as older files have it.
    #[serde(default, skip_serializing_if = "is_stretch")]
    pub fit: Fit,
}

impl Preprocess {
    /// Maximum length of a side of the input tensor, in pixels.
    const MAX_SIDE: usize = 4096;

    /// Keras's "tf" scaling, −1…1, for an RGB input in Keras's own layout: what
    /// is assumed of a file that does not say how it wants its picture.
    pub fn keras(size: [usize; 2]) -> Self {
        Preprocess {
            layout: Layout::Nhwc,
            size,
            channels: Channels::Rgb,
            scale: 1.0 / 127.5,
            mean: vec![1.0; 3],
            std: vec![1.0; 3],
            resize: Filter::Bilinear,
            fit: Fit::Stretch,
        }
    }

    /// For an input of other channels than a picture's, which is given as the tensor itself.
    pub fn bands(layout: Layout, size: [usize; 2], count: usize) -> Self {
        Preprocess {
            layout,
            size,
            channels: Channels::Bands(count),
            scale: 1.0,
            mean: vec![0.0; count],
            std: vec![1.0; count],
            resize: Filter::Bilinear,
            fit: Fit::Stretch,
        }
    }

    /// Where the input lies on a picture of this width and height in pixels.
    pub fn frame(&self, picture: (u32, u32)) -> Frame {
        self.fit.frame(picture, self.size)
    }

    /// Shape of the input tensor.
    pub fn shape(&self) -> [usize; 4] {
        let ([height, width], channels) = (self.size, self.channels.count());
        match self.layout {
            Layout::Nchw => [1, channels, height, width],
            Layout::Nhwc => [1, height, width, channels],
        }
    }

    /// Whether it describes an input tensor at all.
    ///
    /// # Errors
    /// [`PictureError::Preprocess`], which names what is wrong.
    pub fn check(&self) -> Result<(), PictureError> {
        let channels = self.channels.count();
        let wrong = |problem: String| Err(PictureError::Preprocess { problem });
        if self.mean.len() != channels || self.std.len() != channels {
            return wrong(format!("mean and std should hold {channels} values each"));
        }
        if self.scale == 0.0 || !self.scale.is_finite() {
            return wrong(format!("a scale of {}", self.scale));
        }
        if self.std.contains(&0.0) || !self.mean.iter().chain(&self.std).all(|v| v.is_finite()) {
            return wrong("mean and std should be finite, and std not 0".into());
        }
        if self
            .size
            .iter()
            .any(|side| !(1..=Self::MAX_SIDE).contains(side))
        {
            let ([height, width], max) = (self.size, Self::MAX_SIDE);
            return wrong(format!(
                "{height} × {width} pixels; up to {max} × {max} are supported, so export the \
                 model for smaller pictures"
            ));
        }
        Ok(())
    }
}

fn is_stretch(fit: &Fit) -> bool {
    *fit == Fit::Stretch
}

/// The order of the input tensor's four axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Layout {
    Nchw,
    Nhwc,
}

/// Which channels the network takes, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Channels {
    #[serde(rename = "RGB")]
    Rgb,
    #[serde(rename = "BGR")]
    Bgr,
    /// One channel: luma as Pillow's mode "L" (ITU-R 601-2).
    #[serde(rename = "L")]
    Luma,
    /// So many channels that are no colours of a picture, such as a satellite's: given as the
    /// input tensor itself.
    #[serde(rename = "bands")]
    Bands(usize),
}

impl Channels {
    pub fn count(self) -> usize {
        match self {
            Channels::Rgb | Channels::Bgr => 3,
            Channels::Luma => 1,
            Channels::Bands(count) => count,
        }
    }

    /// Which of the channels shows red, green or blue (0…2).
    pub fn showing(self, color: usize) -> usize {
        match self {
            Channels::Rgb => color,
            Channels::Bgr => 2 - color,
            Channels::Luma => 0,
            Channels::Bands(count) => color.min(count.saturating_sub(1)),
        }
    }
}

/// Resampling, with Pillow's names and Pillow's support: when a picture gets
/// smaller, bilinear and bicubic average over all the pixels they cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    Nearest,
    #[default]
    Bilinear,
    Bicubic,
    /// OpenCV's `INTER_LINEAR`: between four pixels, also where a picture gets smaller.
    #[serde(rename = "opencv-bilinear")]
    OpencvBilinear,
}

impl Filter {
    /// As a description has it.
    pub fn id(self) -> &'static str {
        match self {
            Filter::Nearest => "nearest",
            Filter::Bilinear => "bilinear",
            Filter::Bicubic => "bicubic",
            Filter::OpencvBilinear => "opencv-bilinear",
        }
    }
}
