//! What the page knows. One `Reducible`, without any browser object in it:
//! files and canvases lie on the shelf and are named by number.

use std::rc::Rc;

use yew::Reducible;

use super::answers::{Answer, SizeQuestion};
use super::choices::Choices;
use super::engine_client::EngineEvent;
use super::memory::{Answers, Memory};
use super::result::{Model, Subject};
use super::schedule::{ModelChoice, ModelWish, Step};
use super::table::Table;
use crate::explain::METHODS;
use crate::protocol::{Manifest, ManifestEntry, Phase, Sample};
use crate::render::{ColorMap, Sign};

/// How many classes have a row of their own.
pub const TOP: usize = 5;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    pub manifest: Option<Rc<Manifest>>,
    pub samples: Rc<Vec<Sample>>,
    pub choices: Choices,
    pub engine: Option<EngineFacts>,
    /// The model that is wanted; `None` before the manifest is there and after
    /// a failure or a cancel.
    pub wanted: Option<ModelWish>,
    /// The model that was ready last, and still is if its key is the wanted one's.
    pub ready: Option<Rc<Model>>,
    /// The picture chosen last.
    pub subject: Option<Subject>,
    /// The one before, with its result, until `subject` has a result of its own.
    pub former: Option<Subject>,
    pub activity: Option<Activity>,
    pub notices: Table<Place, Notice>,
    /// What the user said about models, this one and others.
    pub memory: Memory,
    /// What has to be known before a model can be prepared.
    pub question: Option<SizeQuestion>,
    /// The names of ImageNet's classes, one a line, once they were needed.
    pub imagenet: Option<Rc<str>>,
    /// How often the user stopped an explanation.
    pub stops: u32,
    /// What was said of a file before the change that is tried now.
    pub(super) undo: Option<(String, Answers)>,
    /// What a screen reader is told.
    pub announcement: String,
    /// The engine speaks another version of the protocol: nothing is asked of it.
    pub outdated: bool,
    pub(super) last_key: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EngineFacts {
    pub variant: String,
    pub threads: usize,
}

/// What the engine is doing.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    pub step: Step,
    pub phase: Option<Phase>,
    pub done: f64,
    /// 0 if not known.
    pub total: f64,
    /// `performance.now()` of its beginning, in milliseconds.
    pub since_ms: f64,
}

/// Next to what a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Engine,
    Model,
    About,
    Picture,
    Explanation,
    Save,
}

/// Something went wrong, or worth knowing: a sentence and a way out.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub message: String,
    pub way_out: Option<WayOut>,
}

#[allow(
    clippy::large_enum_variant,
    reason = "few live at a time, and none for long"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum WayOut {
    /// Fetch the manifest again.
    FetchManifest,
    /// Load this model again.
    Load(ModelChoice),
    ChooseModelFile,
    ChooseLabels,
    FetchImageNet,
    ChoosePicture,
    /// Look at the picture again.
    Look,
    /// Ask for the refused map again.
    Explain,
    /// Load the whole page again.
    Reload,
    /// Start the engine again.
    Restart,
}

#[allow(
    clippy::large_enum_variant,
    reason = "few live at a time, and none for long"
)]
#[derive(Clone, Debug)]
pub enum Action {
    ManifestCame(Result<Manifest, String>),
    SamplesCame(Vec<Sample>),
    ChooseModel(String),
    ChooseLayer(String),
    OpenModel { file: u32, name: String, bytes: u64 },
    LoadAgain(ModelChoice),
    Answer(Answer),
    AnswerSize([usize; 2]),
    DropQuestion,
    LabelsRead { name: String, bytes: Rc<[u8]> },
    ImageNetCame(Result<String, String>),
    ChoosePicture { file: u32, name: String },
    PictureDrawn { file: u32, width: u32, height: u32 },
    PictureRefused(String),
    ChooseClass(usize),
    ChooseMethod(&'static str),
    ChooseColorMap(ColorMap),
    ChooseOpacity(u8),
    ChooseSign(Sign),
    ChooseCells(bool),
    ChooseOwnScale(bool),
    ReadHash(String),
    Cancel,
    LookAgain,
    ExplainAgain,
    Engine(EngineEvent),
    Tell(Place, Notice),
    Say(String),
    Dismiss(Place),
}

impl State {
    /// A page as the URL's hash wants it.
    pub fn new(hash: &str) -> Self {
        Self {
            choices: Choices::from_hash(hash),
            ..Self::default()
        }
    }

