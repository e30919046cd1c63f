//! What a network says of a picture by a scaling of its pixel values.

use serde::{Deserialize, Serialize};

/// What a network says of a picture by one scaling of its pixel values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ScalingTrial {
    /// The id of one of `picture::SCALINGS`.
    pub scaling: String,
    /// The likeliest classes, that first, and their probabilities.
    pub top: Vec<(u32, f32)>,
}
