//! What the engine can be asked for: for clients that have none of this library's code.

use serde::{Deserialize, Serialize};

/// Everything that has an id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Catalogue {
    /// The default first.
    pub methods: Vec<MethodEntry>,
    /// The default first.
    pub targets: Vec<TargetEntry>,
    /// The default first.
    pub color_maps: Vec<ColorMapEntry>,
}

/// A method of explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MethodEntry {
    pub id: String,
    /// The field's name for it.
    pub name: String,
    /// What it answers, for people who do not know the name.
    pub plain_name: String,
    /// Whether it runs the network, or a part of it, many times.
    pub is_slow: bool,
}

/// A kind of target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TargetEntry {
    /// Before the colon of a target's id.
    pub id: String,
    /// The question, with "the class" for the class.
    pub question: String,
    /// How many classes it names.
    pub classes: usize,
}

/// A colour map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ColorMapEntry {
    pub id: String,
    pub name: String,
    /// Whether its middle is the value zero.
    pub is_diverging: bool,
}
