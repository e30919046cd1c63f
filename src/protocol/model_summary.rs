//! What the page is told of a model that is ready.

use serde::{Deserialize, Serialize};

use super::output_activation::OutputActivation;

/// What the page shows of a model that is ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelSummary {
    pub name: String,
    /// Of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// K.
    pub classes: usize,
    /// One for each class; empty where the file names none.
    pub labels: Vec<String>,
    pub input: InputSummary,
    pub output: OutputSummary,
    /// The layer that is explained first, by its name in the file.
    pub layer: String,
    /// Every layer that can be explained, in the order of the file.
    pub layers: Vec<LayerSummary>,
    pub source: Option<String>,
    pub license: Option<String>,
    /// What the file is and how it is read, in plain text for a report.
    #[serde(default)]
    pub report: String,
    /// What a person should know about how the model was prepared.
    pub notes: Vec<String>,
    /// Whether the browser now keeps the file for the next visit; a sentence if
    /// it was asked to and could not.
    pub cache_note: Option<String>,
}

/// How the network takes its picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct InputSummary {
    /// The tensor's name.
    pub name: String,
    /// Four axes, the first 1.
    pub shape: [usize; 4],
    pub channels_last: bool,
    /// The file would allow its channels first as well as last.
    pub layout_is_open: bool,
    pub channels: usize,
    /// Height and width in pixels.
    pub size: [usize; 2],
    /// The file leaves the size open; a person chose this one.
    pub size_is_chosen: bool,
    /// One of `picture::SCALINGS` by its id, if it is one of the usual.
    pub scaling: Option<String>,
    /// The file does not say how its pixel values are scaled: why this was assumed.
    pub scaling_assumed: Option<String>,
    /// All of the preprocessing, as JSON of `picture::Preprocess`.
    #[serde(default)]
    pub preprocess: String,
    /// What else the network takes.
    #[serde(default)]
    pub further: Vec<FurtherInputSummary>,
}

/// An input besides the picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct FurtherInputSummary {
    /// The tensor's name.
    pub name: String,
    pub shape: Vec<usize>,
    /// Its values in row-major order, where somebody gave them; they are zero otherwise.
    pub values: Option<Vec<f32>>,
}

/// Which numbers of the network are explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct OutputSummary {
    /// The tensor that holds the logits.
    pub logits: String,
    /// The activation by which the file itself makes probabilities of its logits, if it
    /// does.
    pub activation: Option<OutputActivation>,
    /// The activation that makes probabilities of them unless a person chose another.
    pub probabilities: OutputActivation,
    /// Tensors that could be explained instead.
    pub others: Vec<String>,
    /// Of a network that gives classes for places: rows and columns of its grid.
    pub places: Option<[usize; 2]>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LayerSummary {
    pub name: String,
    /// "block 4": what a person would call it, where that is known.
    pub alias: Option<String>,
    pub operator: String,
    /// Channels, height, width.
    pub shape: [usize; 3],
}
