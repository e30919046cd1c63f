//! What the network says of a picture: its prediction, and maps of why.

mod action;
mod class_search;
mod finding;
#[cfg(test)]
mod layer_tests;
mod map_key;
mod prediction;
mod question_words;
mod reducer;
#[cfg(test)]
mod reducer_tests;
mod saliency_map;
mod selectors;

pub use self::action::ExplanationAction;
pub use self::class_search::{asks_for_wordnet, find_classes};
pub use self::finding::Finding;
pub use self::map_key::MapKey;
pub use self::prediction::{Prediction, PredictionReply, TOP_CLASSES};
pub use self::question_words::question_words;
pub use self::saliency_map::SaliencyMap;
pub use self::selectors::method_name;
