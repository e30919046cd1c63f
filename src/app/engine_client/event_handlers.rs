//! Handles the engine's messages: replies, failures, progress.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

use super::client::EngineClient;
use super::request_schedule::HeldState;
use super::test_results::floats;
use crate::app::browser::js_reader;
use crate::app::state::{EngineEvent, EngineStep, PredictionReply, SaliencyMap};
use crate::protocol::{Event, EventMessage, FailureKind, Job, PROTOCOL_VERSION};

impl EngineClient {
    /// Handles a message of the worker's.
    pub(super) fn handle_message(&self, data: &JsValue) {
        if let Some(protocol) = protocol_version(data)
            && protocol != PROTOCOL_VERSION
        {
            return self.handle_other_version(protocol);
        }
        let Some(EventMessage { job, event }) = message(data) else {
            return self.handle_unknown_message(data);
        };
        let buffers = Reflect::get(data, &"buffers".into())
            .ok()
            .and_then(|list| list.dyn_into::<Array>().ok());
        let floats = |index: u32| floats(buffers.as_ref(), index);
        match event {
            Event::Loaded => self.start_timeout(),
            Event::Started {
                variant, threads, ..
            } => {
                self.stop_timeout();
                self.0.emit.emit(EngineEvent::Started { variant, threads });
                let command = self.0.schedule.borrow_mut().started();
                self.execute(command);
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
            Event::Failed { kind, message } => self.handle_failure(job, kind, message),
            Event::SizeWanted { sha256, input } => self.handle_size_question(job, sha256, input),
            Event::Cancelled => self.handle_cancelled(job),
            Event::Map {
                map,
                is_early: true,
                forward_runs,
                timings_ms,
            } => {
                let map = SaliencyMap::new(*map, [0, 1].map(&floats), forward_runs, timings_ms);
                self.handle_early_map(job, map);
            }
            event @ (Event::Measured { .. }
            | Event::Changed { .. }
            | Event::CurvePicture { .. }) => {
                self.handle_test(job, event, buffers.as_ref());
            }
            event @ (Event::ScalingTrials { .. } | Event::Report { .. }) => {
                self.handle_probe(job, event);
            }
            reply => self.handle_reply(job, reply, buffers.as_ref()),
        }
    }

    /// The engine gave a request up, as it was told to.
    fn handle_cancelled(&self, job: Job) {
        let is_known = self.0.schedule.borrow_mut().cancelled(job);
        if is_known {
            self.0.emit.emit(EngineEvent::Idle);
        }
        self.send_next();
    }

    /// A map that is not complete yet, of the request in progress.
    fn handle_early_map(&self, job: Job, map: SaliencyMap) {
        let (key, HeldState { model, picture }) = {
            let schedule = self.0.schedule.borrow();
            let step = match schedule.running() {
                Some((running, EngineStep::Explain(key))) if running == job => key.clone(),
                _ => return,
            };
            (step, schedule.held())
        };
        if let Some((model, picture)) = model.zip(picture) {
            self.0.emit.emit(EngineEvent::Mapped {
                picture,
                model,
                key,
                map,
                is_early: true,
            });
        }
    }

    /// The engine is of another version than the page: whatever else it says is not for this
    /// page, and no other build would say it otherwise.
    fn handle_other_version(&self, protocol: u32) {
        self.disconnect();
        self.0.emit.emit(EngineEvent::OtherVersion { protocol });
    }

    /// A message that cannot be read. Before the engine has said its version it may be of
    /// another one; it will say so.
    fn handle_unknown_message(&self, data: &JsValue) {
        let has_version = protocol_version(data).is_some();
        if has_version || self.0.schedule.borrow().is_started() {
            self.handle_crash(self.words().unknown_message);
        }
    }

    /// The model cannot be prepared without a size: for the schedule that is a failure.
    fn handle_size_question(&self, job: Job, sha256: String, input: String) {
        let step = self.0.schedule.borrow_mut().failed(job);
        if let Some(EngineStep::Load(key)) = step {
            self.0
                .emit
                .emit(EngineEvent::SizeWanted { key, sha256, input });
        }
        self.send_next();
    }

    /// Takes the result of a request, if it is the one in progress.
    fn handle_reply(&self, job: Job, reply: Event, buffers: Option<&Array>) {
        let floats = |index: u32| floats(buffers, index);
        let (step, desired, HeldState { model, picture }) = {
            let mut schedule = self.0.schedule.borrow_mut();
            (
                schedule.completed(job),
                schedule.desired_state().clone(),
                schedule.held(),
            )
        };
        let event = match (step, reply) {
            (
                Some(EngineStep::Load(_)),
                Event::Ready {
                    model: summary,
                    timings_ms,
                },
            ) => desired.model.map(|desired| EngineEvent::Ready {
                desired,
                summary: *summary,
                timings: timings_ms,
            }),
            (
                Some(EngineStep::Predict(picture)),
                Event::Prediction {
                    width,
                    height,
                    notes,
                    preview,
                    reading,
                    timings_ms,
                    ..
                },
            ) => model.map(|model| EngineEvent::Predicted {
                picture,
                model,
                reply: PredictionReply {
                    logits: floats(0),
                    probabilities: floats(1),
                    width,
                    height,
                    notes,
                    preview: preview.filter(|size| self.keep_preview(picture.file, buffers, *size)),
                    reading: *reading,
                    timings: timings_ms,
                },
            }),
            (
                Some(EngineStep::Explain(key)),
                Event::Map {
                    map,
                    forward_runs,
                    timings_ms,
                    ..
                },
            ) => model.zip(picture).map(|(model, picture)| {
                let map = SaliencyMap::new(*map, [0, 1].map(&floats), forward_runs, timings_ms);
                EngineEvent::Mapped {
                    picture,
                    model,
                    key,
                    map,
                    is_early: false,
                }
            }),
            _ => None,
        };
        if let Some(event) = event {
            self.0.emit.emit(event);
        }
        self.send_next();
    }

    /// Takes a failure: of the engine, of the order of requests, or of what was asked for.
    fn handle_failure(&self, job: Job, kind: FailureKind, message: String) {
        match kind {
            FailureKind::Engine
                if self
                    .0
                    .schedule
                    .borrow()
                    .running()
                    .is_some_and(|(running, _)| running == job) =>
            {
                self.handle_crash(&message);
            }
            FailureKind::Order => {
                let step = self
                    .0
                    .schedule
                    .borrow()
                    .running()
                    .map(|(_, step)| step.clone());
                if self.0.schedule.borrow_mut().lost_prerequisite(job) {
                    return self.send_next();
                }
                // What was given up just now is no longer running.
                let given_up = self.0.schedule.borrow().running().is_none();
                if let Some(step) = step.filter(|_| given_up) {
                    self.0.emit.emit(EngineEvent::Failed {
                        step,
                        kind,
                        message,
                    });
                    return self.send_next();
                }
                self.fail(job, kind, message);
            }
            _ => self.fail(job, kind, message),
        }
    }
}

/// The version of the protocol that [`Event::Started`] states: whatever else changes, that
/// is read in all versions. `None` for another message.
fn protocol_version(data: &JsValue) -> Option<u32> {
    let header = Reflect::get(data, &"header".into()).ok()?;
    let event = Reflect::get(&header, &"event".into()).ok()?;
    let name = Reflect::get(&event, &"type".into()).ok()?.as_string()?;
    let protocol = Reflect::get(&event, &"protocol".into()).ok()?.as_f64()?;
    (name == "started").then_some(protocol as u32)
}

/// The header of a message, if it is one that this page knows.
fn message(data: &JsValue) -> Option<EventMessage> {
    let header = Reflect::get(data, &"header".into()).ok()?;
    js_reader::read(header).ok()
}
