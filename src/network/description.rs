//! Labels, layers, preprocessing and provenance of a model.

use super::adaptation_notes::{adaptation_notes, note_of_one_number, note_of_outputs};
use super::conventions::{self, Stated};
use super::file_facts::FileFacts;
use super::load_error::LoadError;
use super::preprocessing_guess::{ScalingGuess, channels, guess_scaling};
use super::probabilities::{sigmoid, softmax};
use crate::gradient::{ACTIVATIONS, Attached, GRADIENTS, Layer, OutputActivation, Selection};
use crate::onnx::{FurtherInput, Model, OnnxError, key};
use crate::picture::{Layout, Preprocess};
use crate::text::{MAX_NAME_CHARS, printable};

/// What is known of a model besides its weights: what its file states, and what was
/// assumed where it states nothing.
#[derive(Clone, Debug)]
pub struct Description {
    /// What stands in the file.
    pub file: FileFacts,
    pub selection: Selection,
    /// The tensor, in the file, of the layer that is explained unless another is chosen.
    pub layer: String,
    /// Every layer that could be explained instead.
    pub layers: Vec<Layer>,
    pub preprocess: Preprocess,
    /// Why the scaling of `preprocess` was assumed; `None` where the file states it.
    pub scaling_assumed: Option<&'static str>,
    /// One for each class; numbered where the file names none.
    pub labels: Vec<String>,
    /// Whether the file names its classes.
    pub has_labels: bool,
    /// Whether the network takes a signal, [C, T], as a picture of height 1.
    pub is_signal: bool,
    /// Inputs besides the picture, with the values that somebody gave them.
    pub further_inputs: Vec<(FurtherInput, Option<Vec<f32>>)>,
    /// Outputs of the file that could be explained in place of the logits.
    pub outputs: Vec<String>,
    pub source: Option<String>,
    pub license: Option<String>,
    /// What was assumed because the file does not state it: sentences.
    pub assumptions: Vec<String>,
    /// What the file has otherwise than a classifier of pictures, and what was made of it:
    /// sentences.
    pub notes: Vec<String>,
}

