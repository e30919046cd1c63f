//! What is shown, and what it is made of.

use super::export_error::ExportError;
use crate::app::state::{AppState, ChosenPicture, Prediction, SaliencyMap};
use crate::render::MapView;

/// The map on the stage with its picture and its prediction.
pub struct ExportedMap<'a> {
    pub picture: &'a ChosenPicture,
    pub prediction: &'a Prediction,
    pub map: &'a SaliencyMap,
    pub view: MapView<'a>,
}

impl<'a> ExportedMap<'a> {
    /// The map on the stage.
    ///
    /// # Errors
    /// If there is none, or its shape does not fit its values.
    pub fn of(state: &'a AppState) -> Result<Self, ExportError> {
        let picture = state.on_stage().ok_or(ExportError::Nothing)?;
        let prediction = picture.prediction.as_deref().ok_or(ExportError::Nothing)?;
        let map = picture.map().ok_or(ExportError::Nothing)?;
        let view = map.view().ok_or(ExportError::Shape)?;
        Ok(Self {
            picture,
            prediction,
            map,
            view,
        })
    }
}
