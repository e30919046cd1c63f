//! Messages in, messages out, one job at a time.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Float32Array, Object, Reflect, Uint8Array};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, DedicatedWorkerGlobalScope, MessageEvent, PromiseRejectionEvent};
use web_time::Instant;

use super::session::milliseconds_since;
use super::store::{self, StoreError};
use super::{Origin, Session, SessionError};
use crate::gradient::{Choices, GradientError};
use crate::network::LoadError;
use crate::picture::Layout;
use crate::protocol::{
    Event, EventMessage, ExplainTimings, FailureKind, Job, LoadTimings, MapSummary, ModelSource,
    PROTOCOL_VERSION, Phase, Reading, Remembered, Request, RequestMessage,
};

/// Least time between two progress events of a job, in milliseconds.
const PROGRESS_EVERY_MS: f64 = 50.0;

/// Starts to listen. Called once, when the worker's module is ready.
///
/// # Errors
/// If this is no dedicated worker.
pub fn start() -> Result<(), JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().dyn_into()?;
    let pump = Rc::new(Pump {
        scope: scope.clone(),
        inbox: RefCell::default(),
    });
    let listener = {
        let pump = Rc::clone(&pump);
        Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            Pump::receive(&pump, &event)
        })
    };
    scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // The worker listens as long as it lives.
    listener.forget();
    report_crashes(&scope);
    let variant = if cfg!(target_feature = "relaxed-simd") {
        "relaxed-simd"
    } else {
        "simd128"
    };
    let started = Event::Started {
        protocol: PROTOCOL_VERSION,
        variant: variant.into(),
        threads: 1,
    };
    pump.send(0, &started, &[]);
    Ok(())
}

/// Work runs inside promises, and what a promise swallows never reaches the page.
/// A panic or an end of memory there is thrown again, as an error of the worker.
fn report_crashes(scope: &DedicatedWorkerGlobalScope) {
    let rethrow = Closure::<dyn Fn(PromiseRejectionEvent)>::new(|event: PromiseRejectionEvent| {
        wasm_bindgen::throw_val(event.reason())
    });
    let listener = rethrow.as_ref().unchecked_ref();
    if let Err(error) = scope.add_event_listener_with_callback("unhandledrejection", listener) {
        web_sys::console::error_1(&error);
    }
    rethrow.forget();
}

/// A request and the buffers that came with it.
struct Letter {
    message: RequestMessage,
    buffers: Vec<ArrayBuffer>,
}

#[derive(Default)]
struct Inbox {
    waiting: VecDeque<Letter>,
    /// The job in work and how to stop its download.
    current: Option<(Job, AbortController)>,
    session: Session,
}

struct Pump {
    scope: DedicatedWorkerGlobalScope,
    inbox: RefCell<Inbox>,
}

impl Pump {
    fn receive(self: &Rc<Self>, event: &MessageEvent) {
        let letter = match read(&event.data()) {
            Ok(letter) => letter,
            Err(error) => {
                let message =
                    format!("the engine got a message it cannot read ({error}); reload the page");
                self.send(
                    0,
                    &Event::Failed {
                        kind: FailureKind::Engine,
                        message,
                    },
                    &[],
                );
                return;
            }
        };
        if let Request::Cancel { job } = letter.message.request {
            self.cancel(job);
            return;
        }
        let idle = {
            let mut inbox = self.inbox.borrow_mut();
            inbox.waiting.push_back(letter);
            inbox.current.is_none()
        };
        if idle {
            let pump = Rc::clone(self);
            wasm_bindgen_futures::spawn_local(async move { pump.work().await });
        }
    }

    fn cancel(&self, job: Job) {
        let mut inbox = self.inbox.borrow_mut();
        if let Some((current, controller)) = &inbox.current
            && *current == job
        {
            controller.abort();
            return;
        }
        let before = inbox.waiting.len();
        inbox.waiting.retain(|letter| letter.message.job != job);
        if inbox.waiting.len() < before {
            drop(inbox);
            self.send(job, &Event::Cancelled, &[]);
        }
    }

    /// Does what is waiting, in order, until nothing is.
    async fn work(&self) {
        loop {
            let letter = {
                let mut inbox = self.inbox.borrow_mut();
                inbox.current = None;
                let Some(letter) = inbox.waiting.pop_front() else {
                    return;
                };
                let Ok(controller) = AbortController::new() else {
                    return;
                };
                inbox.current = Some((letter.message.job, controller));
                letter
            };
            let job = letter.message.job;
            let mut session = std::mem::take(&mut self.inbox.borrow_mut().session);
            let failed = self.answer(&mut session, letter).await.err();
            self.inbox.borrow_mut().session = session;
            if let Some(failure) = failed {
                self.send(job, &failure, &[]);
            }
        }
    }

