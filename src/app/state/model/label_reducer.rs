//! How the classes of a model get their names.

use std::rc::Rc;

use super::class_labels;
use super::class_labels::LabelSource;
use super::model_state::WaitingLabels;
use super::prepared_model::PreparedModel;
use super::user_overrides::{LabelOverride, OverrideChange};
use crate::app::state::app_state::AppState;
use crate::app::state::notices::{NoticePlace, Recovery};
use crate::app::words::WordsOf;

impl AppState {
    /// Takes names of classes from a file of the user's.
    pub(in crate::app::state) fn read_labels(&mut self, file: &str, bytes: Rc<[u8]>) {
        let words = self.words.notices();
        let Some(model) = self.ready_model() else {
            if let Some(desired) = &self.model.desired {
                self.notices.announcement = (words.labels_wait)(file);
                self.model.waiting_labels = Some(WaitingLabels {
                    source: desired.source.clone(),
                    file: file.to_owned(),
                    bytes,
                });
                return;
            }
            let sentence = (words.labels_need_model)(file);
            return self.notify(NoticePlace::Model, sentence, None);
        };
        match class_labels::read(words, file, &bytes, model.summary.classes) {
            Ok(names) => {
                let name = file.to_owned();
                self.change_override(OverrideChange::Labels(Some(LabelOverride::File {
                    name,
                    names,
                })));
                self.notices.announcement = (words.labels_taken)(file);
            }
            Err(error) => {
                self.notify(
                    NoticePlace::About,
                    error.in_words(words),
                    Some(Recovery::ChooseLabels),
                );
            }
        }
    }

    /// Takes the names that came before the model that is ready now, if they came for it.
    pub(in crate::app::state) fn read_waiting_labels(&mut self) {
        let (waiting, model) = (self.model.waiting_labels.take(), self.ready_model());
        if let Some((waiting, model)) = waiting.zip(model)
            && waiting.source == model.desired.source
        {
            self.read_labels(&waiting.file, waiting.bytes);
        }
    }

    /// Gives the classes of the prepared model, and of its predictions, the labels that
    /// are chosen now.
    pub(in crate::app::state) fn relabel(&mut self) {
        let Some(model) = &self.model.prepared else {
            return;
        };
        let summary = &model.summary;
        let mut names = match (self.label_source(summary), &self.model.imagenet_labels) {
            (LabelSource::File, _) => summary.labels.clone(),
            (LabelSource::ImageNet, Some(list)) => class_labels::imagenet(list, summary.classes),
            (LabelSource::Own(_), _) => match self.model.remembered.about(&summary.sha256).labels {
                Some(LabelOverride::File { names, .. }) => names,
                _ => numbers(self.words, summary.classes),
            },
            _ => numbers(self.words, summary.classes),
        };
        class_labels::tell_apart(&mut names);
        let relabelled = Rc::new(PreparedModel {
            labels: Rc::new(names),
            ..PreparedModel::clone(model)
        });
        for picture in self
            .picture
            .current
            .iter_mut()
            .chain(&mut self.picture.previous)
        {
            if let Some(prediction) = &mut picture.prediction
                && prediction.model.desired.key == relabelled.desired.key
            {
                Rc::make_mut(prediction).model = relabelled.clone();
            }
        }
        self.model.prepared = Some(relabelled);
    }
}

/// "class 17"
fn numbers(words: WordsOf, classes: usize) -> Vec<String> {
    (0..classes).map(words.start().class).collect()
}
