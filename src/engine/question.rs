//! What is asked of a picture, and what the network says of it.

use super::class_scores::class_scores;
use crate::explain::Target;
use crate::frame::Frame;
use crate::network::Description;
use crate::picture::RgbImage;
use crate::protocol::{PictureReading, PredictTimings};

/// What is asked of the picture predicted last.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The method's id.
    pub method: &'a str,
    pub target: Target,
    /// A layer by its tensor, node or alias, or several with commas between for methods that
    /// combine layers; the one explained last if there is none.
    pub layer: Option<&'a str>,
    /// Settings by id, where they are not the default.
    pub settings: &'a [(String, String)],
    /// What random numbers begin with.
    pub seed: u64,
}

/// The classes of a picture.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// K values.
    pub logits: Vec<f32>,
    /// K values.
    pub probabilities: Vec<f32>,
    /// Width and height of the upright picture in pixels; 0 for a tensor.
    pub size: (u32, u32),
    /// The picture as the network's own decoder read it, small enough to be shown, where a browser
    /// would show another one or none.
    pub preview: Option<RgbImage>,
    /// What there is to choose of it.
    pub reading: PictureReading,
    /// Where the network's input lies on the picture.
    pub frame: Frame,
    /// What a person should know about how the picture was read.
    pub notes: Vec<String>,
    pub timings_ms: PredictTimings,
}

impl Prediction {
    /// What the outputs of a network say, by the activation that its file states.
    pub(super) fn new(description: &Description, outputs: &[f32]) -> Prediction {
        let (logits, probabilities, notes) = class_scores(description, outputs);
        Prediction {
            logits,
            probabilities,
            size: (0, 0),
            preview: None,
            reading: PictureReading::default(),
            frame: Frame::WHOLE,
            notes,
            timings_ms: PredictTimings::default(),
        }
    }
}
