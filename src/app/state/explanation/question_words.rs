//! A question in words.

use super::prediction::Prediction;
use crate::explain::{Area, Target};

/// The question with its classes.
pub fn question_words(prediction: &Prediction, target: Target) -> String {
    let label = prediction.label(target.class());
    match target {
        Target::Logit(_) => format!("What speaks for {label}?"),
        Target::Probability(_) => format!("What makes {label} more probable?"),
        Target::Contrast(_, other) => {
            format!("Why {label} and not {}?", prediction.label(other))
        }
        Target::Against(_) => format!("What speaks against {label}?"),
        Target::Similarity(_) => "What makes it like the second picture?".to_owned(),
        Target::Region(_, Area::Mask) => {
            format!("What speaks for {label} in the marked part?")
        }
        Target::Region(..) => format!("What speaks for {label} where it is?"),
        Target::Finer(_) => format!("What sets {label} apart from its neighbours?"),
    }
}
