//! How the state takes predictions and maps, and the choice of class, layer and method.

use std::rc::Rc;

use super::action::ExplanationAction;
use super::map_key::MapKey;
use super::prediction::{Prediction, PredictionReply};
use super::saliency_map::SaliencyMap;
use crate::app::number_format;
use crate::app::state::app_state::AppState;
use crate::app::state::model::UserOverrides;
use crate::app::state::notices::{NoticePlace, Recovery};
use crate::app::state::picture::{ChosenPicture, PictureKey};
use crate::app::state::settings::View;
use crate::explain::METHODS;
use crate::frame::Frame;
use crate::protocol::MapState;

impl AppState {
    /// Takes a choice of what is explained.
    pub(in crate::app::state) fn reduce_explanation(&mut self, action: ExplanationAction) {
        match action {
            ExplanationAction::ChooseClass(class) => {
                self.settings.class = Some(class);
                self.show_chosen_map();
            }
            ExplanationAction::PinClass(class) => {
                self.settings.pinned = class.is_some();
                self.settings.class = class.or(self.settings.class);
            }
            ExplanationAction::ChooseLayer(layer) => self.choose_layer(layer),
            ExplanationAction::ChooseMethod(method) => {
                self.settings.set_method(method, &[]);
                self.show_chosen_map();
            }
            ExplanationAction::ChooseSetting(id, value) => self.choose_setting(id, value),
            ExplanationAction::ChooseTarget(kind) => {
                self.settings.target = kind;
                self.show_chosen_map();
            }
            ExplanationAction::ChooseOther(class) => {
                self.settings.other = Some(class);
                self.show_chosen_map();
            }
            ExplanationAction::ChooseSeed(seed) => {
                self.settings.seed = seed;
                self.show_chosen_map();
            }
            ExplanationAction::ExplainAgain => {
                self.notices.shown.remove(&NoticePlace::Explanation);
                if let Some(picture) = &mut self.picture.current {
                    picture.drop_unfinished_maps();
                }
            }
        }
    }

    /// Takes a prediction; maps of another model or other overrides are dropped.
    pub(in crate::app::state) fn predicted(
        &mut self,
        key: PictureKey,
        model: u32,
        reply: PredictionReply,
    ) {
        let prepared = self.model.prepared.clone();
        let Some(model) = prepared.filter(|prepared| prepared.desired.key == model) else {
            return;
        };
        let preview = reply.preview;
        let prediction = Prediction::new(model, (key.overrides, key.choices), reply);
        let Some(picture) = self
            .picture
            .current
            .as_mut()
            .filter(|picture| picture.key == key)
        else {
            return;
        };
        picture.canvas_size = preview.or(picture.canvas_size);
        let is_same = picture.prediction.as_ref().is_some_and(|before| {
            before.model.desired.key == prediction.model.desired.key
                && before.overrides == prediction.overrides
                && before.choices == prediction.choices
        });
        // A new engine makes the same prediction again: what it could not explain before
        // waits for the user.
        if !is_same {
            picture.drop_maps();
        }
        let best = prediction.ranking.first().map(|&class| {
            let percent = number_format::percent(prediction.probabilities[class]);
            format!("{}, {percent}", prediction.label(class))
        });
        picture.prediction = Some(Rc::new(prediction));
        self.picture.previous = None;
        // What is said beside the picture stays: it is about another one, which was refused or
        // given up. A former picture that is looked at again is no news.
        if !is_same {
            self.notices.announcement = (self.words.notices().taken_for)(&best.unwrap_or_default());
        }
    }

    /// Takes a map, and shows it if it is the chosen one.
    pub(in crate::app::state) fn mapped(
        &mut self,
        picture_key: PictureKey,
        model: u32,
        key: MapKey,
        map: SaliencyMap,
        is_early: bool,
    ) {
        let Some(mut picture) = self.picture.current.take() else {
            return;
        };
        let prediction = self.current_prediction(&picture);
        let same_model = prediction.is_some_and(|prediction| prediction.model.desired.key == model);
        let map = map.on(prediction.map_or(Frame::WHOLE, |prediction| prediction.frame));
        // One that was on its way when its explanation was stopped comes too late.
        let is_late = is_early && picture.maps.contains_key(&key);
        if picture.key == picture_key && same_model && !is_late {
            if is_early {
                picture.early = Some((key.clone(), Rc::new(map)));
            } else {
                picture.early.take_if(|(early, _)| *early == key);
                picture.keep_map(key.clone(), Rc::new(map));
            }
            if self.map_key(&picture).as_ref() == Some(&key) {
                picture.shown = Some(key);
                self.notices.shown.remove(&NoticePlace::Explanation);
                // Early maps come every moment: only the last is news.
                if !is_early {
                    self.announce_map(&picture);
                }
            }
        }
        self.picture.current = Some(picture);
    }

