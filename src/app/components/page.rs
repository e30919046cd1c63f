//! What a component can do: tell the state, take a file, fetch.

use gloo::file::File as NamedFile;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, Event, File, HtmlInputElement};
use yew::{Callback, Properties, UseReducerDispatcher, UseReducerHandle};

use crate::app::engine_client::{EngineClient, EngineEvent};
use crate::app::shelf::Shelf;
use crate::app::state::{Action, Notice, Place, State, WayOut};
use crate::app::{assets, pictures};
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
    /// Starts the engine, which reports to `dispatcher`.
    pub fn start(dispatcher: UseReducerDispatcher<State>) -> Self {
        let shelf = Shelf::default();
        let hear = dispatcher.clone();
        let emit = Callback::from(move |event: EngineEvent| hear.dispatch(Action::Engine(event)));
        Self {
            engine: EngineClient::start(shelf.clone(), emit),
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

    pub fn fetch_samples(&self) {
        let page = self.clone();
        spawn_local(async move {
            // Without samples the page has everything else; nothing to say.
            if let Ok(samples) = assets::samples().await {
                page.tell(Action::SamplesCame(samples));
            }
        });
    }

    /// Takes a file of the user's: an ONNX model or a picture.
    pub fn take(&self, file: File) {
        let bytes = file.size() as u64;
        let name = NamedFile::from(file.clone()).name();
        if name.to_lowercase().ends_with(".onnx") {
            let file = self.shelf.put_file(file.into());
            self.tell(Action::OpenModel { file, name, bytes });
        } else if let Some(refusal) = pictures::too_large(&name, bytes) {
            self.tell(Action::PictureRefused(refusal));
        } else {
            self.take_picture(file.into(), name);
        }
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
        let page = self.clone();
        Callback::from(move |event: Event| {
            let Some(input) = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
            else {
                return;
            };
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                page.take(file);
            }
            // So that the same file can be chosen again.
            input.set_value("");
        })
    }

    /// Goes a notice's way out.
    pub fn go(&self, place: Place, way_out: WayOut) {
        match way_out {
            WayOut::FetchManifest => self.fetch_manifest(),
            WayOut::Load(source, layer) => self.tell(Action::LoadAgain(source, layer)),
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
