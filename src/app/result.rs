//! What the engine found out: models made ready, pictures looked at, maps.

use std::rc::Rc;

use super::schedule::{MapKey, ModelChoice, ModelWish, PictureKey, Reading};
use super::table::Table;
use crate::protocol::{
    ExplainTimings, LayerSummary, LoadTimings, ManifestEntry, MapSummary, ModelSummary,
    PredictTimings,
};
use crate::render::MapView;

/// A model that was made ready.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub wish: ModelWish,
    pub summary: ModelSummary,
    /// One for each class, as the user wants them.
    pub labels: Rc<Vec<String>>,
    pub timings: LoadTimings,
}

/// A picture and all that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    pub key: PictureKey,
    pub name: String,
    /// Width and height of the canvas on the shelf, once the browser has drawn it.
    pub drawn: Option<(u32, u32)>,
    /// The user cancelled, or the engine gave up: not looked at until asked.
    pub stopped: bool,
    pub prediction: Option<Rc<Prediction>>,
    pub maps: Table<MapKey, Rc<Map>>,
    /// Maps that could not be had.
    pub refused: Vec<MapKey>,
    /// The map that is shown until the chosen one is there.
    pub explained: Option<MapKey>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    pub model: Rc<Model>,
    pub reading: Reading,
    /// One for each class.
    pub logits: Vec<f32>,
    pub probabilities: Vec<f32>,
    /// All classes, the most probable first.
    pub order: Vec<usize>,
    /// Of the picture itself, in pixels.
    pub width: u32,
    pub height: u32,
    /// What a person should know about how it was read.
    pub notes: Vec<String>,
    pub timings: PredictTimings,
}

/// A map as it came from the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    pub summary: MapSummary,
    /// `height`×`width`, row-major, signed, in logit units.
    pub values: Vec<f32>,
    /// How often the network had run on the picture by then.
    pub forward_runs: u32,
    pub timings: ExplainTimings,
}

impl ModelChoice {
    /// For people: a model's name, or the file's.
    pub fn name(&self) -> &str {
        match self {
            ModelChoice::Entry(entry) => &entry.name,
            ModelChoice::File { name, .. } => name,
        }
    }

    pub fn bytes(&self) -> u64 {
        match self {
            ModelChoice::Entry(entry) => entry.bytes,
            ModelChoice::File { bytes, .. } => *bytes,
        }
    }

    pub fn entry(&self) -> Option<&ManifestEntry> {
        match self {
            ModelChoice::Entry(entry) => Some(entry),
            ModelChoice::File { .. } => None,
        }
    }
}

impl Model {
    /// A layer by its name in the file.
    pub fn layer(&self, name: &str) -> Option<&LayerSummary> {
        self.summary.layers.iter().find(|layer| layer.name == name)
    }
}

impl LayerSummary {
    /// What a person calls it.
    pub fn title(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }
}

impl Prediction {
    /// A class's name. Empty if there is no such class.
    pub fn label(&self, class: usize) -> &str {
        self.model.labels.get(class).map_or("", String::as_str)
    }
}

impl Map {
    /// `None` if the engine sent a shape that its values do not have.
    pub fn view(&self) -> Option<MapView<'_>> {
        MapView::new(&self.values, self.summary.height, self.summary.width)
    }
}

impl Subject {
    pub(super) fn new(file: u32, name: String) -> Self {
        Self {
            key: PictureKey {
                file,
                attempt: 0,
                reading: Reading::default(),
            },
            name,
            drawn: None,
            stopped: false,
            prediction: None,
            maps: Table::default(),
            refused: Vec::new(),
            explained: None,
        }
    }

    /// The model that looked at it.
    pub fn model(&self) -> Option<&Rc<Model>> {
        Some(&self.prediction.as_ref()?.model)
    }

    /// The map that is shown.
    pub fn map(&self) -> Option<&Rc<Map>> {
        self.maps.get(self.explained.as_ref()?)
    }
}
