//! What the page is told of a model.

use super::model_report::{model_report, report_text};
use crate::gradient::{self, Layer};
use crate::network::Description;
use crate::onnx::FurtherInput;
use crate::picture::{Layout, Scaling};
use crate::protocol::{
    FurtherInputSummary, InputSummary, LayerSummary, ModelSummary, OutputActivation, OutputSummary,
};
use crate::text::printable;

/// Of a text about the model's origin.
const MAX_TEXT_CHARS: usize = 1000;

/// Where a model came from, and what a person should know about how it came.
#[derive(Clone, Debug, Default)]
pub struct ModelOrigin {
    /// The file's name, or the manifest's name of the model.
    pub name: String,
    /// SHA-256 of the file's bytes, lower-case hexadecimal.
    pub sha256: String,
    /// A person chose the picture's size, which the file leaves open.
    pub size_is_chosen: bool,
    pub notes: Vec<String>,
    pub cache_note: Option<String>,
}

impl Description {
    /// What the page shows of this model.
    pub fn summary(&self, origin: ModelOrigin) -> ModelSummary {
        let has_labels = self.has_labels;
        ModelSummary {
            name: origin.name,
            sha256: origin.sha256,
            classes: self.selection.classes,
            labels: if has_labels {
                self.labels.clone()
            } else {
                Vec::new()
            },
            input: self.input(origin.size_is_chosen),
            output: OutputSummary {
                logits: self.selection.logits.clone(),
                activation: output_activation(self.selection.output_activation),
                probabilities: output_activation(self.output_activation())
                    .unwrap_or(OutputActivation::Softmax),
                others: self.outputs.clone(),
                places: self
                    .selection
                    .places
                    .map(|places| [places.height, places.width]),
            },
            layer: self.selection.layer.tensor.clone(),
            layers: self.layers.iter().map(layer).collect(),
            source: self.source.as_deref().map(shown),
            license: self.license.as_deref().map(shown),
            report: report_text(&model_report(self, None)),
            notes: [origin.notes, self.notes.clone()].concat(),
            cache_note: origin.cache_note,
        }
    }

    fn input(&self, size_is_chosen: bool) -> InputSummary {
        InputSummary {
            name: self.selection.picture.name.clone(),
            shape: self.preprocess.shape(),
            channels_last: self.preprocess.layout == Layout::Nhwc,
            layout_is_open: self.selection.picture.layout_is_open,
            channels: self.preprocess.channels.count(),
            size: self.preprocess.size,
            size_is_chosen,
            scaling: Scaling::of(&self.preprocess).map(|scaling| scaling.id.to_owned()),
            scaling_assumed: self.scaling_assumed.map(str::to_owned),
            // Of plain numbers and names: it can always be written.
            preprocess: serde_json::to_string(&self.preprocess).unwrap_or_default(),
            further: self.further_inputs.iter().map(further_input).collect(),
        }
    }
}

/// A text of the file's as a person may see it.
fn shown(text: &str) -> String {
    printable(text, MAX_TEXT_CHARS).into_owned()
}

fn output_activation(activation: gradient::OutputActivation) -> Option<OutputActivation> {
    match activation {
        gradient::OutputActivation::Logits => None,
        gradient::OutputActivation::Softmax => Some(OutputActivation::Softmax),
        gradient::OutputActivation::Sigmoid => Some(OutputActivation::Sigmoid),
    }
}

fn further_input((input, values): &(FurtherInput, Option<Vec<f32>>)) -> FurtherInputSummary {
    FurtherInputSummary {
        name: input.name.clone(),
        shape: input.shape.clone(),
        values: values.clone(),
    }
}

fn layer(layer: &Layer) -> LayerSummary {
    LayerSummary {
        name: layer.tensor.clone(),
        alias: layer.alias.clone(),
        operator: layer.operator.clone(),
        shape: layer.shape,
    }
}