    pub(super) fn want_model(&mut self, source: ModelChoice) {
        let same = self
            .wanted
            .as_ref()
            .or(self.ready.as_ref().map(|model| &model.wish));
        if same.is_some_and(|wish| wish.source != source) {
            self.choices.class = None;
            self.choices.layer = None;
        }
        self.last_key += 1;
        self.choices.model = source.entry().map(|entry| entry.id.clone());
        self.wanted = Some(ModelWish {
            key: self.last_key,
            source,
        });
        (self.question, self.undo) = (None, None);
        self.notices
            .retain(|place| !matches!(place, Place::Model | Place::About | Place::Explanation));
        if let Some(subject) = &mut self.subject {
            subject.stopped = false;
        }
    }

    pub(super) fn tell(
        &mut self,
        place: Place,
        message: impl Into<String>,
        way_out: Option<WayOut>,
    ) {
        let message = message.into();
        self.announcement = message.clone();
        self.notices.insert(place, Notice { message, way_out });
    }

    pub(super) fn entry(&self, id: &str) -> Option<ManifestEntry> {
        self.manifest
            .as_ref()?
            .models
            .iter()
            .find(|entry| entry.id == id)
            .cloned()
    }

    /// The picture is to be read as the model that is ready wants it.
    fn settle(&mut self) {
        if self.model_is_ready() {
            let reading = self.reading();
            if let Some(subject) = &mut self.subject {
                subject.key.reading = reading;
            }
        }
    }
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut state = Rc::unwrap_or_clone(self);
        match action {
            Action::ManifestCame(manifest) => state.manifest_came(manifest),
            Action::SamplesCame(samples) => state.samples = Rc::new(samples),
            Action::ChooseModel(id) => {
                if let Some(entry) = state.entry(&id) {
                    state.want_model(ModelChoice::Entry(entry));
                }
            }
            Action::ChooseLayer(layer) => state.choose_layer(layer),
            Action::OpenModel { file, name, bytes } => {
                state.want_model(ModelChoice::File { file, name, bytes });
            }
            Action::LoadAgain(source) => state.want_model(source),
            Action::Answer(answer) => state.answer(answer),
            Action::AnswerSize(size) => state.answer_size(size),
            Action::DropQuestion => state.question = None,
            Action::LabelsRead { name, bytes } => state.read_labels(&name, &bytes),
            Action::ImageNetCame(Ok(list)) => {
                state.imagenet = Some(list.into());
                state.relabel();
            }
            Action::ImageNetCame(Err(message)) => {
                state.tell(Place::About, message, Some(WayOut::FetchImageNet));
            }
            Action::ChoosePicture { file, name } => state.choose_picture(file, name),
            Action::PictureDrawn {
                file,
                width,
                height,
            } => {
                if let Some(subject) = state
                    .subject
                    .as_mut()
                    .filter(|subject| subject.key.file == file)
                {
                    subject.drawn = Some((width, height));
                }
            }
            Action::PictureRefused(message) => {
                state.tell(Place::Picture, message, Some(WayOut::ChoosePicture))
            }
            Action::ReadHash(hash) => state.read_hash(&hash),
            Action::Cancel => state.cancel(),
            Action::LookAgain => state.look_again(),
            Action::ExplainAgain => {
                state.notices.remove(&Place::Explanation);
                if let Some(subject) = &mut state.subject {
                    subject.refused.clear();
                }
            }
            Action::Engine(event) => state.hear(event),
            Action::Tell(place, notice) => state.tell(place, notice.message, notice.way_out),
            Action::Say(sentence) => state.announcement = sentence,
            Action::Dismiss(place) => {
                state.notices.remove(&place);
            }
            choice => state.choose(choice),
        }
        state.settle();
        Rc::new(state)
    }
}

/// The catalogue's entry of a method.
pub fn method_name(id: &str) -> &'static str {
    METHODS
        .iter()
        .find(|method| method.id == id)
        .map_or("", |method| method.name)
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "answers_tests.rs"]
mod answers_tests;
