//! What the page asks and is told about measures of a map and about changed pictures.

use serde::{Deserialize, Serialize};

/// How a picture is changed before it is explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum PictureChange {
    /// A grey patch covers an area: left, top, width and height as parts of the picture's.
    Cover { area: [f64; 4] },
    /// Each pixel moves a little so that a class's logit falls or rises
    /// (`evaluate::Attack`).
    Attack {
        /// In grey levels of 255.
        size: f64,
        steps: usize,
        class: usize,
        /// Whether it shall rise.
        towards: bool,
    },
}

/// A part of the picture that a person marked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum DrawnRegion {
    /// Left, top, width and height as parts of the picture's.
    Box { area: [f64; 4] },
    /// A mask of the whole picture: a buffer of `height`×`width` bytes, not 0 where it is
    /// marked.
    Mask { height: usize, width: usize },
}

/// What was measured of a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MeasurementSummary {
    /// The metric's id.
    pub metric: String,
    /// NaN as long as nothing is known.
    pub value: f64,
    /// The same metric on maps that know nothing, once it is known.
    pub chance: Option<ChanceSummary>,
    /// What the value was computed from, where that is a curve.
    pub curves: Vec<CurveSummary>,
    /// Every setting of the metric, by id.
    pub protocol: Vec<(String, String)>,
    /// What random numbers began with.
    pub seed: u32,
    /// How often the network ran.
    pub runs: u32,
    /// What was not done because the budget ended.
    pub left_out: Option<String>,
}

/// What maps give that know nothing of picture and network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ChanceSummary {
    /// The mean of random maps.
    pub random: f64,
    /// A blob at the centre.
    pub centre: f64,
}

/// Points in the order of x.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CurveSummary {
    pub name: String,
    /// A share of the picture or of the network's layers, 0…1.
    pub xs: Vec<f64>,
    /// What was measured there.
    pub ys: Vec<f64>,
}
