//! A model that the engine has prepared.

use std::borrow::Cow;
use std::rc::Rc;

use super::model_choice::DesiredModel;
use crate::app::browser::json;
use crate::picture::Preprocess;
use crate::protocol::{LayerSummary, LoadTimings, ModelSummary};
use crate::text::shown_name;

/// A model that was made ready.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedModel {
    pub desired: DesiredModel,
    pub summary: ModelSummary,
    /// One for each class, as the user wants them.
    pub labels: Rc<Vec<String>>,
    pub timings: LoadTimings,
}

impl PreparedModel {
    /// All that the file says, or that was assumed, of how its picture is prepared; `None` if the
    /// engine did not tell it.
    pub fn preprocess(&self) -> Option<Preprocess> {
        json::read(&self.summary.input.preprocess).ok()
    }

    /// A layer by its name in the file.
    pub fn layer(&self, name: &str) -> Option<&LayerSummary> {
        self.summary.layers.iter().find(|layer| layer.name == name)
    }
}

impl LayerSummary {
    /// What a person calls it.
    pub fn title(&self) -> Cow<'_, str> {
        shown_name(self.alias.as_deref().unwrap_or(&self.name))
    }
}
