//! Where the person is, for the browser's history.

use super::app_state::AppState;

/// A picture, a model and a class are places to come back to; how they are shown is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The picture's file in the resource table; [`NO_PICTURE`] for the samples.
    pub file: u32,
    model: Option<String>,
    class: Option<usize>,
}

/// No file has this number.
pub const NO_PICTURE: u32 = 0;

impl AppState {
    /// Where the person is. `None` while a new picture waits for its result: it may be
    /// refused, and then nobody has gone anywhere.
    pub fn place(&self) -> Option<Place> {
        let current = self.picture.current.as_ref();
        let settled = current.filter(|picture| picture.prediction.is_some() || picture.stopped);
        if settled.is_none() && self.picture.previous.is_some() {
            return None;
        }
        Some(Place {
            file: settled.map_or(NO_PICTURE, |picture| picture.key.file),
            model: self.settings.model.clone(),
            class: self.settings.class,
        })
    }
}
