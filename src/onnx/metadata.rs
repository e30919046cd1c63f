//! The contract's entries in a file's metadata.

use serde::de::DeserializeOwned;
use tract_onnx::pb;

use super::error::OnnxError;

/// The keys of the contract.
pub mod key {
    /// Version of the contract: "1".
    pub const VERSION: &str = "gradcam.version";
    /// Name of the tensor that is explained.
    pub const LAYER: &str = "gradcam.layer";
    /// JSON of `picture::Preprocess`.
    pub const PREPROCESS: &str = "gradcam.preprocess";
    /// JSON list of the classes' names.
    pub const LABELS: &str = "gradcam.labels";
    /// Where the weights come from.
    pub const SOURCE: &str = "gradcam.source";
    /// Their licence.
    pub const LICENSE: &str = "gradcam.license";
}

/// Reads a model's metadata.
#[derive(Clone, Copy, Debug)]
pub struct Metadata<'model> {
    entries: &'model [pb::StringStringEntryProto],
}

impl<'model> Metadata<'model> {
    pub(super) fn new(entries: &'model [pb::StringStringEntryProto]) -> Self {
        Metadata { entries }
    }

    /// The entry as it stands.
    pub fn text(self, key: &str) -> Option<&'model str> {
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| entry.value.as_str())
    }

    /// The entry, read as JSON; `None` if the file has none.
    ///
    /// # Errors
    /// [`OnnxError::Metadata`] if it is there and cannot be read.
    pub fn json<T: DeserializeOwned>(self, key: &str) -> Result<Option<T>, OnnxError> {
        self.text(key)
            .map(serde_json::from_str)
            .transpose()
            .map_err(|error| OnnxError::Metadata {
                key: key.into(),
                reason: error.to_string(),
            })
    }
}

pub(super) fn set(entries: &mut Vec<pb::StringStringEntryProto>, key: &str, value: String) {
    match entries.iter_mut().find(|entry| entry.key == key) {
        Some(entry) => entry.value = value,
        None => entries.push(pb::StringStringEntryProto {
            key: key.into(),
            value,
        }),
    }
}
