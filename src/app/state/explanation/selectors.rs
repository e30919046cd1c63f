//! What follows from the state about predictions and maps.

use std::rc::Rc;

use super::map_key::MapKey;
use super::prediction::Prediction;
use crate::app::state::app_state::AppState;
use crate::app::state::model::PreparedModel;
use crate::app::state::picture::ChosenPicture;
use crate::explain::METHODS;
use crate::render::{OverlayStyle, largest};

impl AppState {
    /// The picture's prediction if it was made by the desired model, with the
    /// overrides that are chosen now.
    pub fn current_prediction<'a>(&self, picture: &'a ChosenPicture) -> Option<&'a Rc<Prediction>> {
        let desired = self.model.desired.as_ref()?.key;
        picture.prediction.as_ref().filter(|prediction| {
            prediction.model.desired.key == desired && prediction.overrides == picture.key.overrides
        })
    }

    /// The layer to be explained, by its name in the file: the chosen one if the
    /// model has it, else the one that the engine chose.
    pub fn layer<'a>(&'a self, model: &'a PreparedModel) -> &'a str {
        let chosen = self.settings.layer.as_deref();
        chosen
            .filter(|name| model.layer(name).is_some())
            .unwrap_or(&model.summary.layer)
    }

    /// The class to be explained: the chosen one, else the most probable.
    pub fn class(&self, picture: &ChosenPicture) -> Option<usize> {
        let prediction = picture.prediction.as_ref()?;
        let chosen = self
            .settings
            .class
            .filter(|class| *class < prediction.logits.len());
        chosen.or_else(|| prediction.ranking.first().copied())
    }

    /// The chosen map of a picture that has a prediction.
    pub(in crate::app::state) fn map_key(&self, picture: &ChosenPicture) -> Option<MapKey> {
        let model = &picture.prediction.as_ref()?.model;
        Some(MapKey {
            method: self.settings.method,
            class: self.class(picture)?,
            layer: self.layer(model).to_owned(),
        })
    }

    /// The chosen map, if the engine has to compute it.
    pub(in crate::app::state) fn missing_map(&self, picture: &ChosenPicture) -> Option<MapKey> {
        self.current_prediction(picture)?;
        let key = self.map_key(picture)?;
        (!picture.maps.contains_key(&key) && !picture.failed_maps.contains(&key)).then_some(key)
    }

    /// The value that gets the end of the colour map: the largest of the maps
    /// seen for this picture, method and layer, or of the shown map alone.
    pub fn scale(&self, picture: &ChosenPicture) -> f32 {
        let Some(shown) = picture.shown.as_ref() else {
            return 0.0;
        };
        let counts = |key: &MapKey| {
            if self.settings.own_scale {
                key == shown
            } else {
                key.method == shown.method && key.layer == shown.layer
            }
        };
        let maps = picture.maps.iter().filter(|entry| counts(&entry.0));
        maps.map(|(_, map)| largest(&map.values, self.settings.sign))
            .fold(0.0, f32::max)
    }

    /// How the shown map is drawn.
    pub fn overlay_style(&self, picture: &ChosenPicture) -> OverlayStyle {
        OverlayStyle {
            colormap: self.settings.colormap(),
            opacity: f32::from(self.settings.opacity) / 100.0,
            sign: self.settings.sign,
            scale: self.scale(picture),
            cells: self.settings.cells,
        }
    }

    /// The classes that the number keys choose: those of the desired model.
    pub fn top_classes(&self, picture: &ChosenPicture) -> Rc<[usize]> {
        self.current_prediction(picture)
            .map(|prediction| prediction.top().into())
            .unwrap_or_default()
    }
}

/// The catalogue's entry of a method.
pub fn method_name(id: &str) -> &'static str {
    METHODS
        .iter()
        .find(|method| method.id == id)
        .map_or("", |method| method.name)
}
