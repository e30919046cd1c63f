//! How the state takes what the user says about a model.

use super::model_state::OverrideUndo;
use super::user_overrides::{OverrideChange, UserOverrides};
use crate::app::state::app_state::AppState;
use crate::app::state::notices::NoticePlace;

impl AppState {
    /// Changes one override of the model that is ready. The engine prepares it anew if the
    /// change concerns the graph; else only the page changes.
    pub(in crate::app::state) fn change_override(&mut self, change: OverrideChange) {
        let Some(model) = self.ready_model() else {
            return;
        };
        let before = self.overrides();
        let mut overrides = before.clone();
        match change {
            OverrideChange::Scaling(id) => overrides.scaling = id.map(str::to_owned),
            OverrideChange::Fit(fit) => overrides.fit = fit.map(|fit| fit.to_string()),
            OverrideChange::OutputActivation(activation) => {
                overrides.output_activation = activation;
            }
            OverrideChange::Labels(labels) => overrides.labels = labels,
            OverrideChange::Logits(tensor) => overrides.logits = tensor,
            OverrideChange::Size(size) => overrides.size = Some(size),
            OverrideChange::Input(name, values) => {
                overrides.inputs.retain(|(given, _)| *given != name);
                if !values.is_empty() {
                    overrides.inputs.push((name, values));
                }
            }
            OverrideChange::ChannelsLast(last) => overrides.channels_last = last,
            // Without a size there would be no model.
            OverrideChange::Reset => {
                let size = before.size;
                overrides = UserOverrides {
                    size,
                    ..UserOverrides::default()
                };
                self.settings.layer = None;
            }
        }
        self.notices.shown.remove(&NoticePlace::About);
        let sha256 = &model.summary.sha256;
        let graph_options = |overrides: &UserOverrides| {
            let logits = overrides.logits.clone();
            let inputs = overrides.inputs.clone();
            (overrides.size, overrides.channels_last, logits, inputs)
        };
        let is_layer_removed = before.layer.is_some() && overrides.layer.is_none();
        let is_prepared_anew =
            graph_options(&before) != graph_options(&overrides) || is_layer_removed;
        self.model.remembered.set(sha256, overrides);
        if is_prepared_anew {
            self.set_desired_model(model.desired.source.clone());
            self.model.undo = Some(OverrideUndo {
                sha256: sha256.clone(),
                overrides: before,
            });
        } else {
            self.relabel();
        }
    }

    /// Answers the question for the size of an open input, height and width in pixels, and
    /// goes on with the model.
    pub(in crate::app::state) fn answer_size_question(&mut self, size: [usize; 2]) {
        if let Some(question) = self.model.size_question.take() {
            let size = Some(size);
            let sha256 = question.sha256;
            let overrides = self.model.remembered.about(&sha256);
            let before = overrides.clone();
            let answered = UserOverrides { size, ..overrides };
            self.model.remembered.set(&sha256, answered);
            self.set_desired_model(question.source);
            // A size that the model cannot take must not be answered for ever.
            let undo = OverrideUndo {
                sha256,
                overrides: before,
            };
            self.model.undo = Some(undo);
        }
    }
}
