//! What the network says of a picture, class by class.

use std::rc::Rc;

use crate::app::state::model::PreparedModel;
use crate::app::state::picture::{PictureChoices, PredictionOverrides};
use crate::explain::rank_classes;
use crate::frame::Frame;
use crate::picture::{Preprocess, Scaling};
use crate::protocol::{PictureReading, PredictTimings};

/// How many classes have a row of their own.
pub const TOP_CLASSES: usize = 5;

/// The logits and probabilities of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    pub model: Rc<PreparedModel>,
    /// With which overrides it was made.
    pub overrides: PredictionOverrides,
    pub choices: PictureChoices,
    /// One for each class.
    pub logits: Vec<f32>,
    /// One for each class, from 0 to 1.
    pub probabilities: Vec<f32>,
    /// All classes, the most probable first.
    pub ranking: Vec<usize>,
    /// Of the picture itself, in pixels.
    pub width: u32,
    pub height: u32,
    /// Where the network's input lies on it.
    pub frame: Frame,
    /// What a person should know about how it was read.
    pub notes: Vec<String>,
    /// What there is to choose of it.
    pub reading: PictureReading,
    pub timings: PredictTimings,
}

/// The file's own preprocessing, with what the user chose in its place.
fn preprocess(model: &PreparedModel, overrides: &PredictionOverrides) -> Option<Preprocess> {
    let scaling = overrides.scaling.and_then(Scaling::find);
    Some(model.preprocess()?.with_choices(scaling, overrides.fit))
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
    /// Width and height of the canvas on which the picture was drawn as the engine read it, where
    /// the browser reads it otherwise or not at all.
    pub preview: Option<(u32, u32)>,
    /// What there is to choose of it.
    pub reading: PictureReading,
    pub timings: PredictTimings,
}

impl Prediction {
    /// Ranks the classes of a reply by `model`.
    pub(in crate::app::state) fn new(
        model: Rc<PreparedModel>,
        (overrides, choices): (PredictionOverrides, PictureChoices),
        reply: PredictionReply,
    ) -> Self {
        let size = (reply.width, reply.height);
        let known = preprocess(&model, &overrides);
        let frame = known.map_or(Frame::WHOLE, |known| known.frame(size));
        let ranking = rank_classes(&reply.probabilities, &reply.logits);
        Self {
            model,
            overrides,
            choices,
            logits: reply.logits,
            probabilities: reply.probabilities,
            ranking,
            width: reply.width,
            height: reply.height,
            frame,
            notes: reply.notes,
            reading: reply.reading,
            timings: reply.timings,
        }
    }

    /// All that was done to the picture before the network saw it, if the engine told it.
    pub fn preprocess(&self) -> Option<Preprocess> {
        preprocess(&self.model, &self.overrides)
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