    /// Answers one request; an error is the event that says so.
    async fn answer(&self, session: &mut Session, letter: Letter) -> Result<(), Event> {
        let Letter {
            message: RequestMessage { job, request },
            buffers,
        } = letter;
        let bytes = buffers
            .first()
            .map(|buffer| Uint8Array::new(buffer).to_vec());
        match request {
            Request::LoadModel {
                model,
                layer,
                remembered,
            } => {
                let mut throttle = Throttle::default();
                let file = bytes.unwrap_or_default();
                let fetched = self.fetch(job, model, file, &mut throttle).await?;
                self.load(session, job, fetched, layer, &remembered, &mut throttle)
            }
            Request::Predict { name, reading } => {
                let bytes = bytes.unwrap_or_default();
                let predicted = self.predict(session, job, &name, &bytes, &reading);
                predicted.map_err(failed)
            }
            Request::Explain {
                method,
                class,
                layer,
            } => {
                let explained = self.explain(session, job, &method, class, &layer);
                explained.map_err(failed)
            }
            // Answered on arrival.
            Request::Cancel { .. } => Ok(()),
        }
    }

    /// The model's bytes, wherever they come from.
    async fn fetch(
        &self,
        job: Job,
        model: ModelSource,
        file: Vec<u8>,
        throttle: &mut Throttle,
    ) -> Result<Fetched, Event> {
        let started = Instant::now();
        let (url, entry) = match model {
            ModelSource::File { name } => {
                let sha256 = store::hexadecimal(&Sha256::digest(&file));
                return Ok(Fetched {
                    name,
                    sha256,
                    bytes: file,
                    cache_note: None,
                    milliseconds: milliseconds_since(started),
                });
            }
            ModelSource::Manifest { url, entry } => (url, entry),
        };
        let signal = {
            let inbox = self.inbox.borrow();
            inbox.current.as_ref().map(|(_, c)| c.signal())
        };
        let Some(signal) = signal else {
            return Err(Event::Cancelled);
        };
        let mut tell = |phase, done, total| self.progress(throttle, job, phase, done, total);
        let stored = store::fetch_model(&self.scope, &url, &entry, &signal, &mut tell).await;
        let stored = stored.map_err(|error| match error {
            StoreError::Cancelled => Event::Cancelled,
            other => Event::Failed {
                kind: FailureKind::Model,
                message: sentence(&other),
            },
        })?;
        Ok(Fetched {
            name: entry.name,
            sha256: entry.sha256.to_lowercase(),
            bytes: stored.bytes,
            cache_note: stored.cache_note,
            milliseconds: milliseconds_since(started),
        })
    }

    fn load(
        &self,
        session: &mut Session,
        job: Job,
        fetched: Fetched,
        layer: Option<String>,
        remembered: &[Remembered],
        throttle: &mut Throttle,
    ) -> Result<(), Event> {
        let started = Instant::now();
        let about = remembered.iter().find(|one| one.sha256 == fetched.sha256);
        let layer = layer.or_else(|| about.and_then(|one| one.layer.clone()));
        let choices = Choices {
            layers: layer.into_iter().collect(),
            logits: about.and_then(|one| one.logits.clone()),
            size: about.and_then(|one| one.size),
            layout: about.and_then(|one| one.channels_last).map(layout),
            ..Choices::default()
        };
        let size_is_chosen = choices.size.is_some();
        let mut tell =
            |phase, done, total| self.progress(throttle, job, phase, done as f64, total as f64);
        let note = match session.load_leniently(fetched.bytes, choices, &mut tell) {
            Ok(note) => note,
            Err(SessionError::Load(LoadError::Gradient(GradientError::NoPictureSize {
                input,
            }))) => {
                let sha256 = fetched.sha256;
                self.send(job, &Event::SizeWanted { sha256, input }, &[]);
                return Ok(());
            }
            Err(error) => return Err(failed(error)),
        };
        let timings_ms = LoadTimings {
            fetch: fetched.milliseconds,
            prepare: milliseconds_since(started),
        };
        let Some(description) = session.description() else {
            return Err(failed(SessionError::NoModel));
        };
        let model = description.summary(Origin {
            name: fetched.name,
            sha256: fetched.sha256,
            size_is_chosen,
            notes: note.into_iter().collect(),
            cache_note: fetched.cache_note,
        });
        self.send(
            job,
            &Event::Ready {
                model: Box::new(model),
                timings_ms,
            },
            &[],
        );
        Ok(())
    }

