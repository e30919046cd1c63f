//! What a component can do: tell the state, take a file, fetch.

use js_sys::Uint8Array;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, Event, File, HtmlInputElement};
use yew::{Callback, Properties, UseReducerDispatcher, UseReducerHandle};

use crate::app::engine_client::{EngineClient, EngineEvent, text_of};
use crate::app::shelf::Shelf;
use crate::app::state::{Action, Notice, Place, State, WayOut};
use crate::app::variants::Ladder;
use crate::app::{assets, labels, pictures};
use crate::protocol::Sample;

/// What every component is given.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub state: UseReducerHandle<State>,
    pub page: Page,
}

/// The page's hands; clones are the same.
#[derive(Clone, PartialEq)]
pub struct Page {
    pub shelf: Shelf,
    pub engine: EngineClient,
    dispatcher: UseReducerDispatcher<State>,
}

impl Page {
    /// Starts one of `engines`, which reports to `dispatcher`.
    pub fn start(dispatcher: UseReducerDispatcher<State>, engines: Ladder) -> Self {
        let shelf = Shelf::default();
        let hear = dispatcher.clone();
        let emit = Callback::from(move |event: EngineEvent| hear.dispatch(Action::Engine(event)));
        Self {
            engine: EngineClient::start(shelf.clone(), engines, emit),
            shelf,
            dispatcher,
        }
    }

    pub fn tell(&self, action: Action) {
        self.dispatcher.dispatch(action);
    }

    /// A callback that does the same whatever happened.
    pub fn on<E: 'static>(&self, act: impl Fn(&Page) + 'static) -> Callback<E> {
        let page = self.clone();
        Callback::from(move |_| act(&page))
    }

    pub fn fetch_manifest(&self) {
        let page = self.clone();
        spawn_local(async move {
            let manifest = assets::manifest().await.map_err(|error| {
                format!("{error}. Without it no model can be offered, but you can open an ONNX file of your own.")
            });
            page.tell(Action::ManifestCame(manifest));
        });
    }

    pub fn fetch_imagenet(&self) {
        let page = self.clone();
        spawn_local(async move {
            let list = assets::imagenet().await;
            let list =
                list.map_err(|error| format!("{error}. Until then the classes have numbers."));
            page.tell(Action::ImageNetCame(list));
        });
    }

    pub fn fetch_samples(&self) {
        let page = self.clone();
        spawn_local(async move {
            // Without samples the page has everything else; nothing to say.
            if let Ok(samples) = assets::samples().await {
                page.tell(Action::SamplesCame(samples));
            }
        });
    }

    /// Takes a file of the user's: an ONNX model, names of classes, or a picture.
    pub fn take(&self, file: File) {
        let bytes = file.size() as u64;
        let name = file.name();
        let ends_with = |end: &&str| name.to_ascii_lowercase().ends_with(end);
        if ends_with(&".onnx") {
            let file = self.shelf.put_file(file.into());
            self.tell(Action::OpenModel { file, name, bytes });
        } else if [".txt", ".json", ".csv"].iter().any(ends_with) {
            self.take_labels(file);
        } else if let Some(refusal) = pictures::too_large(&name, bytes) {
            self.tell(Action::PictureRefused(refusal));
        } else {
            self.take_picture(file.into(), name);
        }
    }

    /// Takes a list of classes' names.
    fn take_labels(&self, file: File) {
        let page = self.clone();
        let name = file.name();
        if file.size() as u64 > labels::LARGEST_FILE_BYTES {
            let sentence =
                format!("{name} is too large for a list of names. The former names stay.");
            return self.complain(Place::About, sentence);
        }
        spawn_local(async move {
            match JsFuture::from(file.array_buffer()).await {
                Ok(bytes) => {
                    let bytes = Uint8Array::new(&bytes).to_vec().into();
                    page.tell(Action::LabelsRead { name, bytes });
                }
                Err(error) => {
                    let reason = text_of(&error);
                    let sentence = format!(
                        "{name} could not be read; choose it again. The browser says: {reason}"
                    );
                    page.complain(Place::About, sentence);
                }
            }
        });
    }

    pub fn take_sample(&self, sample: Sample) {
        let page = self.clone();
        spawn_local(async move {
            match assets::sample(&sample).await {
                Ok(blob) => page.take_picture(blob, sample.file),
                Err(error) => page.tell(Action::PictureRefused(format!("{error}."))),
            }
        });
    }

    fn take_picture(&self, blob: Blob, name: String) {
        let file = self.shelf.put_file(blob.clone());
        self.tell(Action::ChoosePicture { file, name });
        let page = self.clone();
        spawn_local(async move {
            // What cannot be drawn is judged by the engine, which says why.
            if let Some(canvas) = pictures::draw(&blob).await {
                let (width, height) = (canvas.width(), canvas.height());
                page.shelf.put_canvas(file, canvas);
                page.tell(Action::PictureDrawn {
                    file,
                    width,
                    height,
                });
            }
        });
    }

    /// For a file input's `onchange`.
    pub fn on_file_chosen(&self) -> Callback<Event> {
        self.on_chosen(Page::take)
    }

    /// The same for a list of classes' names.
    pub fn on_labels_chosen(&self) -> Callback<Event> {
        self.on_chosen(Page::take_labels)
    }

    fn on_chosen(&self, take: fn(&Page, File)) -> Callback<Event> {
        let page = self.clone();
        Callback::from(move |event: Event| {
            let Some(input) = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            else {
                return;
            };
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                take(&page, file);
            }
            // So that the same file can be chosen again.
            input.set_value("");
        })
    }

    /// Goes a notice's way out.
    pub fn go(&self, place: Place, way_out: WayOut) {
        match way_out {
            WayOut::FetchManifest => self.fetch_manifest(),
            WayOut::Load(source) => self.tell(Action::LoadAgain(source)),
            WayOut::ChooseLabels => crate::app::hands::click("labels-file"),
            WayOut::FetchImageNet => self.fetch_imagenet(),
            WayOut::ChooseModelFile => crate::app::hands::click("model-file"),
            WayOut::ChoosePicture => crate::app::hands::click("picture-file"),
            WayOut::Look => self.tell(Action::LookAgain),
            WayOut::Explain => self.tell(Action::ExplainAgain),
            WayOut::Restart => self.engine.restart(),
            WayOut::Reload => {
                let _ = gloo::utils::window().location().reload();
            }
        }
        self.tell(Action::Dismiss(place));
    }

    pub fn complain(&self, place: Place, message: String) {
        self.tell(Action::Tell(
            place,
            Notice {
                message,
                way_out: None,
            },
        ));
    }
}
