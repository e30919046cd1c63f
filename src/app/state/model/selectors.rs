//! What follows from the state about models.

use std::rc::Rc;

use super::class_labels::{LabelSource, may_be_imagenet};
use super::model_choice::DesiredModel;
use super::prepared_model::PreparedModel;
use super::user_overrides::{LabelOverride, UserOverrides};
use crate::app::state::app_state::AppState;
use crate::app::state::picture::PredictionOverrides;
use crate::picture::Scaling;
use crate::protocol::{ManifestEntry, ModelSummary};

impl AppState {
    /// Whether the desired model is the one that is prepared.
    pub fn model_is_ready(&self) -> bool {
        matches!((&self.model.desired, &self.model.prepared), (Some(desired), Some(prepared)) if desired.key == prepared.desired.key)
    }

    /// The desired model, if it is prepared.
    pub fn ready_model(&self) -> Option<Rc<PreparedModel>> {
        let prepared = self.model.prepared.clone();
        prepared.filter(|_| self.model_is_ready())
    }

    /// The desired model; where none is desired, what the prepared one was made of.
    pub(in crate::app::state) fn desired_or_prepared(&self) -> Option<&DesiredModel> {
        let prepared = || self.model.prepared.as_ref().map(|model| &model.desired);
        self.model.desired.as_ref().or_else(prepared)
    }

    /// The user's overrides of the model that is prepared.
    pub fn overrides(&self) -> UserOverrides {
        let model = self.model.prepared.as_ref();
        model
            .map(|model| self.model.remembered.about(&model.summary.sha256))
            .unwrap_or_default()
    }

    /// What the user overrides for predictions of the model that is prepared; an override
    /// that says the same as the file is `None`.
    pub(in crate::app::state) fn prediction_overrides(&self) -> PredictionOverrides {
        let Some(model) = &self.model.prepared else {
            return PredictionOverrides::default();
        };
        let (overrides, summary) = (self.overrides(), &model.summary);
        let scaling = overrides.scaling.as_deref().and_then(Scaling::find);
        let scaling = scaling.filter(|scaling| scaling.channels() == summary.input.channels);
        let scaling = scaling.map(|scaling| scaling.id);
        PredictionOverrides {
            fit: overrides.fit(),
            scaling: scaling.filter(|id| Some(*id) != summary.input.scaling.as_deref()),
            output_activation: overrides
                .output_activation
                .filter(|activation| *activation != summary.output.probabilities),
        }
    }

    /// Where the names of the classes come from, as the user or else the file
    /// wants it; a model of 1000 classes without names is taken for ImageNet's.
    pub fn label_source(&self, summary: &ModelSummary) -> LabelSource {
        let classes = summary.classes;
        match self.model.remembered.about(&summary.sha256).labels {
            Some(LabelOverride::File { name, names }) if names.len() == classes => {
                LabelSource::Own(name)
            }
            Some(LabelOverride::Numbers) => LabelSource::Numbers,
            Some(LabelOverride::ImageNet) if may_be_imagenet(classes) => LabelSource::ImageNet,
            _ if !summary.labels.is_empty() => LabelSource::File,
            _ if may_be_imagenet(classes) => LabelSource::ImageNet,
            _ => LabelSource::Numbers,
        }
    }

    /// Whether the list of ImageNet's names has to be fetched.
    pub fn needs_imagenet(&self) -> bool {
        let wanted =
            |model: &Rc<PreparedModel>| self.label_source(&model.summary) == LabelSource::ImageNet;
        self.model.imagenet_labels.is_none() && self.model.prepared.as_ref().is_some_and(wanted)
    }

    /// What the desired model knows, and that it knows nothing else, in a line or two.
    pub fn known_classes(&self) -> Option<String> {
        let words = self.words.start();
        let source = &self.desired_or_prepared()?.source;
        let (what, classes) = match source.entry() {
            Some(entry) => (entry.description.clone(), entry.classes),
            None => {
                let classes = self.ready_model()?.summary.classes;
                let name = source.name();
                ((words.knows)(name, classes), classes)
            }
        };
        Some((words.anything_else)(&what, classes))
    }

    /// ImageNet's classes with WordNet's numbers, if they were fetched and the prepared model
    /// knows the same.
    pub fn wordnet_list(&self) -> Option<&str> {
        let labels = &self.model.prepared.as_ref()?.labels;
        // The first, or the second after a background.
        let mut first = labels.iter().take(2);
        let is_imagenet = may_be_imagenet(labels.len()) && first.any(|name| name.contains("tench"));
        self.model
            .imagenet_labels
            .as_deref()
            .filter(|_| is_imagenet)
    }

    /// The manifest's entry with this id.
    pub(in crate::app::state) fn entry(&self, id: &str) -> Option<ManifestEntry> {
        self.model
            .manifest
            .as_ref()?
            .models
            .iter()
            .find(|entry| entry.id == id)
            .cloned()
    }
}
