//! What was assumed of a model as long as nobody says otherwise, in sentences.

use super::class_labels::LabelSource;
use crate::app::state::app_state::AppState;
use crate::picture::Scaling;

impl AppState {
    /// What was assumed of the model that is ready, in sentences.
    pub fn assumptions(&self) -> Vec<String> {
        let Some(model) = &self.model.prepared else {
            return Vec::new();
        };
        let (summary, overrides) = (&model.summary, self.overrides());
        let mut sentences = Vec::new();
        if let (Some(reason), None) = (&summary.input.scaling_assumed, &overrides.scaling) {
            let name = scaling_name(summary.input.scaling.as_deref());
            sentences.push(format!("Pixel values are taken as {name}, {reason}."));
        }
        if summary.input.layout_is_open && overrides.channels_last.is_none() {
            let order = layout_name(summary.input.channels_last);
            sentences.push(format!(
                "The file does not say where its channels are; it is read with {order}."
            ));
        }
        if summary.labels.is_empty() && overrides.labels.is_none() {
            let classes = summary.classes;
            sentences.push(match self.label_source(summary) {
                LabelSource::ImageNet => {
                    format!("The classes are taken for ImageNet’s, because there are {classes}.")
                }
                _ => "The file names no classes, so they have numbers.".to_owned(),
            });
        }
        sentences
    }
}

/// The order of an input's axes in the middle of a sentence.
pub fn layout_name(channels_last: bool) -> &'static str {
    if channels_last {
        "channels last"
    } else {
        "channels first"
    }
}

/// A scaling's name in the middle of a sentence.
pub fn scaling_name(id: Option<&str>) -> &'static str {
    id.and_then(Scaling::find)
        .map_or("the file’s own scaling", |scaling| scaling.name)
}
