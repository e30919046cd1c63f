//! The lists beside the page: models and samples.

use serde::{Deserialize, Serialize};

/// `models/manifest.json` beside the page: which models were built, the first
/// being the default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    pub models: Vec<ManifestEntry>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ManifestEntry {
    /// Short and stable, for the URL: "xception-kitchenware".
    pub id: String,
    /// For people: "Xception, kitchenware".
    pub name: String,
    /// One plain sentence: what it knows.
    pub description: String,
    /// File name beside the manifest.
    pub file: String,
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    pub classes: usize,
    /// Files in `samples/` that suit this model.
    #[serde(default)]
    pub samples: Vec<String>,
    /// Why there are none, for people; a general sentence stands in for it.
    #[serde(default)]
    pub samples_note: Option<String>,
    pub source: String,
    pub license: String,
}

/// Name of the browser's cache (Cache API) of model files; the number changes with the form of
/// its keys.
pub const MODEL_CACHE: &str = "gradcam-models-1";

/// Why a page that did not come by https has no such cache.
pub const NO_CACHES: &str = "files are kept only for pages that come by https";

impl ManifestEntry {
    /// Under which the cache has the model that lies at `url`.
    pub fn cache_key(&self, url: &str) -> String {
        [url, CACHE_KEY_HASH, &self.sha256].concat()
    }
}

/// Stands between a model's address and the checksum that makes a key of it.
pub const CACHE_KEY_HASH: &str = "?sha256=";

/// `samples/samples.json` beside the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    pub file: String,
    pub name: String,
    /// What is to be seen, for those who do not see it.
    pub alt: String,
    pub source: String,
    pub license: String,
}
