//! What the network says of a picture, class by class.

use std::rc::Rc;

use crate::app::state::model::PreparedModel;
use crate::app::state::picture::PredictionOverrides;
use crate::explain::rank_classes;
use crate::protocol::PredictTimings;

/// How many classes have a row of their own.
pub const TOP_CLASSES: usize = 5;

/// The logits and probabilities of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    pub model: Rc<PreparedModel>,
    /// With which overrides it was made.
    pub overrides: PredictionOverrides,
    /// One for each class.
    pub logits: Vec<f32>,
    /// One for each class, from 0 to 1.
    pub probabilities: Vec<f32>,
    /// All classes, the most probable first.
    pub ranking: Vec<usize>,
    /// Of the picture itself, in pixels.
    pub width: u32,
    pub height: u32,
    /// What a person should know about how it was read.
    pub notes: Vec<String>,
    pub timings: PredictTimings,
}

/// What the engine replies to a prediction.
#[derive(Clone, Debug)]
pub struct PredictionReply {
    /// One for each class.
    pub logits: Vec<f32>,
    /// One for each class, from 0 to 1.
    pub probabilities: Vec<f32>,
    /// Of the picture itself, in pixels.
    pub width: u32,
    pub height: u32,
    /// What a person should know about how it was read.
    pub notes: Vec<String>,
    pub timings: PredictTimings,
}

impl Prediction {
    /// Ranks the classes of a reply by `model`.
    pub(in crate::app::state) fn new(
        model: Rc<PreparedModel>,
        overrides: PredictionOverrides,
        reply: PredictionReply,
    ) -> Self {
        let ranking = rank_classes(&reply.probabilities, &reply.logits);
        Self {
            model,
            overrides,
            logits: reply.logits,
            probabilities: reply.probabilities,
            ranking,
            width: reply.width,
            height: reply.height,
            notes: reply.notes,
            timings: reply.timings,
        }
    }

    /// A class's name. Empty if there is no such class.
    pub fn label(&self, class: usize) -> &str {
        self.model.labels.get(class).map_or("", String::as_str)
    }

    /// The classes that have a row of their own.
    pub fn top(&self) -> &[usize] {
        &self.ranking[..self.ranking.len().min(TOP_CLASSES)]
    }
}