    /// Tells a screen reader what the shown map explains.
    fn announce_map(&mut self, picture: &ChosenPicture) {
        let (Some(map), Some(prediction)) = (picture.map(), picture.prediction.as_ref()) else {
            return;
        };
        let words = self.words.notices();
        let class = map.summary.class;
        let label = prediction.label(class);
        let percent = prediction
            .probabilities
            .get(class)
            .copied()
            .map(number_format::percent)
            .unwrap_or_default();
        let model = &prediction.model;
        let layer = Some(&map.summary.layer).filter(|name| **name != model.summary.layer);
        let layer = layer.and_then(|name| model.layer(name));
        let at = layer.map_or(String::new(), |layer| (words.at_layer)(&layer.title()));
        self.notices.announcement = match map.summary.state {
            MapState::Evidence => (words.explained)(label, &percent, &at),
            MapState::NoPositiveEvidence => (words.nothing_speaks_for)(label, &percent),
            MapState::NotFinite => (words.not_numbers)(label),
        };
    }

    /// A map that cannot be had; another method, layer or question gives way to the one that
    /// is shown.
    pub(in crate::app::state) fn map_failed(&mut self, key: MapKey, message: String) {
        let Some(picture) = &mut self.picture.current else {
            return;
        };
        // In a comparison it leaves a gap, and the others go on.
        if self.settings.view == View::Compare {
            picture.failed_maps.push(key);
            return;
        }
        let is_other = (picture.shown.as_ref()).is_some_and(|shown| !shown.differs_by_class(&key));
        picture.failed_maps.push(key);
        if is_other {
            self.restore_shown_choice();
        }
        let recovery = (!is_other).then_some(Recovery::Explain);
        self.notify(NoticePlace::Explanation, message, recovery);
    }

    /// Shows the chosen map if it is there already.
    pub(in crate::app::state) fn show_chosen_map(&mut self) {
        self.notices.shown.remove(&NoticePlace::Explanation);
        let Some(mut picture) = self.picture.current.take() else {
            return;
        };
        let key = self.map_key(&picture);
        if let Some(key) = key.filter(|key| picture.maps.contains_key(key)) {
            picture.shown = Some(key);
            self.announce_map(&picture);
        }
        self.picture.current = Some(picture);
    }

    /// Chooses a layer of the prepared model; for the user's own file it is remembered.
    fn choose_layer(&mut self, layer: String) {
        let Some(model) = self
            .model
            .prepared
            .clone()
            .filter(|model| model.layer(&layer).is_some())
        else {
            return;
        };
        // The address names the layer of the site's own models.
        if model.desired.source.entry().is_none() {
            let layer = Some(layer.clone());
            let sha256 = &model.summary.sha256;
            let before = self.model.remembered.about(sha256);
            self.model
                .remembered
                .set(sha256, UserOverrides { layer, ..before });
        }
        self.settings.layer = Some(layer);
        self.show_chosen_map();
    }

    /// Keeps what the engine has shown of a map so far; without that goes back to what the
    /// shown map shows.
    pub(in crate::app::state) fn stop_explaining(&mut self) {
        self.engine.stopped_explanations += 1;
        if self.keep_early_map() {
            self.notices.announcement = self.words.notices().stopped_early.to_owned();
            return;
        }
        self.restore_shown_choice();
        self.notices.announcement = self.words.notices().stopped_former.to_owned();
    }

    /// Keeps what the engine has shown of a map that it does not finish. Whether there is any.
    pub(in crate::app::state) fn keep_early_map(&mut self) -> bool {
        let picture = self.picture.current.as_mut();
        let Some((picture, (key, map))) =
            picture.and_then(|picture| picture.early.take().map(|early| (picture, early)))
        else {
            return false;
        };
        picture.maps.insert(key, map);
        true
    }

    /// Sets one of the chosen method's settings; a value that it cannot take changes nothing
    /// and is said.
    fn choose_setting(&mut self, id: &'static str, value: String) {
        let method = METHODS
            .iter()
            .find(|method| method.id == self.settings.method);
        let checked = method.map(|method| method.settings([(id, value.as_str())]));
        if let Some(Err(error)) = checked {
            let sentence = format!("{error}.");
            return self.notify(NoticePlace::Explanation, sentence, None);
        }
        let mut said = std::mem::take(&mut self.settings.method_settings);
        said.retain(|(other, _)| other != id);
        said.push((id.to_owned(), value));
        self.settings.set_method(self.settings.method, &said);
        self.show_chosen_map();
    }

    /// Chooses what the shown map shows; without one, the model's usual layer.
    pub(in crate::app::state) fn restore_shown_choice(&mut self) {
        let shown = self
            .picture
            .current
            .as_ref()
            .and_then(|picture| picture.shown.clone());
        self.settings.layer = shown.as_ref().map(|key| key.layer.clone());
        if let Some(key) = shown {
            self.choose(&key);
        }
    }

    /// Chooses all that a map depends on.
    pub(in crate::app::state) fn choose(&mut self, key: &MapKey) {
        self.settings.layer = Some(key.layer.clone());
        self.settings.class = Some(key.class());
        self.settings.target = key.target.kind();
        self.settings.other = key.target.other().or(self.settings.other);
        self.settings.set_method(key.method, &key.settings);
        self.settings.seed = key.seed;
    }
}
