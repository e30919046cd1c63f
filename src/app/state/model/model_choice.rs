//! Which model is desired, and where it comes from.

use crate::protocol::{ManifestEntry, WeightsFile};

/// A model that the engine shall hold.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredModel {
    /// New with each attempt, so that another attempt at the same model is another state.
    pub key: u32,
    pub source: ModelChoice,
    /// Whether it is wanted though it may take more memory than the device has to spare.
    pub exceeds_memory: bool,
}

/// A model of the manifest, or a file of the user's.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelChoice {
    Entry(ManifestEntry),
    /// The user's own; `file` is its number in the resource table.
    File {
        file: u32,
        name: String,
        bytes: u64,
        /// Its weights in files of their own, which follow it in the same file.
        weights: Vec<WeightsFile>,
    },
}

impl ModelChoice {
    /// For people: a model's name, or the file's.
    pub fn name(&self) -> &str {
        match self {
            ModelChoice::Entry(entry) => &entry.name,
            ModelChoice::File { name, .. } => name,
        }
    }

    /// The size of its file.
    pub fn bytes(&self) -> u64 {
        match self {
            ModelChoice::Entry(entry) => entry.bytes,
            ModelChoice::File { bytes, .. } => *bytes,
        }
    }

    /// Its entry in the manifest; `None` for the user's own.
    pub fn entry(&self) -> Option<&ManifestEntry> {
        match self {
            ModelChoice::Entry(entry) => Some(entry),
            ModelChoice::File { .. } => None,
        }
    }
}
