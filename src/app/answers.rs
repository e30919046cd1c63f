//! What the user says about a model, and what was assumed as long as nobody did.

use std::rc::Rc;

use super::labels;
use super::memory::{Answers, Labels};
use super::result::Model;
use super::schedule::{ModelChoice, Reading};
use super::state::{Place, State, WayOut};
use crate::picture::Scaling;
use crate::protocol::{ModelSummary, OutputActivation};

/// A change of one answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// One of `picture::SCALINGS`; `None` for as the file says or as was assumed.
    Scaling(Option<&'static str>),
    Ending(Option<OutputActivation>),
    Labels(Option<Labels>),
    /// A tensor of the file; `None` for the one that is found by itself.
    Logits(Option<String>),
    Size([usize; 2]),
    /// Whether channels come last; `None` for as was assumed.
    ChannelsLast(Option<bool>),
    /// Everything as it was at first.
    Nothing,
}

/// A file that leaves the size of its picture open.
#[derive(Clone, Debug, PartialEq)]
pub struct SizeQuestion {
    pub sha256: String,
    pub source: ModelChoice,
    /// The input's name.
    pub input: String,
}

/// Where the shown names of the classes come from.
#[derive(Clone, Debug, PartialEq)]
pub enum LabelSource {
    File,
    Numbers,
    ImageNet,
    /// A list of the user's, by its name.
    Own(String),
}

impl State {
    /// What was said about the model that is ready.
    pub fn answers(&self) -> Answers {
        let model = self.ready.as_ref();
        model
            .map(|model| self.memory.about(&model.summary.sha256))
            .unwrap_or_default()
    }

    pub(super) fn answer(&mut self, answer: Answer) {
        let Some(model) = self.ready.clone().filter(|_| self.model_is_ready()) else {
            return;
        };
        let before = self.answers();
        let mut answers = before.clone();
        match answer {
            Answer::Scaling(id) => answers.scaling = id.map(str::to_owned),
            Answer::Ending(ending) => answers.ending = ending,
            Answer::Labels(labels) => answers.labels = labels,
            Answer::Logits(tensor) => answers.logits = tensor,
            Answer::Size(size) => answers.size = Some(size),
            Answer::ChannelsLast(last) => answers.channels_last = last,
            // Without a size there would be no model.
            Answer::Nothing => {
                let size = before.size;
                answers = Answers {
                    size,
                    ..Answers::default()
                };
                self.choices.layer = None;
            }
        }
        self.notices.remove(&Place::About);
        let sha256 = &model.summary.sha256;
        let anew = |answers: &Answers| {
            let logits = answers.logits.clone();
            (answers.size, answers.channels_last, logits)
        };
        let layer_goes = before.layer.is_some() && answers.layer.is_none();
        let is_prepared_anew = anew(&before) != anew(&answers) || layer_goes;
        self.memory.set(sha256, answers);
        if is_prepared_anew {
            self.want_model(model.wish.source.clone());
            self.undo = Some((sha256.clone(), before));
        } else {
            self.relabel();
        }
    }

    /// Answers the question for the size of an input, and goes on with the model.
    pub(super) fn answer_size(&mut self, size: [usize; 2]) {
        if let Some(question) = self.question.take() {
            let size = Some(size);
            let before = self.memory.about(&question.sha256);
            self.memory
                .set(&question.sha256, Answers { size, ..before });
            self.want_model(question.source);
        }
    }

    /// Takes names of classes from a file of the user's.
    pub(super) fn read_labels(&mut self, file: &str, bytes: &[u8]) {
        let Some(model) = self.ready.clone().filter(|_| self.model_is_ready()) else {
            let sentence =
                format!("Open a model first, then {file} with the names of its classes.");
            return self.tell(Place::Model, sentence, None);
        };
        match labels::read(file, bytes, model.summary.classes) {
            Ok(names) => {
                let name = file.to_owned();
                self.answer(Answer::Labels(Some(Labels::File { name, names })));
                self.announcement = format!("The classes have the names of {file}");
            }
            Err(error) => {
                self.tell(Place::About, error.to_string(), Some(WayOut::ChooseLabels));
            }
        }
    }

