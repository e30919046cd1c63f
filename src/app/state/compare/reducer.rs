//! How the state takes what is compared.

use super::action::CompareAction;
use crate::app::state::app_state::AppState;
use crate::app::state::explanation::MapKey;
use crate::app::state::settings::View;

impl AppState {
    /// Takes a choice of what is compared.
    pub(in crate::app::state) fn reduce_compare(&mut self, action: CompareAction) {
        match action {
            CompareAction::ChooseAxis(axis) => {
                self.compare.axis = axis;
                self.compare.is_stopped = false;
                self.compare.pair.clear();
            }
            CompareAction::ToggleMethod(id) => self.toggle_method(id),
            CompareAction::ToggleMap(key) => self.toggle_map(key),
            CompareAction::ChooseSplit(percent) => self.compare.split = percent.min(100),
            CompareAction::Open(key) => {
                self.choose(&key);
                self.settings.view = View::Explain;
                self.show_chosen_map();
            }
            CompareAction::Measure(metric) => {
                self.compare.metric = metric;
                self.compare.is_stopped = false;
            }
            CompareAction::GoOn => {
                self.compare.is_stopped = false;
                if let Some(picture) = &mut self.picture.current {
                    picture.drop_unfinished_maps();
                }
            }
        }
    }

    fn toggle_method(&mut self, id: &'static str) {
        let methods = &mut self.compare.methods;
        let count = methods.len();
        methods.retain(|method| *method != id);
        if methods.len() == count {
            methods.push(id);
            self.compare.is_stopped = false;
        }
        self.compare.pair.retain(|key| key.method != id);
    }

    /// Of two that are chosen the earlier gives way to a third.
    fn toggle_map(&mut self, key: MapKey) {
        let pair = &mut self.compare.pair;
        let count = pair.len();
        pair.retain(|other| *other != key);
        if pair.len() == count {
            pair.push(key);
        }
        if pair.len() > 2 {
            pair.remove(0);
        }
    }

    /// Stops what is missing of the comparison; what was shown of a map stays.
    pub(in crate::app::state) fn stop_comparing(&mut self) {
        self.compare.is_stopped = true;
        self.engine.stopped_explanations += 1;
        self.keep_early_map();
        self.keep_early_test();
        self.notices.announcement = self.words.notices().stopped_comparing.to_owned();
    }
}
