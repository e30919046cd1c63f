//! How the state takes the manifest, a chosen model, and what becomes of it.

use std::rc::Rc;

use super::action::ModelAction;
use super::model_choice::{DesiredModel, ModelChoice};
use super::model_state::{OverrideUndo, SizeQuestion};
use super::prepared_model::PreparedModel;
use super::user_overrides::UserOverrides;
use crate::app::state::app_state::AppState;
use crate::app::state::notices::{NoticePlace, Recovery};
use crate::protocol::{LoadTimings, Manifest, ManifestEntry, ModelSummary};
use crate::text::{MAX_NAME_CHARS, printable};

impl AppState {
    /// Takes an action that concerns models.
    pub(in crate::app::state) fn reduce_model(&mut self, action: ModelAction) {
        match action {
            ModelAction::ManifestFetched(manifest) => self.manifest_fetched(manifest),
            ModelAction::Choose(id) => {
                if let Some(entry) = self.entry(&id) {
                    self.set_desired_model(ModelChoice::Entry(entry));
                }
            }
            ModelAction::OpenFile {
                file,
                name,
                bytes,
                weights,
            } => {
                let name = printable(&name, MAX_NAME_CHARS).into_owned();
                self.set_desired_model(ModelChoice::File {
                    file,
                    name,
                    bytes,
                    weights,
                });
            }
            ModelAction::LoadAgain(source) => self.set_desired_model(source),
            ModelAction::LoadAnyway(source) => {
                self.set_desired_model(source);
                if let Some(desired) = &mut self.model.desired {
                    desired.exceeds_memory = true;
                }
            }
            ModelAction::Override(change) => self.change_override(change),
            ModelAction::AnswerSizeQuestion(size) => self.answer_size_question(size),
            ModelAction::OwnModelGone => self.notify(
                NoticePlace::Files,
                self.words.notices().own_model_gone,
                Some(Recovery::ChooseModelFile),
            ),
            ModelAction::TryEverything => {
                if let Some(picture) = &mut self.picture.current {
                    picture.probes.wants_report = true;
                }
            }
            ModelAction::ReportCopied(true) => {
                self.notices.announcement = self.words.notices().report_copied.to_owned();
            }
            ModelAction::ReportCopied(false) => self.notify(
                NoticePlace::About,
                self.words.notices().report_refused,
                None,
            ),
            ModelAction::DropSizeQuestion => self.model.size_question = None,
            ModelAction::LabelFileRead { name, bytes } => self.read_labels(&name, bytes),
            ModelAction::ImageNetLabelsFetched(Ok(list)) => {
                self.model.imagenet_labels = Some(list.into());
                self.relabel();
            }
            ModelAction::ImageNetLabelsFetched(Err(message)) => {
                self.notify(NoticePlace::About, message, Some(Recovery::FetchImageNet));
            }
        }
    }

    /// Takes the manifest and desires the model that the settings name, else the most general.
    fn manifest_fetched(&mut self, manifest: Result<Manifest, String>) {
        self.model.manifest_failed = manifest.is_err();
        match manifest {
            Ok(manifest) => {
                self.forget_notice(NoticePlace::Model, &Recovery::FetchManifest);
                let manifest = Rc::new(manifest);
                self.model.manifest = Some(manifest.clone());
                if self.model.desired.is_some() {
                    return;
                }
                let chosen = manifest
                    .models
                    .iter()
                    .find(|entry| Some(&entry.id) == self.settings.model.as_ref());
                if chosen.is_none() {
                    self.settings.layer = None;
                }
                match chosen.or(most_general(&manifest)) {
                    Some(entry) => self.set_desired_model(ModelChoice::Entry(entry.clone())),
                    None => {
                        self.notify(NoticePlace::Model, self.words.notices().no_model_here, None)
                    }
                }
            }
            Err(message) => self.notify(NoticePlace::Model, message, Some(Recovery::FetchManifest)),
        }
    }

    /// Desires a model under a new key. Another source also drops the chosen class and layer.
    pub(in crate::app::state) fn set_desired_model(&mut self, source: ModelChoice) {
        let before = self.desired_or_prepared();
        // Said once of a model, also when something about it is changed.
        let exceeds_memory =
            before.is_some_and(|desired| desired.source == source && desired.exceeds_memory);
        if before.is_some_and(|desired| desired.source != source) {
            (self.settings.class, self.settings.pinned) = (None, false);
            self.settings.layer = None;
        }
        self.model.last_key += 1;
        self.settings.model = source.entry().map(|entry| entry.id.clone());
        self.model.desired = Some(DesiredModel {
            key: self.model.last_key,
            source,
            exceeds_memory,
        });
        (self.model.size_question, self.model.undo) = (None, None);
        self.notices.shown.retain(|place| {
            !matches!(
                place,
                NoticePlace::Model | NoticePlace::About | NoticePlace::Explanation
            )
        });
        if let Some(picture) = &mut self.picture.current {
            picture.stopped = false;
        }
        // The new model looks at the picture that waited to be looked at again.
        self.forget_notice(NoticePlace::Picture, &Recovery::Predict);
    }