    /// How pictures are read for the model that is ready.
    pub(super) fn reading(&self) -> Reading {
        let Some(model) = &self.ready else {
            return Reading::default();
        };
        let (answers, summary) = (self.answers(), &model.summary);
        let scaling = answers.scaling.as_deref().and_then(Scaling::find);
        let scaling = scaling.filter(|scaling| scaling.channels() == summary.input.channels);
        let scaling = scaling.map(|scaling| scaling.id);
        Reading {
            scaling: scaling.filter(|id| Some(*id) != summary.input.scaling.as_deref()),
            ending: answers
                .ending
                .filter(|ending| *ending != summary.output.probabilities),
        }
    }

    /// Where the names of the classes come from, as the user or else the file
    /// wants it; a model of 1000 classes without names is taken for ImageNet's.
    pub fn label_source(&self, summary: &ModelSummary) -> LabelSource {
        let classes = summary.classes;
        match self.memory.about(&summary.sha256).labels {
            Some(Labels::File { name, names }) if names.len() == classes => LabelSource::Own(name),
            Some(Labels::Numbers) => LabelSource::Numbers,
            Some(Labels::ImageNet) if labels::may_be_imagenet(classes) => LabelSource::ImageNet,
            _ if !summary.labels.is_empty() => LabelSource::File,
            _ if labels::may_be_imagenet(classes) => LabelSource::ImageNet,
            _ => LabelSource::Numbers,
        }
    }

    /// Whether the list of ImageNet's names has to be fetched.
    pub fn needs_imagenet(&self) -> bool {
        let wanted = |model: &Rc<Model>| self.label_source(&model.summary) == LabelSource::ImageNet;
        self.imagenet.is_none() && self.ready.as_ref().is_some_and(wanted)
    }

    /// Gives the classes of the model that is ready, and of its predictions, the
    /// names that are wanted now.
    pub(super) fn relabel(&mut self) {
        let Some(model) = &self.ready else {
            return;
        };
        let summary = &model.summary;
        let names = match (self.label_source(summary), &self.imagenet) {
            (LabelSource::File, _) => summary.labels.clone(),
            (LabelSource::ImageNet, Some(list)) => labels::imagenet(list, summary.classes),
            (LabelSource::Own(_), _) => match self.memory.about(&summary.sha256).labels {
                Some(Labels::File { names, .. }) => names,
                _ => numbers(summary.classes),
            },
            _ => numbers(summary.classes),
        };
        let relabelled = Rc::new(Model {
            labels: Rc::new(names),
            ..Model::clone(model)
        });
        for subject in self.subject.iter_mut().chain(&mut self.former) {
            if let Some(prediction) = &mut subject.prediction
                && prediction.model.wish.key == relabelled.wish.key
            {
                Rc::make_mut(prediction).model = relabelled.clone();
            }
        }
        self.ready = Some(relabelled);
    }

    /// What was assumed of the model that is ready, in sentences.
    pub fn assumptions(&self) -> Vec<String> {
        let Some(model) = &self.ready else {
            return Vec::new();
        };
        let (summary, answers) = (&model.summary, self.answers());
        let mut sentences = Vec::new();
        if let (Some(reason), None) = (&summary.input.scaling_assumed, &answers.scaling) {
            let name = scaling_name(summary.input.scaling.as_deref());
            sentences.push(format!("Pixel values are taken as {name}, {reason}."));
        }
        if summary.input.layout_is_open && answers.channels_last.is_none() {
            let order = layout_name(summary.input.channels_last);
            sentences.push(format!(
                "The file does not say where its channels are; it is read with {order}."
            ));
        }
        if summary.labels.is_empty() && answers.labels.is_none() {
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
    match channels_last {
        true => "channels last",
        false => "channels first",
    }
}

/// A scaling's name in the middle of a sentence.
pub fn scaling_name(id: Option<&str>) -> &'static str {
    id.and_then(Scaling::find)
        .map_or("the file’s own scaling", |scaling| scaling.name)
}

fn numbers(classes: usize) -> Vec<String> {
    (0..classes).map(|class| format!("class {class}")).collect()
}
