//! What is known of a model besides its weights.

use super::{assume, tract::LoadError};
use crate::gradient::{ACTIVATIONS, GRADIENTS, Layer, OutputActivation, Selection};
use crate::onnx::{Model, OnnxError, key};
use crate::picture::{Layout, Preprocess};

/// What is known of a model besides its weights.
#[derive(Clone, Debug)]
pub struct Description {
    pub selection: Selection,
    /// Every layer that could be explained instead.
    pub layers: Vec<Layer>,
    pub preprocess: Preprocess,
    /// Why this scaling was assumed; `None` where the file states it.
    pub scaling_assumed: Option<&'static str>,
    /// One for each class; numbered where the file names none.
    pub labels: Vec<String>,
    /// Whether the file names its classes.
    pub has_labels: bool,
    /// Tensors that the file gives out and that could be explained in place of
    /// the logits.
    pub outputs: Vec<String>,
    pub source: Option<String>,
    pub license: Option<String>,
    /// What was assumed because the file does not say it.
    pub assumptions: Vec<String>,
}

impl Description {
    /// Looks at a model whose branch is attached. `outputs` are the file's own.
    pub(super) fn new(
        model: &Model,
        selection: Selection,
        layers: Vec<Layer>,
        outputs: Vec<String>,
    ) -> Result<Description, LoadError> {
        let metadata = model.metadata();
        let mut assumptions = Vec::new();
        let (preprocess, scaling_assumed) = match metadata.json::<Preprocess>(key::PREPROCESS)? {
            Some(preprocess) => (checked(preprocess, &selection)?, None),
            None => {
                let (preprocess, reason, words) = assumed(model, &selection)?;
                assumptions.push(words);
                (preprocess, Some(reason))
            }
        };
        let classes = selection.classes;
        let named = metadata.json::<Vec<String>>(key::LABELS)?;
        let has_labels = named.is_some();
        let labels = match named {
            Some(labels) if labels.len() == classes => labels,
            Some(labels) => {
                let count = labels.len();
                return Err(LoadError::Labels { count, classes });
            }
            None => {
                assumptions.push("The file names no classes; they are numbered.".into());
                (0..classes).map(|class| format!("class {class}")).collect()
            }
        };
        let text = |key| metadata.text(key).map(str::to_owned);
        let (source, license) = (text(key::SOURCE), text(key::LICENSE));
        let others = |name: &String| *name != selection.logits;
        let outputs = outputs.into_iter().filter(others).collect();
        Ok(Description {
            selection,
            layers,
            preprocess,
            scaling_assumed,
            labels,
            has_labels,
            outputs,
            source,
            license,
            assumptions,
        })
    }

    /// Probabilities of the classes, as the model's own ending gives them; a
    /// model that ends with its logits counts as one with a softmax, unless it
    /// has one class only.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f32> {
        match self.ending() {
            OutputActivation::Sigmoid => super::sigmoid(logits),
            OutputActivation::Logits | OutputActivation::Softmax => super::softmax(logits),
        }
    }

    /// What makes probabilities of the logits: never [`OutputActivation::Logits`].
    pub fn ending(&self) -> OutputActivation {
        match self.selection.output_activation {
            OutputActivation::Logits if self.selection.classes == 1 => OutputActivation::Sigmoid,
            OutputActivation::Logits => OutputActivation::Softmax,
            stated => stated,
        }
    }
}

/// The file's own outputs, without those of a branch that it already has.
pub(super) fn own_outputs(model: &Model) -> Vec<String> {
    let ours = |name: &str| {
        [ACTIVATIONS, GRADIENTS]
            .iter()
            .any(|stem| name == *stem || name.starts_with(&format!("{stem}.")))
    };
    let names = model.graph().output.iter().map(|output| &output.name);
    names.filter(|name| !ours(name)).cloned().collect()
}

/// The file's own statement, if it fits its input.
fn checked(preprocess: Preprocess, selection: &Selection) -> Result<Preprocess, LoadError> {
    preprocess.check()?;
    let (stated, shape) = (preprocess.shape(), &selection.picture.shape);
    if stated.as_slice() != shape {
        let reason = format!("it describes {stated:?}, the input is {shape:?}");
        return Err(LoadError::Onnx(OnnxError::Metadata {
            key: key::PREPROCESS.into(),
            reason,
        }));
    }
    Ok(preprocess)
}

/// What is assumed, why, and both in one sentence.
fn assumed(
    model: &Model,
    selection: &Selection,
) -> Result<(Preprocess, &'static str, String), LoadError> {
    let picture = &selection.picture;
    let assumed = assume::scaling(model, picture)?.ok_or_else(|| LoadError::Channels {
        channels: assume::channels(picture),
    })?;
    let preprocess = assumed.scaling.preprocess(picture.layout, size(selection));
    preprocess.check()?;
    let sentence = format!(
        "The file does not say how it wants its picture; assumed: {}, {}.",
        assumed.scaling.name, assumed.reason
    );
    Ok((preprocess, assumed.reason, sentence))
}

/// Height and width of the picture in pixels.
fn size(selection: &Selection) -> [usize; 2] {
    let axis = |axis: usize| selection.picture.shape.get(axis).copied().unwrap_or(0);
    match selection.picture.layout {
        Layout::Nchw => [axis(2), axis(3)],
        Layout::Nhwc => [axis(1), axis(2)],
    }
}
