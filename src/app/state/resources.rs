//! Which numbered resources of the browser the state still refers to.

use super::app_state::AppState;
use crate::app::state::model::ModelChoice;
use crate::app::state::notices::Recovery;

impl AppState {
    /// Numbers of the files that something still refers to.
    pub fn resources_in_use(&self) -> Vec<u32> {
        let pictures = self
            .picture
            .current
            .iter()
            .chain(&self.picture.previous)
            .chain(&self.picture.seen)
            .map(|picture| picture.key.file);
        let models = self
            .model
            .desired
            .iter()
            .chain(self.model.prepared.as_ref().map(|model| &model.desired))
            .map(|desired| &desired.source);
        let retries = self
            .notices
            .shown
            .values()
            .filter_map(|notice| match &notice.recovery {
                Some(Recovery::Load(source) | Recovery::LoadAnyway(source)) => Some(source),
                _ => None,
            });
        let asked = self
            .model
            .size_question
            .iter()
            .map(|question| &question.source);
        let models = models
            .chain(retries)
            .chain(asked)
            .filter_map(|source| match source {
                ModelChoice::File { file, .. } => Some(*file),
                ModelChoice::Entry(_) => None,
            });
        let tested = self.picture.current.iter();
        let tested = tested.flat_map(|picture| picture.tests.iter());
        let drawn = tested.flat_map(|(_, result)| result.canvases());
        let second = self.picture.second.iter().map(|second| second.file);
        pictures.chain(second).chain(models).chain(drawn).collect()
    }
}
