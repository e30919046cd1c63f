//! What follows from the state about predictions and maps.

use std::rc::Rc;

use super::map_key::MapKey;
use super::prediction::Prediction;
use crate::app::state::app_state::AppState;
use crate::app::state::model::PreparedModel;
use crate::app::state::picture::ChosenPicture;
use crate::explain::{Area, METHODS, Target};
use crate::render::OverlayStyle;

impl AppState {
    /// The picture's prediction if it was made by the desired model, with the
    /// overrides that are chosen now.
    pub fn current_prediction<'a>(&self, picture: &'a ChosenPicture) -> Option<&'a Rc<Prediction>> {
        let desired = self.model.desired.as_ref()?.key;
        picture.prediction.as_ref().filter(|prediction| {
            prediction.model.desired.key == desired
                && prediction.overrides == picture.key.overrides
                && prediction.choices == picture.key.choices
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

    /// The class that the chosen target compares with: the chosen one, else the most probable
    /// other.
    pub fn other_class(&self, picture: &ChosenPicture) -> Option<usize> {
        let prediction = picture.prediction.as_ref()?;
        let class = self.class(picture)?;
        let is_other = |other: &usize| *other != class && *other < prediction.logits.len();
        let chosen = self.settings.other.filter(is_other);
        chosen.or_else(|| prediction.ranking.iter().copied().find(is_other))
    }

    /// The question to be answered. A model of one class has nothing to compare: its logit
    /// is asked for.
    pub fn target(&self, picture: &ChosenPicture) -> Option<Target> {
        let class = self.class(picture)?;
        let classes = picture.prediction.as_ref()?.logits.len();
        let target = Target::new(self.settings.target, class, self.other_class(picture));
        let target = target.ok().filter(|target| target.check(classes).is_ok());
        let target = target.unwrap_or(Target::Logit(class));
        // The engine knows which places that are.
        let is_marked = self.asked_region(picture) != 0;
        Some(target.with_area(if is_marked { Area::Mask } else { Area::Called }))
    }

    /// The chosen map of a picture that has a prediction.
    pub(in crate::app::state) fn map_key(&self, picture: &ChosenPicture) -> Option<MapKey> {
        let model = &picture.prediction.as_ref()?.model;
        let method = METHODS
            .iter()
            .find(|method| method.id == self.settings.method)?;
        Some(MapKey {
            method: method.id,
            target: self.target(picture)?,
            layer: self.layer(model).to_owned(),
            settings: self.settings.method_settings.clone(),
            region: self.asked_region(picture),
            seed: if method.is_random {
                self.settings.seed
            } else {
                0
            },
        })
    }

    /// The number of the marked part, if the question is about it; else 0.
    fn asked_region(&self, picture: &ChosenPicture) -> u32 {
        if self.settings.target == "region" {
            picture.region_number()
        } else {
            0
        }
    }

    /// The chosen map, if the engine has to compute it.
    pub(in crate::app::state) fn missing_map(&self, picture: &ChosenPicture) -> Option<MapKey> {
        self.current_prediction(picture)?;
        let key = self.map_key(picture)?;
        if key.wants_second_picture() && self.picture.second.is_none() {
            return None;
        }
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
                key.differs_by_class(shown)
            }
        };
        let maps = picture.maps.iter().filter(|entry| counts(&entry.0));
        maps.map(|(_, map)| map.scale(self.settings.sign))
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
