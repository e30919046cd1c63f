//! What is done with each picture.

use std::path::Path;

use indicatif::ProgressBar;
use serde_json::Value;

use crate::asking::Engine;

/// What is done with each picture.
pub trait PictureJob: Sync {
    /// `number` is that of the picture's line, from 1, in a list.
    ///
    /// # Errors
    /// If nothing could be done with this picture.
    fn answer(&self, engine: &mut Engine, picture: &Listed<'_>) -> anyhow::Result<Answer>;

    /// A report for people.
    fn plain(&self, path: &Path, report: &Value) -> String;
}

/// A picture of a list.
pub struct Listed<'a> {
    pub path: &'a Path,
    /// Of its line, from 1; `None` for one of the command line.
    pub number: Option<usize>,
    pub bar: &'a ProgressBar,
}

/// What is said of a picture.
#[derive(Default)]
pub struct Answer {
    /// JSON objects: one for each method or metric.
    pub reports: Vec<Value>,
    /// Sentences about what could not be done, where other things could.
    pub complaints: Vec<String>,
}
