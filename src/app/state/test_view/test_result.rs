//! What the engine found out about a map.

use crate::app::words::WordsOf;
use std::rc::Rc;

use crate::app::number_format;
use crate::app::state::explanation::{Prediction, SaliencyMap};
use crate::evaluate::METRICS;
use crate::protocol::MeasurementSummary;

/// The answer to a [`TestQuestion`](super::TestQuestion).
#[derive(Clone, Debug, PartialEq)]
pub enum TestResult {
    Measured(Rc<Measurement>),
    Changed(Rc<ChangedPicture>),
    /// The number of its canvas in the resource table.
    CurvePicture(u32),
    /// Why there is none.
    Failed(String),
}

/// A measure of a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    pub summary: MeasurementSummary,
    /// What the map was compared with, one for each point of a curve.
    pub maps: Vec<Rc<SaliencyMap>>,
}

/// A changed picture, and what the network says of it. Pictures are numbers of canvases in the
/// resource table, of the network's size.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedPicture {
    pub before: u32,
    pub after: u32,
    /// 128 where nothing has changed, and 16 times the change around it.
    pub difference: u32,
    pub size: (u32, u32),
    pub map: Rc<SaliencyMap>,
    /// One for each class.
    pub logits: Vec<f32>,
    pub probabilities: Vec<f32>,
    /// Spearman's rank correlation of the maps before and after.
    pub correlation: f64,
}

impl ChangedPicture {
    /// The most probable class.
    pub fn top_class(&self) -> usize {
        let ranking = crate::explain::rank_classes(&self.probabilities, &self.logits);
        ranking.first().copied().unwrap_or(0)
    }
}

impl TestResult {
    /// Whether there is nothing more to find out.
    pub fn is_complete(&self) -> bool {
        match self {
            TestResult::Measured(found) => {
                found.summary.left_out.is_none() && found.summary.chance.is_some()
            }
            TestResult::Failed(_) => false,
            TestResult::Changed(_) | TestResult::CurvePicture(_) => true,
        }
    }

    /// For those who hear the page; `prediction` is the unchanged picture's.
    pub fn in_words(&self, words: WordsOf, prediction: Option<&Prediction>) -> String {
        match self {
            TestResult::Measured(found) => {
                let metric = METRICS
                    .iter()
                    .find(|metric| metric.id == found.summary.metric);
                let value = number_format::value(found.summary.value as f32);
                format!(
                    "{}: {value}",
                    metric.map_or("", |metric| words.metric(metric).name)
                )
            }
            TestResult::Changed(changed) => {
                let label = prediction.map_or("", |found| found.label(changed.top_class()));
                (words.notices().tested_taken_for)(label)
            }
            TestResult::CurvePicture(_) => words.notices().picture_shown.to_owned(),
            TestResult::Failed(message) => message.clone(),
        }
    }

    /// Numbers of its canvases.
    pub fn canvases(&self) -> Vec<u32> {
        match self {
            TestResult::Changed(changed) => {
                vec![changed.before, changed.after, changed.difference]
            }
            TestResult::CurvePicture(canvas) => vec![*canvas],
            TestResult::Measured(_) | TestResult::Failed(_) => Vec::new(),
        }
    }
}
