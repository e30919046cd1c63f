//! What was assumed of a model as long as nobody says otherwise, in sentences.

use super::class_labels::LabelSource;
use crate::app::state::app_state::AppState;
use crate::app::words::WordsOf;
use crate::picture::Scaling;

impl AppState {
    /// What was assumed of the model that is ready, in sentences.
    pub fn assumptions(&self) -> Vec<String> {
        let Some(model) = &self.model.prepared else {
            return Vec::new();
        };
        let words = self.words.start();
        let (summary, overrides) = (&model.summary, self.overrides());
        let mut sentences = Vec::new();
        if let (Some(reason), None) = (&summary.input.scaling_assumed, &overrides.scaling) {
            let name = scaling_name(self.words, summary.input.scaling.as_deref());
            sentences.push((words.taken_as)(name, reason));
        }
        if summary.input.layout_is_open && overrides.channels_last.is_none() {
            let order = layout_name(self.words, summary.input.channels_last);
            sentences.push((words.read_with)(order));
        }
        if summary.labels.is_empty() && overrides.labels.is_none() {
            let classes = summary.classes;
            sentences.push(match self.label_source(summary) {
                LabelSource::ImageNet => (words.taken_for_imagenet)(classes),
                _ => words.names_no_classes.to_owned(),
            });
        }
        sentences
    }
}

/// The order of an input's axes in the middle of a sentence.
pub fn layout_name(words: WordsOf, channels_last: bool) -> &'static str {
    if channels_last {
        words.start().channels_last
    } else {
        words.start().channels_first
    }
}

/// A scaling's name in the middle of a sentence.
pub fn scaling_name(words: WordsOf, id: Option<&str>) -> &'static str {
    id.and_then(Scaling::find)
        .map_or(words.start().own_scaling, |scaling| {
            words.scaling(scaling).name
        })
}
