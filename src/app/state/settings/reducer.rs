//! How the state takes settings, one by one or from a changed hash.

use super::action::SettingsAction;
use super::settings_state::Settings;
use crate::app::state::app_state::AppState;
use crate::app::state::model::ModelChoice;
use crate::app::state::notices::NoticePlace;

impl AppState {
    /// Takes a setting.
    pub(in crate::app::state) fn reduce_settings(&mut self, action: SettingsAction) {
        match action {
            SettingsAction::ChooseView(view) => self.settings.view = view,
            SettingsAction::ChooseColorMap(map) => self.settings.set_colormap(map),
            SettingsAction::ChooseOpacity(percent) => self.settings.opacity = percent.min(100),
            SettingsAction::ChooseSign(sign) => self.settings.sign = sign,
            SettingsAction::ChooseCells(cells) => self.settings.cells = cells,
            SettingsAction::ChooseOwnScale(own) => self.settings.own_scale = own,
            SettingsAction::ReadHash(hash) => self.read_hash(&hash),
            SettingsAction::Speak(words) => {
                self.words = words;
                // Classes without names have numbers, which are words, too.
                self.relabel();
            }
        }
    }

    /// Takes the settings of a changed hash; a model or layer that there is not leaves the one
    /// before.
    pub(in crate::app::state) fn read_hash(&mut self, hash: &str) {
        let settings = Settings::from_hash(hash);
        let chosen = settings
            .model
            .as_ref()
            .filter(|_| settings.model != self.settings.model);
        let entry = chosen.and_then(|id| self.entry(id));
        let before = std::mem::replace(&mut self.settings, settings);
        match entry {
            Some(entry) => {
                let asked = self.settings.clone();
                self.set_desired_model(ModelChoice::Entry(entry));
                self.settings.class = asked.class;
                self.settings.pinned = asked.pinned;
                self.settings.layer = asked.layer;
            }
            None => {
                self.settings.model = before.model;
                let has = |layer: &String| {
                    let model = self.model.prepared.as_ref();
                    model.is_some_and(|model| model.layer(layer).is_some())
                };
                if self
                    .settings
                    .layer
                    .as_ref()
                    .is_some_and(|layer| !has(layer))
                {
                    self.settings.layer = before.layer;
                }
            }
        }
        self.drop_unknown_class();
        self.show_chosen_map();
    }

    /// Drops a class of the address that the model does not have, and says so.
    pub(in crate::app::state) fn drop_unknown_class(&mut self) {
        let Some((class, model)) = self.settings.class.zip(self.ready_model()) else {
            return;
        };
        let classes = model.summary.classes;
        if class < classes {
            return;
        }
        (self.settings.class, self.settings.pinned) = (None, false);
        let name = model.desired.source.name();
        let last = classes.saturating_sub(1);
        let sentence = (self.words.notices().unknown_class)(class, name, last);
        self.notify(NoticePlace::Model, sentence, None);
    }
}
