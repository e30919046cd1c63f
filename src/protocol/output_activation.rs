//! What makes probabilities of logits.

use serde::{Deserialize, Serialize};

/// The activation that makes probabilities of logits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum OutputActivation {
    /// One of the classes: the probabilities sum to 1.
    Softmax,
    /// Each class by itself.
    Sigmoid,
}
