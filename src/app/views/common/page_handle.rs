//! What every view is given: the state, and what it can do with the page: dispatch an
//! action, open a file, fetch.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, Event, File, HtmlInputElement};
use yew::{Callback, Properties, UseReducerDispatcher, UseReducerHandle};

use super::fetch_words::fetch_words;
use super::file_kind::{FileKind, file_kind, ignored_words, is_of_model, is_signal, too_large};
use crate::app::browser::error_text::error_text;
use crate::app::browser::parts::NotLoaded;
use crate::app::browser::resource_table::ResourceTable;
use crate::app::browser::{digest, elements, fetch, picture_decoding};
use crate::app::engine_client::{EngineClient, VariantFallback};
use crate::app::state::{
    Action, AppState, EngineEvent, ExplanationAction, MAX_LABEL_FILE_BYTES, ModelAction, Notice,
    NoticePlace, NoticesAction, PictureAction, Recovery, RestorationAction, SecondPicture,
    SettingsAction, in_report, is_saved_explanation,
};
use crate::app::views::common::element_ids;
use crate::app::words::{self, Language, WordsOf};
use crate::protocol::{Sample, WeightsFile};

/// What every view is given.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub state: UseReducerHandle<AppState>,
    pub page: PageHandle,
}

/// What a view can do; clones are the same handle.
#[derive(Clone, PartialEq)]
pub struct PageHandle {
    pub resources: ResourceTable,
    pub engine: EngineClient,
    dispatcher: UseReducerDispatcher<AppState>,
}

impl PageHandle {
    /// Starts the best of `variants`, which reports to `dispatcher`.
    pub fn start(dispatcher: UseReducerDispatcher<AppState>, variants: VariantFallback) -> Self {
        let resources = ResourceTable::default();
        let reports = dispatcher.clone();
        let emit =
            Callback::from(move |event: EngineEvent| reports.dispatch(Action::Engine(event)));
        Self {
            engine: EngineClient::start(resources.clone(), variants, emit),
            resources,
            dispatcher,
        }
    }

    /// Has what happens from now on said in these words.
    pub fn speak(&self, words: WordsOf) {
        self.engine.speak(words);
    }

    /// The words of the language that the page has now.
    pub fn words(&self) -> WordsOf {
        self.engine.spoken()
    }

    /// Loads a language, and has the page speak it. What cannot be loaded leaves the page as it is.
    pub fn load_language(&self, language: Language) {
        let page = self.clone();
        spawn_local(async move {
            match words::load(language).await {
                Ok(words) => page.dispatch(SettingsAction::Speak(words)),
                Err(NotLoaded) => page.dispatch(NoticesAction::Show(
                    NoticePlace::Files,
                    Notice {
                        message: page.words().shell().language_failed.to_owned(),
                        recovery: Some(Recovery::Speak(language)),
                    },
                )),
            }
        });
    }

    /// Hands an action to the reducer.
    pub fn dispatch(&self, action: impl Into<Action>) {
        self.dispatcher.dispatch(action.into());
    }

