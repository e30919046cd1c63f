//! What is read of a saved explanation: fields of `protocol::ExplanationRecord` and of how the
//! map was drawn.

use serde::Deserialize;

use crate::app::browser::json::{self, Value};
use crate::app::words::NoticeWords;
use crate::picture::Fit;
use crate::protocol::RECORD_VERSION;
use crate::text::html_unescaped;

/// How a map was made.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SavedExplanation {
    pub image: SavedImage,
    pub model: SavedModel,
    pub preprocessing: Option<SavedPreprocessing>,
    pub method: String,
    pub target: String,
    pub value: Option<f64>,
    /// A table of texts.
    settings: Value,
    pub seed: Option<u32>,
    pub layer: String,
    pub map: SavedMap,
    pub overlay: Option<SavedOverlay>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SavedImage {
    pub name: String,
    pub sha256: Option<String>,
    /// The values that were black and white, of a grey picture of more than 8 bits.
    pub window: Option<[f64; 2]>,
    /// The text of a `picture::Background`.
    pub background: Option<String>,
    /// What was done with its colour profile.
    pub color_profile: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SavedModel {
    pub name: String,
    pub sha256: String,
    pub scaling: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SavedPreprocessing {
    /// The text of a `picture::Fit`.
    pub fit: Option<String>,
}

/// The least and the greatest value.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SavedMap {
    pub min: Option<f32>,
    pub max: Option<f32>,
}

/// How it was drawn.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SavedOverlay {
    pub colour_map: String,
    pub opacity: f32,
    pub signed: bool,
    pub raw_cells: bool,
}

/// What all versions have.
#[derive(Deserialize)]
struct Version {
    version: u32,
    gradcam_version: String,
}

/// Whether a text is meant as a saved explanation of any version, whole or not.
pub fn is_saved_explanation(text: &str) -> bool {
    let has = |field| text.contains(field);
    has("\"gradcam_version\"") || (has("\"method\"") && has("\"target\""))
}

/// The saved explanation in the end of a report's file: what its last `pre` holds.
pub fn in_report(end: &str) -> Option<String> {
    let (before, _) = end.rsplit_once("</pre>")?;
    let (_, escaped) = before.rsplit_once("<pre>")?;
    let text = html_unescaped(escaped);
    is_saved_explanation(&text).then_some(text)
}

impl SavedExplanation {
    /// How its picture was fitted; `None` where that is not said.
    pub fn fit(&self) -> Option<Fit> {
        self.preprocessing.as_ref()?.fit.as_deref()?.parse().ok()
    }

    /// Reads a text.
    ///
    /// # Errors
    /// Why it cannot be read, as the end of a sentence.
    pub fn read(words: &NoticeWords, text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let found: Version = json::read(text)?;
        if found.version != RECORD_VERSION {
            return Err((words.other_format)(
                &found.version.to_string(),
                &found.gradcam_version,
                &RECORD_VERSION.to_string(),
            ));
        }
        json::read(text)
    }

    /// Settings of the method by id.
    pub fn settings(&self) -> Vec<(String, String)> {
        let Value::Table(table) = &self.settings else {
            return Vec::new();
        };
        let texts = table.iter().filter_map(|(id, value)| match value {
            Value::Text(text) => Some((id.clone(), text.clone())),
            _ => None,
        });
        texts.collect()
    }
}
