//! What the page is told of a map.

use serde::{Deserialize, Serialize};

/// Everything about a map but its values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MapSummary {
    /// The class that was asked about.
    pub class: usize,
    /// The question: a target's id, such as "logit:3".
    pub target: String,
    /// The target's value for the picture.
    pub value: f64,
    pub method: String,
    /// Every setting of the method, by id.
    pub settings: Vec<(String, String)>,
    /// What random numbers began with; `None` where there are none.
    pub seed: Option<u32>,
    /// The layer that was chosen.
    pub layer: String,
    /// Layers that were combined with it.
    pub further_layers: Vec<String>,
    /// Whether the map has the grid of the layer, and not that of the input.
    pub is_at_layer: bool,
    pub height: usize,
    pub width: usize,
    /// Minimum and maximum of the signed map.
    pub min: f32,
    pub max: f32,
    pub state: MapState,
    pub unit: MapUnit,
    /// How often the network ran for this map.
    pub runs: u32,
    /// What was not done because the budget ended.
    pub left_out: Option<String>,
    pub completeness: Option<CompletenessSummary>,
    /// Ids of methods whose map is the same here up to a factor.
    pub coincides_with: Vec<String>,
    /// The channels of the layer that add most to the map, the greatest first.
    pub channels: Vec<ChannelSummary>,
}

/// What a channel of the layer adds to a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ChannelSummary {
    pub channel: usize,
    /// The factor of its activations.
    pub weight: f64,
    /// The sum of what it adds.
    pub contribution: f64,
}

/// What a map should add up to, and how far it is from that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct CompletenessSummary {
    pub sum: f64,
    pub expected: f64,
    /// A sentence that says what should add up to what.
    pub meaning: String,
}

/// Whether a map has something to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum MapState {
    /// Some cell speaks for the class.
    Evidence,
    /// No cell is above zero: nothing in this picture speaks for this class.
    NoPositiveEvidence,
    /// The network gave values that are not finite numbers.
    NotFinite,
}

/// What the values of a map are measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum MapUnit {
    Logit,
    Probability,
    /// They can be compared with each other only.
    None,
}