    /// A callback that ignores what its event says.
    pub fn callback<E: 'static>(&self, act: impl Fn(&PageHandle) + 'static) -> Callback<E> {
        let page = self.clone();
        Callback::from(move |_| act(&page))
    }

    /// Fetches the list of models.
    pub fn fetch_manifest(&self) {
        let page = self.clone();
        spawn_local(async move {
            let manifest = fetch::manifest().await.map_err(|error| {
                let words = page.words().notices();
                (words.without_models)(&fetch_words(words, words.list_of_models, &error))
            });
            page.dispatch(ModelAction::ManifestFetched(manifest));
        });
    }

    /// Fetches the labels of ImageNet's classes.
    pub fn fetch_imagenet(&self) {
        let page = self.clone();
        spawn_local(async move {
            let list = fetch::imagenet().await;
            let list = list.map_err(|error| {
                let words = page.words().notices();
                (words.until_then_numbers)(&fetch_words(words, words.list_of_imagenet, &error))
            });
            page.dispatch(ModelAction::ImageNetLabelsFetched(list));
        });
    }

    /// Fetches the list of sample pictures.
    pub fn fetch_samples(&self) {
        let page = self.clone();
        spawn_local(async move {
            // Without samples the page has everything else; nothing to say.
            let samples = fetch::samples().await.unwrap_or_default();
            page.dispatch(PictureAction::SamplesFetched(samples));
        });
    }

    /// Opens a file of the user's, by its extension: an ONNX model, class labels, or a picture.
    pub fn open_file(&self, file: File) {
        let name = file.name();
        match file_kind(&name) {
            FileKind::Model => self.open_model(&file, &[]),
            // Pictures of medical devices often have a name without an extension.
            FileKind::Weights if name.contains('.') => self.notify(
                NoticePlace::Files,
                (self.words().notices().only_weights)(&name),
            ),
            FileKind::Labels => self.open_labels(file),
            FileKind::Report => self.open_report(file),
            FileKind::Picture | FileKind::Weights => self.open_as_picture(file),
        }
    }

    /// Opens a model's file with those that hold its weights, which are one for the engine.
    fn open_model(&self, model: &File, weights: &[File]) {
        let parts: Array = std::iter::once(model).chain(weights).collect();
        let whole = match weights {
            [] => model.clone().into(),
            _ => match Blob::new_with_blob_sequence(&parts) {
                Ok(whole) => whole,
                Err(_) => return,
            },
        };
        let weights = weights.iter().map(|file| WeightsFile {
            name: file.name(),
            bytes: file.size() as u64,
        });
        self.dispatch(ModelAction::OpenFile {
            bytes: whole.size() as u64,
            file: self.resources.put_file(whole),
            name: model.name(),
            weights: weights.collect(),
        });
    }

    /// Opens files that came together: the first of each kind, a model with its weights, and
    /// names the others.
    pub fn open_files(&self, files: Vec<File>) {
        self.dispatch(NoticesAction::Dismiss(NoticePlace::Files));
        let (mut kinds, mut ignored) = (Vec::new(), Vec::new());
        let is_model = |file: &File| file_kind(&file.name()) == FileKind::Model;
        let has_model = files.iter().any(is_model);
        let (weights, files): (Vec<File>, Vec<File>) = files
            .into_iter()
            .partition(|file| has_model && is_of_model(&file.name()));
        // What the browser knows as a picture comes before other files.
        let (pictures, others): (Vec<File>, Vec<File>) = files
            .into_iter()
            .partition(|file| file.type_().starts_with("image/"));
        for file in pictures.into_iter().chain(others) {
            let kind = file_kind(&file.name());
            if kinds.contains(&kind) {
                ignored.push(file.name());
                continue;
            }
            kinds.push(kind);
            match kind {
                FileKind::Model => self.open_model(&file, &weights),
                _ => self.open_file(file),
            }
        }
        if !ignored.is_empty() {
            let words = self.words().notices();
            self.notify(NoticePlace::Files, ignored_words(words, &ignored));
        }
    }

    /// Opens a picture, or what stands in the place of one: an array, a table of numbers.
    fn open_as_picture(&self, file: File) {
        let name = file.name();
        match too_large(self.words().notices(), &name, file.size() as u64) {
            Some(refusal) => self.dispatch(PictureAction::Refused(refusal)),
            None => self.open_picture(file.into(), name),
        }
    }

    /// Opens a list of class labels, a saved explanation, or a signal.
    fn open_labels(&self, file: File) {
        let page = self.clone();
        let name = file.name();
        let is_table = name.to_ascii_lowercase().ends_with(".csv");
        if file.size() as u64 > MAX_LABEL_FILE_BYTES && is_table {
            return self.open_as_picture(file);
        }
        if file.size() as u64 > MAX_LABEL_FILE_BYTES {
            let sentence = (self.words().notices().names_too_large)(&name);
            return self.notify(NoticePlace::About, sentence);
        }
        spawn_local(async move {
            match JsFuture::from(file.array_buffer()).await {
                Ok(bytes) => {
                    let bytes = Uint8Array::new(&bytes).to_vec();
                    let saved = str::from_utf8(&bytes).ok();
                    if let Some(text) = saved.filter(|text| is_saved_explanation(text)) {
                        let text = text.into();
                        // What is said of it stands at the top.
                        gloo::utils::window().scroll_to_with_x_and_y(0.0, 0.0);
                        return page.dispatch(RestorationAction::Open { name, text });
                    }
                    if saved.is_some_and(is_signal) {
                        return page.open_as_picture(file);
                    }
                    let bytes = bytes.into();
                    page.dispatch(ModelAction::LabelFileRead { name, bytes });
                }
                Err(error) => {
                    let reason = error_text(&error);
                    let sentence = (page.words().notices().not_read)(&name, &reason);
                    page.notify(NoticePlace::About, sentence);
                }
            }
        });
    }

    /// Opens the saved explanation of a report. It stands at the end, behind the pictures.
    fn open_report(&self, file: File) {
        let page = self.clone();
        let name = file.name();
        spawn_local(async move {
            let from = (file.size() - MAX_LABEL_FILE_BYTES as f64).max(0.0);
            let text = match file.slice_with_f64(from) {
                Ok(end) => JsFuture::from(end.text()).await.ok(),
                Err(_) => None,
            };
            let saved = text.and_then(|text| in_report(&text.as_string()?));
            let Some(saved) = saved else {
                let sentence = (page.words().notices().no_report)(&name);
                return page.notify(NoticePlace::Files, sentence);
            };
            let text = saved.into();
            gloo::utils::window().scroll_to_with_x_and_y(0.0, 0.0);
            page.dispatch(RestorationAction::Open { name, text });
        });
    }

    /// Computes the checksum of a picture, to be compared with that of a saved explanation.
    pub fn check_picture(&self, file: u32) {
        let page = self.clone();
        spawn_local(async move {
            let sha256 = match page.resources.file(file) {
                Some(blob) => digest::sha256(&blob).await,
                None => None,
            };
            page.dispatch(RestorationAction::Checked { file, sha256 });
        });
    }

    /// Fetches a sample and opens it.
    pub fn open_sample(&self, sample: Sample) {
        let page = self.clone();
        spawn_local(async move {
            match fetch::sample(&sample).await {
                Ok(blob) => {
                    let file = page.resources.put_file(blob.clone());
                    let name = sample.file;
                    page.dispatch(PictureAction::ChooseSample { file, name });
                    page.decode(blob, file);
                }
                Err(error) => {
                    let words = page.words().notices();
                    let what = (words.sample_picture)(&sample.file);
                    let refusal = fetch_words(words, &what, &error) + ".";
                    page.dispatch(PictureAction::Refused(refusal));
                }
            }
        });
    }

    fn open_picture(&self, blob: Blob, name: String) {
        let file = self.resources.put_file(blob.clone());
        self.dispatch(PictureAction::Choose { file, name });
        self.decode(blob, file);
    }

    /// Draws a picture on a canvas of the resource table.
    fn decode(&self, blob: Blob, file: u32) {
        let page = self.clone();
        spawn_local(async move {
            // What the browser cannot decode is left to the engine, which says why.
            if let Some(canvas) = picture_decoding::draw(&blob).await {
                let canvas = page.resources.put_decoded(file, canvas);
                let (width, height) = (canvas.width(), canvas.height());
                page.dispatch(PictureAction::Decoded {
                    file,
                    width,
                    height,
                });
            }
        });
    }

    /// For a file input's `onchange`.
    pub fn on_files_chosen(&self) -> Callback<Event> {
        self.on_chosen(PageHandle::open_files)
    }

    /// The same for a list of class labels.
    pub fn on_labels_chosen(&self) -> Callback<Event> {
        self.on_chosen(|page, files| files.into_iter().for_each(|file| page.open_labels(file)))
    }

    /// The same for a second picture to compare with.
    pub fn on_second_chosen(&self) -> Callback<Event> {
        self.on_chosen(|page, files| files.into_iter().for_each(|file| page.open_second(file)))
    }

    fn open_second(&self, file: File) {
        let name = file.name();
        let too_large = too_large(self.words().notices(), &name, file.size() as u64);
        if let Some(refusal) = too_large {
            return self.notify(NoticePlace::Explanation, refusal);
        }
        let file = self.resources.put_file(file.into());
        self.dispatch(PictureAction::ChooseSecond(SecondPicture { file, name }));
    }

    fn on_chosen(&self, open: fn(&PageHandle, Vec<File>)) -> Callback<Event> {
        let page = self.clone();
        Callback::from(move |event: Event| {
            let Some(input) = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            else {
                return;
            };
            if let Some(files) = input.files() {
                let files = (0..files.length()).filter_map(|at| files.get(at));
                open(&page, files.collect());
            }
            // So that the same file can be chosen again.
            input.set_value("");
        })
    }

    /// Does what a notice offers as its recovery, and closes it.
    pub fn recover(&self, place: NoticePlace, recovery: Recovery) {
        match recovery {
            Recovery::FetchManifest => self.fetch_manifest(),
            Recovery::Speak(language) => self.load_language(language),
            Recovery::LoadAnyway(source) => self.dispatch(ModelAction::LoadAnyway(source)),
            Recovery::Load(source) => self.dispatch(ModelAction::LoadAgain(source)),
            Recovery::ChooseLabels => elements::click(element_ids::LABEL_FILE),
            Recovery::FetchImageNet => self.fetch_imagenet(),
            Recovery::ChooseModelFile => elements::click(element_ids::MODEL_FILE),
            Recovery::ChoosePicture => elements::click(element_ids::PICTURE_FILE),
            Recovery::Predict => self.dispatch(PictureAction::PredictAgain),
            Recovery::Explain | Recovery::GoOn => self.dispatch(ExplanationAction::ExplainAgain),
            Recovery::Restart => self.engine.restart(),
            Recovery::Reload => {
                let _ = gloo::utils::window().location().reload();
            }
        }
        self.dispatch(NoticesAction::Dismiss(place));
    }

    /// Shows a notice without a recovery.
    pub fn notify(&self, place: NoticePlace, message: String) {
        self.dispatch(NoticesAction::Show(
            place,
            Notice {
                message,
                recovery: None,
            },
        ));
    }
}
