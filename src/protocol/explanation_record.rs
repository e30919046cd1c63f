//! How an explanation was made: what the page saves beside a map and the command line prints of
//! it, and what repeats it. The page writes the same fields by the browser's own JSON, which is
//! smaller.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ChannelSummary, CompletenessSummary, InputSummary, MapState, MapUnit, OutputActivation,
};

/// Of the record: raised when a field goes or means something else. New fields come beside the
/// old ones.
pub const RECORD_VERSION: u32 = 2;

/// How one map was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExplanationRecord {
    /// [`RECORD_VERSION`] of whoever wrote it.
    pub version: u32,
    pub image: ImageRecord,
    pub model: ModelRecord,
    pub preprocessing: Option<PreprocessingRecord>,
    /// The method's id.
    pub method: String,
    /// The target's id.
    pub target: String,
    /// The target's value for the picture.
    pub value: Option<f64>,
    /// Every setting of the method, by id.
    pub settings: BTreeMap<String, String>,
    pub seed: Option<u64>,
    /// By its tensor in the model's file.
    pub layer: String,
    /// Layers that were combined with it.
    #[serde(default)]
    pub further_layers: Vec<String>,
    pub class: ClassRecord,
    /// The likeliest first.
    #[serde(default)]
    pub top_classes: Vec<ClassRecord>,
    pub map: MapRecord,
    #[serde(default)]
    pub runs: u32,
    pub left_out: Option<String>,
    pub completeness: Option<CompletenessSummary>,
    #[serde(default)]
    pub coincides_with: Vec<String>,
    /// The channels of the layer that add most to the map.
    #[serde(default)]
    pub important_channels: Vec<ChannelSummary>,
    /// The build that computed it.
    pub engine: Option<EngineRecord>,
    pub gradcam_version: String,
}

/// The picture's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ImageRecord {
    /// A name for people; no file is opened by it.
    pub name: String,
    /// Of the file's bytes, lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Of the upright picture, in pixels; 0 for an input tensor.
    pub width: u32,
    pub height: u32,
    /// The part that the network saw: left, top, width and height in pixels of the upright
    /// picture. `None` for an input tensor, and in older records.
    #[serde(default)]
    pub seen: Option<[u32; 4]>,
    /// Where that part lies in the input: left, top, width and height in pixels of the input.
    #[serde(default)]
    pub place_in_input: Option<[u32; 4]>,
    /// The values that were black and white, of a grey picture of more than 8 bits.
    #[serde(default)]
    pub window: Option<[f64; 2]>,
    /// What was put behind a picture that is transparent in places, by its name.
    #[serde(default)]
    pub background: Option<String>,
    /// `ignored` or `converted` to sRGB, of a file whose colours are other than sRGB's.
    #[serde(default)]
    pub color_profile: Option<String>,
}

/// The model's file, and what a person chose of how it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ModelRecord {
    /// In the page's catalogue.
    pub id: Option<String>,
    pub name: String,
    /// Of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    pub source: Option<String>,
    pub license: Option<String>,
    /// Height and width in pixels.
    pub input_size: [usize; 2],
    pub input: InputSummary,
    /// The tensor that is explained.
    pub logits: String,
    /// The scaling that a person chose, by id.
    pub scaling: Option<String>,
    /// The activation that a person chose.
    pub probabilities: Option<OutputActivation>,
    #[serde(default)]
    pub assumptions: Vec<String>,
}

/// All that is done to the picture before the network sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PreprocessingRecord {
    pub layout: String,
    pub channels: String,
    /// Height and width in pixels.
    pub size: [usize; 2],
    /// The text of a `picture::Fit`.
    pub fit: String,
    pub resize: String,
    /// What is done to a byte, in words.
    pub pixels: String,
    pub scale: f32,
    pub mean: Vec<f32>,
    pub std: Vec<f32>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ClassRecord {
    pub id: usize,
    pub label: String,
    /// `None` where it is no number.
    pub logit: Option<f32>,
    pub probability: Option<f32>,
}

/// The map, without its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MapRecord {
    pub height: usize,
    pub width: usize,
    /// `None` where it is no number.
    pub min: Option<f32>,
    pub max: Option<f32>,
    pub state: MapState,
    /// `layer` or `input`.
    pub grid: String,
    pub unit: MapUnit,
    /// What the values are, in words.
    pub values: String,
    /// Of the values, float32, little-endian, row by row.
    pub sha256: Option<String>,
}

/// The build that computed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineRecord {
    pub variant: String,
    pub threads: usize,
}

#[cfg(test)]
mod tests {
    /// The page's writer names its fields in pairs: `("seed", …)`.
    #[test]
    fn the_page_writes_every_field_that_is_read() {
        let page = include_str!("../app/export/explanation_manifest.rs");
        let written = |name: &str| {
            page.contains(&format!("(\"{name}\",")) || page.contains(&format!("\"{name}\",\n"))
        };
        let fields = [
            "version",
            "image",
            "model",
            "preprocessing",
            "method",
            "target",
            "value",
            "settings",
            "seed",
            "layer",
            "further_layers",
            "important_channels",
            "class",
            "top_classes",
            "map",
            "runs",
            "left_out",
            "completeness",
            "coincides_with",
            "engine",
            "gradcam_version",
            "name",
            "sha256",
            "width",
            "height",
            "seen",
            "place_in_input",
            "window",
            "background",
            "color_profile",
            "id",
            "source",
            "license",
            "input_size",
            "input",
            "logits",
            "scaling",
            "probabilities",
            "assumptions",
            "layout",
            "channels",
            "size",
            "fit",
            "resize",
            "pixels",
            "scale",
            "mean",
            "std",
            "label",
            "logit",
            "probability",
            "min",
            "max",
            "state",
            "grid",
            "unit",
            "values",
            "variant",
            "threads",
        ];
        for field in fields {
            assert!(written(field), "the page does not write '{field}'");
        }
        assert!(page.contains("RECORD_VERSION"));
    }
}
