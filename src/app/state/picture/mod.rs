//! Pictures: the chosen one, the one before it, and the samples beside the page.

mod action;
mod guided_question;
mod guided_questions;
mod picture_key;
mod picture_state;
mod reducer;
#[cfg(test)]
mod reducer_tests;
mod samples;
mod selectors;

pub use self::action::PictureAction;
pub use self::guided_question::GuidedQuestion;
pub use self::picture_key::{PictureChoices, PictureKey, PredictionOverrides};
pub use self::picture_state::{ChosenPicture, PictureState, SecondPicture};
