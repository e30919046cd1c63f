//! The desired state of the engine. The request schedule reconciles the engine with it,
//! one request at a time.

use super::engine_step::EngineStep;
use crate::app::state::explanation::MapKey;
use crate::app::state::model::DesiredModel;
use crate::app::state::picture::{PictureKey, SecondPicture};
use crate::protocol::Remembered;

/// What the engine shall hold and answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DesiredState {
    pub model: Option<DesiredModel>,
    /// The layer that a model is prepared for, by its name; the engine chooses if `None`.
    pub layer: Option<String>,
    /// The user's overrides of files, which the engine needs to prepare them.
    pub remembered: Vec<Remembered>,
    /// Key of the model whose summary the page has. Pictures wait until it is the one
    /// that the engine holds, since the summary says how they are preprocessed.
    pub known_model: Option<u32>,
    pub picture: Option<DesiredPicture>,
    /// What the picture is compared with.
    pub second_picture: Option<SecondPicture>,
    pub map: Option<MapKey>,
    /// Counted up when the user stops an explanation.
    pub stopped_explanations: u32,
}

/// A picture that the engine shall predict from.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredPicture {
    pub key: PictureKey,
    /// The file's name, for messages.
    pub name: String,
}

impl DesiredState {
    /// The key of the model.
    pub fn model_key(&self) -> Option<u32> {
        self.model.as_ref().map(|model| model.key)
    }

    /// The key of the picture.
    pub fn picture_key(&self) -> Option<PictureKey> {
        self.picture.as_ref().map(|picture| picture.key)
    }

    /// Whether a step still leads to this state.
    pub fn contains(&self, step: &EngineStep) -> bool {
        match step {
            EngineStep::Load(key) => self.model_key() == Some(*key),
            EngineStep::Predict(key) => self.picture_key() == Some(*key),
            EngineStep::Explain(key) => self.map.as_ref() == Some(key),
        }
    }
}
