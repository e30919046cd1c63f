//! What the engine shall hold and answer.

use super::engine_step::EngineStep;
use crate::app::state::explanation::MapKey;
use crate::app::state::model::DesiredModel;
use crate::app::state::picture::PictureKey;
use crate::protocol::Remembered;

/// What the page wants.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DesiredState {
    pub model: Option<DesiredModel>,
    /// The layer that a model begins with; the engine chooses if there is none.
    pub layer: Option<String>,
    /// What the user said about files before.
    pub remembered: Vec<Remembered>,
    /// The model whose facts the page knows. Pictures wait until it is the one
    /// that the engine holds, since it says how they are read.
    pub known: Option<u32>,
    pub picture: Option<(PictureKey, String)>,
    pub map: Option<MapKey>,
    /// Raised when the user stops an explanation.
    pub stops: u32,
}

impl DesiredState {
    pub fn model_key(&self) -> Option<u32> {
        self.model.as_ref().map(|model| model.key)
    }

    pub fn picture_key(&self) -> Option<PictureKey> {
        self.picture.as_ref().map(|picture| picture.0)
    }

    pub fn contains(&self, step: &EngineStep) -> bool {
        match step {
            EngineStep::Load(key) => self.model_key() == Some(*key),
            EngineStep::Predict(key) => self.picture_key() == Some(*key),
            EngineStep::Explain(key) => self.map.as_ref() == Some(key),
        }
    }
}
