//! The entries that the ONNX specification names for pictures:
//! [metadata properties](https://github.com/onnx/onnx/blob/main/docs/MetadataProps.md).

use super::stated::{Stated, StatedScaling};
use crate::onnx::Metadata;
use crate::picture::Channels;

/// The order of channels and the range of values; `None` where neither is stated, or in a form
/// that pictures here have not.
pub fn stated(metadata: Metadata) -> Option<Stated> {
    let format = metadata.text("Image.BitmapPixelFormat");
    let range = metadata.text("Image.NominalPixelRange");
    if format.is_none() && range.is_none() {
        return None;
    }
    let channels = match format.unwrap_or("Rgb8") {
        "Rgb8" => Channels::Rgb,
        "Bgr8" => Channels::Bgr,
        "Gray8" => Channels::Luma,
        _ => return None,
    };
    let (scale, mean) = match range.unwrap_or("NominalRange_0_255") {
        "NominalRange_0_255" => (1.0, 0.0),
        "Normalized_0_1" => (1.0 / 255.0, 0.0),
        "Normalized_1_1" => (1.0 / 127.5, 1.0),
        // 0…255 to 16…235: x · 219 / 255 + 16.
        "NominalRange_16_235" => (219.0 / 255.0, -16.0),
        _ => return None,
    };
    Some(Stated {
        source: "the file’s picture metadata",
        labels: None,
        scaling: Some(StatedScaling::plain(channels, scale, mean)),
    })
}