    fn predict(
        &self,
        session: &mut Session,
        job: Job,
        name: &str,
        bytes: &[u8],
        reading: &Reading,
    ) -> Result<(), SessionError> {
        let mut throttle = Throttle::default();
        let mut tell = |phase, done, total| {
            self.progress(&mut throttle, job, phase, done as f64, total as f64)
        };
        let prediction = session.predict_read(bytes, name, reading, &mut tell)?;
        let ((width, height), notes) = (prediction.size, prediction.notes);
        let event = Event::Prediction {
            width,
            height,
            notes,
            timings_ms: prediction.timings_ms,
        };
        self.send(
            job,
            &event,
            &[
                buffer(&prediction.logits),
                buffer(&prediction.probabilities),
            ],
        );
        Ok(())
    }

    fn explain(
        &self,
        session: &mut Session,
        job: Job,
        method: &str,
        class: usize,
        layer: &str,
    ) -> Result<(), SessionError> {
        let mut throttle = Throttle::default();
        let mut tell = |phase, done, total| {
            self.progress(&mut throttle, job, phase, done as f64, total as f64)
        };
        let choosing = session.choose_layer(layer, &mut tell)?;
        let (saliency, timings_ms) = session.explain(method, class)?;
        let timings_ms = ExplainTimings {
            layer: choosing,
            ..timings_ms
        };
        let (height, width) = saliency.values.dim();
        let (min, max) = saliency.range();
        let map = MapSummary {
            class,
            method: saliency.method.into(),
            layer: saliency.layer.clone(),
            height,
            width,
            min,
            max,
            state: saliency.state(),
        };
        let values: Vec<f32> = saliency.values.iter().copied().collect();
        let event = Event::Map {
            map,
            forward_runs: session.forward_runs(),
            timings_ms,
        };
        self.send(job, &event, &[buffer(&values)]);
        Ok(())
    }

    fn progress(&self, throttle: &mut Throttle, job: Job, phase: Phase, done: f64, total: f64) {
        if throttle.lets(phase, done >= total) {
            self.send(job, &Event::Progress { phase, done, total }, &[]);
        }
    }

    /// Sends an event; its buffers are handed over, not copied.
    fn send(&self, job: Job, event: &Event, buffers: &[ArrayBuffer]) {
        let buffers: Array = buffers.iter().collect();
        let sent = pack(
            &EventMessage {
                job,
                event: event.clone(),
            },
            &buffers,
        )
        .and_then(|message| self.scope.post_message_with_transfer(&message, &buffers));
        if let Err(error) = sent {
            web_sys::console::error_1(&error);
        }
    }
}

/// A model's file in memory, and how it came there.
struct Fetched {
    name: String,
    /// Lower-case hexadecimal.
    sha256: String,
    bytes: Vec<u8>,
    cache_note: Option<String>,
    milliseconds: f64,
}

/// Lets a progress event through now and then, and whenever a phase begins or ends.
#[derive(Default)]
struct Throttle {
    last: Option<(Phase, Instant)>,
}

impl Throttle {
    fn lets(&mut self, phase: Phase, ends: bool) -> bool {
        let due = self.last.is_none_or(|(last_phase, at)| {
            ends || last_phase != phase || milliseconds_since(at) >= PROGRESS_EVERY_MS
        });
        if due {
            self.last = Some((phase, Instant::now()));
        }
        due
    }
}

fn read(data: &JsValue) -> Result<Letter, String> {
    let field = |name: &str| Reflect::get(data, &name.into()).map_err(|_| format!("no {name}"));
    let message =
        serde_wasm_bindgen::from_value(field("header")?).map_err(|error| error.to_string())?;
    let buffers = field("buffers")?
        .dyn_into::<Array>()
        .map_err(|_| "no list of buffers")?;
    let buffers = buffers.iter().map(JsCast::unchecked_into).collect();
    Ok(Letter { message, buffers })
}

fn pack(message: &EventMessage, buffers: &Array) -> Result<JsValue, JsValue> {
    let header = message.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?;
    let packed = Object::new();
    Reflect::set(&packed, &"header".into(), &header)?;
    Reflect::set(&packed, &"buffers".into(), buffers)?;
    Ok(packed.into())
}

fn buffer(values: &[f32]) -> ArrayBuffer {
    Float32Array::from(values).buffer()
}

fn failed(error: impl Into<SessionError>) -> Event {
    let error = error.into();
    Event::Failed {
        kind: error.kind(),
        message: sentence(&error),
    }
}

/// An error's words, begun with a capital and ended with a full stop.
fn sentence(error: &dyn std::error::Error) -> String {
    let words = error.to_string();
    let mut letters = words.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let end = if words.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", letters.as_str())
}

fn layout(channels_last: bool) -> Layout {
    match channels_last {
        true => Layout::Nhwc,
        false => Layout::Nchw,
    }
}
