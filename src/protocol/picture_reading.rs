//! How a picture's file is read: what a person chooses, and what was found.

use serde::{Deserialize, Serialize};

/// What a person chose of how a picture's file is read; `None` for what nobody chose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", default)]
pub struct PictureOverrides {
    /// The values that become black and white, the lower first, of grey pictures of more than 8
    /// bits.
    pub window: Option<[f64; 2]>,
    /// The text of a `picture::Background`, for pictures that are transparent in places.
    pub background: Option<String>,
    /// Which bands are shown as red, green and blue, counted from 0, of pictures of other bands
    /// than colours.
    pub bands: Option<[usize; 3]>,
    /// Colours that the file states to be other than sRGB's become sRGB's.
    pub converts_colors: bool,
}

/// What there is to choose of a picture.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PictureReading {
    /// Of a grey picture of more than 8 bits.
    pub levels: Option<LevelsReading>,
    /// It is transparent in places.
    pub is_transparent: bool,
    /// The file states that its colours are other than sRGB's.
    pub has_profile: bool,
    /// Number of bands, where they are no colours.
    pub bands: Option<usize>,
}

/// Grey levels of more than 8 bits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LevelsReading {
    /// The values that are black and white.
    pub window: [f64; 2],
    /// The same unless a person chooses.
    pub usual: [f64; 2],
    /// The file itself states `usual`.
    pub is_usual_of_file: bool,
    /// The least and the greatest value of a pixel.
    pub range: [f64; 2],
    /// How many pixels are in each of 64 equal parts of `range`, by the logarithm: 100 for the most.
    pub bars: Vec<u32>,
}