impl Description {
    /// Describes a model from what attaching its gradient branch found. `origin` is
    /// what is kept of the file itself.
    ///
    /// # Errors
    /// [`LoadError`] if the file's metadata contradict the graph, or its input is none
    /// that a picture can be.
    pub(super) fn new(
        model: &Model,
        found: Attached,
        origin: FileOrigin,
        inputs: &[(String, Vec<f32>)],
    ) -> Result<Description, LoadError> {
        let Attached {
            selection,
            file_tensor: layer,
            layers,
            ..
        } = found;
        let metadata = model.metadata();
        let mut assumptions = Vec::new();
        let stated = conventions::stated(metadata)?.unwrap_or_default();
        let own = metadata.json::<Preprocess>(key::PREPROCESS)?;
        let by_convention = || preprocess_by_convention(&stated, &selection);
        let (preprocess, scaling_assumed) = match own.or_else(by_convention) {
            Some(preprocess) => (checked(preprocess, &selection)?, None),
            None => {
                let guess = guess_preprocess(model, &selection)?;
                assumptions.push(guess.sentence);
                (guess.preprocess, guess.reason)
            }
        };
        let mut notes = adaptation_notes(model.adaptations());
        let classes = selection.classes;
        let by_others = stated.labels.or_else(|| model.adaptations().labels.clone());
        let by_others = by_others.and_then(|labels| labels_for(labels, classes, &mut notes));
        let named = metadata.json::<Vec<String>>(key::LABELS)?;
        let named = named.or(by_others);
        let has_labels = named.is_some();
        let labels = match named {
            Some(labels) if labels.len() == classes => {
                let shown = |label: &String| printable(label, MAX_NAME_CHARS).into_owned();
                labels.iter().map(shown).collect()
            }
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
        let outputs: Vec<String> = origin.outputs.into_iter().filter(others).collect();
        notes.extend(note_of_outputs(&selection, &outputs));
        notes.extend(note_of_one_number(&selection));
        let further_inputs = model.adaptations().further_inputs.iter();
        let given = |name: &str| inputs.iter().find(|(given, _)| given == name);
        let further_inputs = further_inputs.map(|input| {
            let values = given(&input.name).map(|(_, values)| values.clone());
            (input.clone(), values)
        });
        Ok(Description {
            file: origin.facts,
            is_signal: model.adaptations().is_signal,
            further_inputs: further_inputs.collect(),
            selection,
            layer,
            layers,
            preprocess,
            scaling_assumed,
            labels,
            has_labels,
            outputs,
            source,
            license,
            assumptions,
            notes,
        })
    }

    /// Probabilities of the K classes: [`Description::output_activation`] of the logits.
    pub fn probabilities(&self, logits: &[f32]) -> Vec<f32> {
        match self.output_activation() {
            OutputActivation::Sigmoid => sigmoid(logits),
            OutputActivation::Logits | OutputActivation::Softmax => softmax(logits),
        }
    }

    /// The activation that makes probabilities of the logits, never [`OutputActivation::Logits`]:
    /// the model's own; for a model that ends with its logits a softmax, or a sigmoid if
    /// it has one class only.
    pub fn output_activation(&self) -> OutputActivation {
        match self.selection.output_activation {
            OutputActivation::Logits if self.selection.classes == 1 => OutputActivation::Sigmoid,
            OutputActivation::Logits => OutputActivation::Softmax,
            stated => stated,
        }
    }
}

/// What is kept of a file besides its network.
#[derive(Clone, Debug, Default)]
pub(super) struct FileOrigin {
    pub facts: FileFacts,
    /// The file's own outputs.
    pub outputs: Vec<String>,
}

impl FileOrigin {
    /// Of a file as it was decoded.
    pub fn of(model: &Model) -> FileOrigin {
        FileOrigin {
            facts: FileFacts::of(model),
            outputs: own_outputs(model),
        }
    }
}

/// The file's own outputs, without those of a gradient branch that it already has.
fn own_outputs(model: &Model) -> Vec<String> {
    let is_of_branch = |name: &str| {
        [ACTIVATIONS, GRADIENTS]
            .iter()
            .any(|stem| name == *stem || name.starts_with(&format!("{stem}.")))
    };
    let names = model.graph().output.iter().map(|output| &output.name);
    names.filter(|name| !is_of_branch(name)).cloned().collect()
}

/// The preprocessing that the file states, if it fits the input's shape.
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

/// The preprocessing that the file's metadata state by somebody's convention, for the channels
/// that its input has.
fn preprocess_by_convention(stated: &Stated, selection: &Selection) -> Option<Preprocess> {
    let scaling = stated.scaling.as_ref()?;
    let (layout, size) = (selection.picture.layout, size(selection));
    let is_of_input = scaling.channels.count() == channels(&selection.picture);
    is_of_input.then(|| scaling.preprocess(layout, size))
}

/// Labels as far as they are for so many classes. Two for the one number of a sigmoid are its
/// answers no and yes.
fn labels_for(
    mut labels: Vec<String>,
    classes: usize,
    notes: &mut Vec<String>,
) -> Option<Vec<String>> {
    match (labels.len(), classes) {
        (count, classes) if count == classes => Some(labels),
        (2, 1) => {
            let shown = |label: &str| printable(label, MAX_NAME_CHARS).into_owned();
            let (no, yes) = (shown(&labels[0]), shown(&labels[1]));
            notes.push(format!(
                "The one number is that of “{yes}”; its opposite is “{no}”."
            ));
            Some(labels.split_off(1))
        }
        (count, _) => {
            notes.push(format!(
                "Names of {count} classes were found, and the network has {classes}: they are \
                 another model’s and were not used."
            ));
            None
        }
    }
}

/// A preprocessing that was assumed.
struct PreprocessGuess {
    preprocess: Preprocess,
    /// A clause: "as PyTorch does"; `None` where there is nothing to choose.
    reason: Option<&'static str>,
    /// What is assumed and why.
    sentence: String,
}

fn guess_preprocess(model: &Model, selection: &Selection) -> Result<PreprocessGuess, LoadError> {
    let picture = &selection.picture;
    let Some(ScalingGuess { scaling, reason }) = guess_scaling(model, picture)? else {
        let count = channels(picture);
        let preprocess = Preprocess::bands(picture.layout, size(selection), count);
        preprocess.check()?;
        return Ok(PreprocessGuess {
            preprocess,
            reason: None,
            sentence: format!(
                "The network takes {count} channels: their values are used as they are."
            ),
        });
    };
    let preprocess = scaling.preprocess(picture.layout, size(selection));
    preprocess.check()?;
    let sentence = format!(
        "The file does not say how it wants its picture; assumed: {}, {reason}.",
        scaling.name
    );
    Ok(PreprocessGuess {
        preprocess,
        reason: Some(reason),
        sentence,
    })
}

/// Height and width of the picture in pixels.
fn size(selection: &Selection) -> [usize; 2] {
    let axis = |axis: usize| selection.picture.shape.get(axis).copied().unwrap_or(0);
    match selection.picture.layout {
        Layout::Nchw => [axis(2), axis(3)],
        Layout::Nhwc => [axis(1), axis(2)],
    }
}
