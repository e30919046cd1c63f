//! How the state takes settings, one by one or from a changed hash.

use super::action::SettingsAction;
use super::settings_state::Settings;
use crate::app::state::app_state::AppState;
use crate::app::state::model::ModelChoice;

impl AppState {
    /// Takes a setting.
    pub(in crate::app::state) fn reduce_settings(&mut self, action: SettingsAction) {
        match action {
            SettingsAction::ChooseColorMap(map) => self.settings.set_colormap(map),
            SettingsAction::ChooseOpacity(percent) => self.settings.opacity = percent.min(100),
            SettingsAction::ChooseSign(sign) => self.settings.sign = sign,
            SettingsAction::ChooseCells(cells) => self.settings.cells = cells,
            SettingsAction::ChooseOwnScale(own) => self.settings.own_scale = own,
            SettingsAction::ReadHash(hash) => self.read_hash(&hash),
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
                let (class, layer) = (self.settings.class, self.settings.layer.clone());
                self.set_desired_model(ModelChoice::Entry(entry));
                (self.settings.class, self.settings.layer) = (class, layer);
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
        self.show_chosen_map();
    }
}