    /// Takes a model that the engine has prepared, if it is still the desired one.
    pub(in crate::app::state) fn model_prepared(
        &mut self,
        desired: DesiredModel,
        summary: ModelSummary,
        timings: LoadTimings,
    ) {
        if self
            .model
            .desired
            .as_ref()
            .is_some_and(|current| current.key == desired.key)
        {
            let left_out = self.left_out(&summary);
            if left_out && self.is_changing_prepared_model() {
                return self.load_failed(desired.key, summary.notes.join(" "));
            }
            self.notices.announcement = (self.words.notices().model_ready)(desired.source.name());
            self.model.undo = None;
            if left_out {
                self.forget_left_out(&summary);
            }
            self.model.prepared = Some(Rc::new(PreparedModel {
                desired,
                summary,
                labels: Rc::default(),
                timings,
            }));
            self.relabel();
            self.apply_saved();
            self.drop_unknown_class();
            self.read_waiting_labels();
        }
    }

    /// Whether the engine could not prepare the model as the user has said.
    fn left_out(&self, summary: &ModelSummary) -> bool {
        let wanted = self.model.remembered.about(&summary.sha256);
        let other_logits = wanted
            .logits
            .is_some_and(|logits| logits != summary.output.logits);
        let other_layout = wanted
            .channels_last
            .is_some_and(|last| last != summary.input.channels_last);
        other_logits || (other_layout && summary.input.layout_is_open)
    }

    /// Forgets what the engine left out, and says so.
    fn forget_left_out(&mut self, summary: &ModelSummary) {
        let overrides = UserOverrides {
            logits: None,
            channels_last: None,
            ..self.model.remembered.about(&summary.sha256)
        };
        self.model.remembered.set(&summary.sha256, overrides);
        self.notify(NoticePlace::Model, summary.notes.join(" "), None);
    }

    /// Stops loading the desired model, which gives way to the one before it, and a change of
    /// a model to what was before it.
    pub(in crate::app::state) fn stop_loading(&mut self, key: u32) {
        let is_change = self.is_changing_prepared_model();
        let Some(stopped) = self.restore_previous_model(key, is_change) else {
            return;
        };
        self.take_back();
        let sentence = (self.words.notices().loading_stopped)(stopped.name());
        if is_change {
            return self.notify(NoticePlace::About, sentence, None);
        }
        self.notify(NoticePlace::Model, sentence, Some(Recovery::Load(stopped)));
    }

    /// Whether the desired model is the prepared one with a change that is tried.
    fn is_changing_prepared_model(&self) -> bool {
        let prepared = self.model.prepared.as_ref();
        let prepared = prepared.map(|model| &model.summary.sha256);
        let tried = self.model.undo.as_ref().map(|undo| &undo.sha256);
        tried.is_some() && tried == prepared
    }

    /// Takes back what the user said of the model that cannot be had so. True if there was
    /// something.
    fn take_back(&mut self) -> bool {
        let Some(OverrideUndo { sha256, overrides }) = self.model.undo.take() else {
            return false;
        };
        self.model.remembered.set(&sha256, overrides);
        self.relabel();
        true
    }

    /// A model that cannot be used gives way to the one before it, and a change
    /// that cannot be made to what was before it.
    pub(in crate::app::state) fn load_failed(&mut self, key: u32, mut message: String) {
        let is_change = self.is_changing_prepared_model();
        let Some(failed) = self.restore_previous_model(key, is_change) else {
            return;
        };
        if let Some(waiting) = self.model.waiting_labels.take() {
            message = (self.words.notices().labels_not_used)(&message, &waiting.file);
        }
        let is_taken_back = self.take_back();
        if is_change {
            return self.notify(NoticePlace::About, message, None);
        }
        let recovery = match failed {
            // The same file would fail the same way, unless the answer about it was at fault.
            ModelChoice::File { .. } if !is_taken_back => Recovery::ChooseModelFile,
            source => Recovery::Load(source),
        };
        self.notify(NoticePlace::Model, message, Some(recovery));
    }

    /// The model may take more memory than there is: says so and offers to load it, and goes
    /// back to the model before until then.
    pub(in crate::app::state) fn warn_of_memory(&mut self, key: u32, message: String) {
        if let Some(source) = self.restore_previous_model(key, false) {
            self.take_back();
            let recovery = Recovery::LoadAnyway(source);
            self.notify(NoticePlace::Model, message, Some(recovery));
        }
    }

    /// Desires the model again that was prepared before the one with this key, whose source
    /// is returned. `same` says that both may have the same source.
    fn restore_previous_model(&mut self, key: u32, same: bool) -> Option<ModelChoice> {
        let failed = self
            .model
            .desired
            .take_if(|desired| desired.key == key)?
            .source;
        let previous = self
            .model
            .prepared
            .as_ref()
            .map(|model| model.desired.clone());
        let previous = previous.filter(|desired| same || desired.source != failed);
        if let Some(desired) = previous {
            self.settings.model = desired.source.entry().map(|entry| entry.id.clone());
            // Its own result is still right, so it keeps its key.
            self.model.desired = Some(desired);
            self.restore_shown_choice();
        }
        Some(failed)
    }

    /// The model of this key leaves the size of its input open: asks for it, and goes back to
    /// the model before until there is an answer.
    pub(in crate::app::state) fn ask_size(&mut self, key: u32, sha256: String, input: String) {
        if let Some(source) = self.restore_previous_model(key, false) {
            let name = source.name();
            self.notices.announcement = (self.words.notices().any_size)(name);
            self.model.size_question = Some(SizeQuestion {
                sha256,
                source,
                input,
            });
        }
    }
}

/// The model that knows most, so that it has a word for most pictures; of equal ones the first.
fn most_general(manifest: &Manifest) -> Option<&ManifestEntry> {
    let models = manifest.models.iter().rev();
    models.max_by_key(|entry| entry.classes)
}
