//! The page's side of the talk with the engine. The schedule decides what is
//! asked; `connection` is the only place that knows `Worker`.

mod connection;
mod event;

use std::cell::RefCell;
use std::rc::Rc;

use gloo::utils::window;
use js_sys::{Array, ArrayBuffer, Float32Array, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::Callback;

use self::connection::Connection;
pub use self::event::EngineEvent;
use super::assets;
use super::result::Map;
use super::schedule::{ModelChoice, Schedule, Step, Task, Wish};
use super::shelf::Shelf;
use crate::protocol::{
    Event, EventMessage, FailureKind, Job, ModelSource, Reading, Request, RequestMessage,
};

/// A handle; clones are the same client.
#[derive(Clone)]
pub struct EngineClient(Rc<Inner>);

struct Inner {
    schedule: RefCell<Schedule>,
    worker: RefCell<Option<Connection>>,
    shelf: Shelf,
    emit: Callback<EngineEvent>,
}

impl PartialEq for EngineClient {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl EngineClient {
    /// Starts a worker. Files that wishes name are taken from `shelf`.
    pub fn start(shelf: Shelf, emit: Callback<EngineEvent>) -> Self {
        let client = Self(Rc::new(Inner {
            schedule: RefCell::default(),
            worker: RefCell::default(),
            shelf,
            emit,
        }));
        client.connect();
        client
    }

    /// Says what the engine shall hold and answer from now on.
    pub fn wish(&self, wish: Wish) {
        let task = self.0.schedule.borrow_mut().set_wish(wish);
        self.act(task);
    }

    /// Starts the engine once more after it was given up.
    pub fn restart(&self) {
        self.0.schedule.borrow_mut().forgive();
        self.replace();
    }

    fn act(&self, task: Task) {
        match task {
            Task::Nothing => {}
            Task::Replace => self.replace(),
            Task::Send(job, step) => {
                self.0.emit.emit(EngineEvent::Began {
                    step: step.clone(),
                    now_ms: now_ms(),
                });
                let client = self.clone();
                spawn_local(async move { client.send(job, step).await });
            }
        }
    }

    fn replace(&self) {
        self.0.schedule.borrow_mut().replaced();
        self.0.emit.emit(EngineEvent::Idle);
        self.connect();
    }

    fn connect(&self) {
        self.disconnect();
        let (hear, crash) = (Rc::downgrade(&self.0), Rc::downgrade(&self.0));
        // Weak, or client and worker would keep each other for ever.
        let on_message = move |data: &JsValue| {
            hear.upgrade()
                .into_iter()
                .for_each(|inner| EngineClient(inner).hear(data));
        };
        let on_error = move |message: &str| {
            crash
                .upgrade()
                .into_iter()
                .for_each(|inner| EngineClient(inner).crash(message));
        };
        match Connection::open(on_message, on_error) {
            Ok(connection) => {
                self.0.worker.replace(Some(connection));
            }
            Err(error) => self.crash(&text_of(&error)),
        }
    }

    fn crash(&self, message: &str) {
        let crash = self.0.schedule.borrow_mut().crashed();
        let starts = crash.again || crash.step.is_some();
        let event = EngineEvent::Crashed {
            step: crash.step,
            again: crash.again,
            message: message.to_owned(),
        };
        self.0.emit.emit(event);
        if starts {
            self.connect();
        } else {
            self.disconnect();
        }
    }

    /// Ends the worker, and with it the memory that it took.
    fn disconnect(&self) {
        if let Some(connection) = self.0.worker.take() {
            connection.end();
        }
    }

    async fn send(&self, job: Job, step: Step) {
        let prepared = self.prepare(&step).await;
        // Reading the file took a while: is this request still the one?
        if self
            .0
            .schedule
            .borrow()
            .running()
            .is_none_or(|(running, _)| running != job)
        {
            return;
        }
        let posted = match prepared {
            Ok((request, buffers)) => self.post(&RequestMessage { job, request }, &buffers),
            Err(error) => Err(error),
        };
        if let Err(error) = posted {
            let kind = match step {
                Step::Load(_) => FailureKind::Model,
                Step::Predict(_) => FailureKind::Picture,
                Step::Explain(_) => FailureKind::Explanation,
            };
            let message = format!(
                "The file could not be read; choose it again. The browser says: {}",
                text_of(&error)
            );
            self.fail(job, kind, message);
        }
    }

    async fn prepare(&self, step: &Step) -> Result<(Request, Array), JsValue> {
        let wish = self.0.schedule.borrow().wish().clone();
        let buffers = Array::new();
        let request = match step {
            Step::Load(_) => {
                let model = wish.model.ok_or("no model is wanted")?;
                let source = match model.source {
                    ModelChoice::Entry(entry) => ModelSource::Manifest {
                        url: assets::address(&format!("models/{}", entry.file)),
                        entry,
                    },
                    ModelChoice::File { file, name, .. } => {
                        buffers.push(&self.read(file).await?);
                        ModelSource::File { name }
                    }
                };
                Request::LoadModel {
                    model: source,
                    layer: wish.layer,
                    remembered: wish.remembered,
                }
            }
            Step::Predict(key) => {
                let (_, name) = wish.picture.ok_or("no picture is wanted")?;
                buffers.push(&self.read(key.file).await?);
                let reading = Reading {
                    scaling: key.reading.scaling.map(str::to_owned),
                    ending: key.reading.ending,
                };
                Request::Predict { name, reading }
            }
            Step::Explain(key) => Request::Explain {
                method: key.method.to_owned(),
                class: key.class,
                layer: key.layer.clone(),
            },
        };
        Ok((request, buffers))
    }

    /// A fresh copy of a file's bytes, to be transferred; the file stays.
    async fn read(&self, file: u32) -> Result<JsValue, JsValue> {
        let blob = self.0.shelf.file(file).ok_or("the file is gone")?;
        JsFuture::from(blob.array_buffer()).await
    }

    fn post(&self, message: &RequestMessage, buffers: &Array) -> Result<(), JsValue> {
        let connection = self.0.worker.borrow();
        connection
            .as_ref()
            .ok_or("the engine is not running")?
            .post(message, buffers)
    }

    fn fail(&self, job: Job, kind: FailureKind, message: String) {
        let step = self.0.schedule.borrow_mut().failed(job);
        if let Some(step) = step {
            self.0.emit.emit(EngineEvent::Failed {
                step,
                kind,
                message,
            });
        }
        self.go_on();
    }

    fn go_on(&self) {
        let task = self.0.schedule.borrow_mut().next_task();
        self.act(task);
    }

    fn hear(&self, data: &JsValue) {
        let header = Reflect::get(data, &"header".into()).unwrap_or_default();
        let Ok(EventMessage { job, event }) = serde_wasm_bindgen::from_value(header) else {
            return self.crash("the engine sent a message that this page does not know");
        };
        let buffers = Reflect::get(data, &"buffers".into())
            .ok()
            .and_then(|list| list.dyn_into::<Array>().ok());
        let floats = |index: u32| {
            let buffer = buffers
                .as_ref()
                .and_then(|list| list.get(index).dyn_into::<ArrayBuffer>().ok());
            buffer
                .map(|buffer| Float32Array::new(&buffer).to_vec())
                .unwrap_or_default()
        };
        match event {
            Event::Started {
                protocol,
                variant,
                threads,
            } => {
                self.0.emit.emit(EngineEvent::Started {
                    protocol,
                    variant,
                    threads,
                });
                let task = self.0.schedule.borrow_mut().started();
                self.act(task);
            }
            Event::Progress { phase, done, total } => {
                if self
                    .0
                    .schedule
                    .borrow()
                    .running()
                    .is_some_and(|(running, _)| running == job)
                {
                    self.0
                        .emit
                        .emit(EngineEvent::Progress { phase, done, total });
                }
            }
            Event::Failed { kind, message } => self.hear_failure(job, kind, message),
            Event::SizeWanted { sha256, input } => self.hear_question(job, sha256, input),
            Event::Cancelled => self.fail(
                job,
                FailureKind::Order,
                "The engine gave the request up.".to_owned(),
            ),
            answer => self.hear_answer(job, answer, floats),
        }
    }

    fn hear_question(&self, job: Job, sha256: String, input: String) {
        let step = self.0.schedule.borrow_mut().failed(job);
        if let Some(Step::Load(key)) = step {
            self.0
                .emit
                .emit(EngineEvent::SizeWanted { key, sha256, input });
        }
        self.go_on();
    }

    fn hear_answer(&self, job: Job, answer: Event, floats: impl Fn(u32) -> Vec<f32>) {
        let (step, wish, (model, picture)) = {
            let mut schedule = self.0.schedule.borrow_mut();
            (
                schedule.answered(job),
                schedule.wish().clone(),
                schedule.held(),
            )
        };
        let event = match (step, answer) {
            (
                Some(Step::Load(_)),
                Event::Ready {
                    model: summary,
                    timings_ms,
                },
            ) => wish.model.map(|wish| EngineEvent::Ready {
                wish,
                summary: *summary,
                timings: timings_ms,
            }),
            (
                Some(Step::Predict(picture)),
                Event::Prediction {
                    width,
                    height,
                    notes,
                    timings_ms,
                },
            ) => model.map(|model| EngineEvent::Predicted {
                picture,
                model,
                logits: floats(0),
                probabilities: floats(1),
                width,
                height,
                notes,
                timings: timings_ms,
            }),
            (
                Some(Step::Explain(key)),
                Event::Map {
                    map,
                    forward_runs,
                    timings_ms,
                },
            ) => model.zip(picture).map(|(model, picture)| {
                let map = Map {
                    summary: map,
                    values: floats(0),
                    forward_runs,
                    timings: timings_ms,
                };
                EngineEvent::Mapped {
                    picture,
                    model,
                    key,
                    map,
                }
            }),
            _ => None,
        };
        if let Some(event) = event {
            self.0.emit.emit(event);
        }
        self.go_on();
    }

    fn hear_failure(&self, job: Job, kind: FailureKind, message: String) {
        match kind {
            FailureKind::Engine
                if self
                    .0
                    .schedule
                    .borrow()
                    .running()
                    .is_some_and(|(running, _)| running == job) =>
            {
                self.crash(&message);
            }
            FailureKind::Order => {
                let step = self
                    .0
                    .schedule
                    .borrow()
                    .running()
                    .map(|(_, step)| step.clone());
                if self.0.schedule.borrow_mut().out_of_order(job) {
                    return self.go_on();
                }
                // What was given up just now is no longer running.
                let given_up = self.0.schedule.borrow().running().is_none();
                if let Some(step) = step.filter(|_| given_up) {
                    self.0.emit.emit(EngineEvent::Failed {
                        step,
                        kind,
                        message,
                    });
                    return self.go_on();
                }
                self.fail(job, kind, message);
            }
            _ => self.fail(job, kind, message),
        }
    }
}

/// Milliseconds since the page began.
pub fn now_ms() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// What a thrown value says.
pub fn text_of(error: &JsValue) -> String {
    error
        .as_string()
        .or_else(|| {
            Reflect::get(error, &"message".into())
                .ok()
                .and_then(|text| text.as_string())
        })
        .unwrap_or_else(|| format!("{error:?}"))
}
