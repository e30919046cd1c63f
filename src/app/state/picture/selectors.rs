//! What follows from the state about pictures.

use super::picture_state::ChosenPicture;
use crate::app::state::app_state::AppState;

impl AppState {
    /// The picture on the stage: the one chosen last, or the one before while
    /// the new one cannot be shown.
    pub fn on_stage(&self) -> Option<&ChosenPicture> {
        let last = self.picture.current.as_ref();
        last.filter(|picture| picture.canvas_size.is_some() || self.picture.previous.is_none())
            .or(self.picture.previous.as_ref())
    }
}
