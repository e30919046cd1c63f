//! How long steps took.

use serde::{Deserialize, Serialize};

/// Milliseconds of each step from bytes in memory to ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct LoadTimings {
    pub fetch: f64,
    pub prepare: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct PredictTimings {
    pub decode: f64,
    pub resize: f64,
    pub forward: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ExplainTimings {
    /// From the request to the map, with all that had to be built for it.
    pub explain: f64,
}
