//! A question in words.

use super::prediction::Prediction;
use crate::app::words::WordsOf;
use crate::explain::{Area, Target};

/// The question with its classes.
pub fn question_words(words: WordsOf, prediction: &Prediction, target: Target) -> String {
    let words = words.start();
    let label = prediction.label(target.class());
    match target {
        Target::Logit(_) => (words.what_speaks_for)(label),
        Target::Probability(_) => (words.what_makes_probable)(label),
        Target::Contrast(_, other) => (words.why_not)(label, prediction.label(other)),
        Target::Against(_) => (words.what_speaks_against)(label),
        Target::Similarity(_) => words.what_makes_alike.to_owned(),
        Target::Region(_, Area::Mask) => (words.what_in_part)(label),
        Target::Region(..) => (words.what_where_it_is)(label),
        Target::Finer(_) => (words.what_sets_apart)(label),
    }
}
