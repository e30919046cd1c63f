//! The client: holds the schedule and the worker, and does what the schedule says.
//!
//! The engine has several builds. One that cannot start here gives way to the next
//! simpler, and the user is told only if the last cannot start either.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::console;
use gloo::timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::connection::Connection;
use super::request_schedule::{Command, RequestSchedule};
use super::variant_fallback::VariantFallback;
use crate::app::browser::clock::now_ms;
use crate::app::browser::error_text::error_text;
use crate::app::browser::resource_table::ResourceTable;
use crate::app::state::{DesiredState, EngineEvent, EngineStep};
use crate::app::words::{NoticeWords, WordsOf};
use crate::protocol::{FailureKind, Job, Request, RequestMessage};

/// How long a build whose program is there may take until it listens, in
/// milliseconds: many times what it takes, for slow and busy machines.
const START_TIMEOUT_MS: u32 = 30_000;

/// The number of a request that is not answered.
const CANCEL: Job = 0;

/// A handle; clones are the same client.
#[derive(Clone)]
pub struct EngineClient(pub(super) Rc<Inner>);

/// What the handles share.
pub(super) struct Inner {
    pub(super) schedule: RefCell<RequestSchedule>,
    worker: RefCell<Option<Connection>>,
    variants: RefCell<VariantFallback>,
    /// Runs from the moment when the worker's program is there until it listens.
    start_timeout: RefCell<Option<Timeout>>,
    pub(super) resources: ResourceTable,
    pub(super) emit: Callback<EngineEvent>,
    /// What the page says at the time.
    spoken: Cell<WordsOf>,
}

impl PartialEq for EngineClient {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl EngineClient {
    /// Starts a worker of the best of `variants`. The files that are
    /// desired are taken from `resources`.
    pub fn start(
        resources: ResourceTable,
        variants: VariantFallback,
        emit: Callback<EngineEvent>,
    ) -> Self {
        let client = Self(Rc::new(Inner {
            schedule: RefCell::default(),
            worker: RefCell::default(),
            variants: RefCell::new(variants),
            start_timeout: RefCell::default(),
            resources,
            emit,
            spoken: Cell::default(),
        }));
        client.connect();
        client
    }

    /// Has what happens from now on said in these words.
    pub fn speak(&self, words: WordsOf) {
        self.0.spoken.set(words);
    }

    /// The words of the language that the page has now.
    pub fn spoken(&self) -> WordsOf {
        self.0.spoken.get()
    }

    /// What is said of the engine.
    pub(super) fn words(&self) -> &'static NoticeWords {
        self.spoken().notices()
    }

    /// Brings the engine to this state, step by step.
    pub fn set_desired_state(&self, desired: DesiredState) {
        let command = self.0.schedule.borrow_mut().set_desired(desired);
        self.execute(command);
    }

    /// Starts the engine once more after it was given up.
    pub fn restart(&self) {
        self.0.schedule.borrow_mut().reset_failed_starts();
        self.replace();
    }

    /// Does what the schedule says.
    pub(super) fn execute(&self, command: Command) {
        match command {
            Command::Nothing => {}
            Command::Replace => self.replace(),
            Command::Cancel(job) => {
                let client = self.clone();
                // After the request itself, which is sent so.
                spawn_local(async move { client.cancel(job) });
            }
            Command::Send(job, step) => {
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
        // Weak, or client and worker would keep each other alive.
        let (for_messages, for_crashes) = (Rc::downgrade(&self.0), Rc::downgrade(&self.0));
        let on_message = move |data: &JsValue| {
            for_messages
                .upgrade()
                .into_iter()
                .for_each(|inner| EngineClient(inner).handle_message(data));
        };
        let on_error = move |message: &str| {
            for_crashes
                .upgrade()
                .into_iter()
                .for_each(|inner| EngineClient(inner).handle_crash(message));
        };
        let variant = self.0.variants.borrow().current();
        match Connection::open(variant, on_message, on_error) {
            Ok(connection) => {
                self.0.worker.replace(Some(connection));
            }
            Err(error) => self.handle_crash(&error_text(&error)),
        }
    }

    /// The worker's program has loaded: a build that does not listen soon never will.
    pub(super) fn start_timeout(&self) {
        let inner = Rc::downgrade(&self.0);
        let timeout = Timeout::new(START_TIMEOUT_MS, move || {
            if let Some(inner) = inner.upgrade() {
                let client = EngineClient(inner);
                client.handle_crash(client.words().not_in_time);
            }
        });
        self.0.start_timeout.replace(Some(timeout));
    }

    /// The worker listens, or is ended.
    pub(super) fn stop_timeout(&self) {
        self.0.start_timeout.take();
    }

    /// The worker died or cannot start: falls back to a simpler build, tries again, or gives
    /// the engine up.
    pub(super) fn handle_crash(&self, message: &str) {
        let started = self.0.schedule.borrow().is_started();
        if !started && self.0.variants.borrow_mut().fall_back() {
            let fallback = self.0.variants.borrow().current().id();
            console::warn!(format!(
                "the engine could not start ({message}); the page goes on with its build {fallback}"
            ));
            return self.connect();
        }
        let crash = self.0.schedule.borrow_mut().crashed();
        let is_replaced = crash.again || crash.step.is_some();
        let event = EngineEvent::Crashed {
            step: crash.step,
            again: crash.again,
            message: message.to_owned(),
        };
        self.0.emit.emit(event);
        if is_replaced {
            self.connect();
        } else {
            self.disconnect();
        }
    }

    /// Ends the worker, and with it the memory that it took.
    pub(super) fn disconnect(&self) {
        self.stop_timeout();
        if let Some(connection) = self.0.worker.take() {
            connection.end();
        }
    }

    /// Prepares and posts one request.
    async fn send(&self, job: Job, step: EngineStep) {
        let prepared = self.prepare(&step).await;
        // Reading the file takes time: the request may have been given up since.
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
                EngineStep::Load(_) => FailureKind::Model,
                EngineStep::Predict(_) => FailureKind::Picture,
                _ => FailureKind::Explanation,
            };
            let message = (self.words().file_not_read)(&error_text(&error));
            self.fail(job, kind, message);
        }
    }

    /// Tells the worker to give a job up. The job is answered as any other.
    fn cancel(&self, job: Job) {
        let message = RequestMessage {
            job: CANCEL,
            request: Request::Cancel { job },
        };
        if self.post(&message, &Array::new()).is_err() {
            self.replace();
        }
    }

    fn post(&self, message: &RequestMessage, buffers: &Array) -> Result<(), JsValue> {
        let connection = self.0.worker.borrow();
        connection
            .as_ref()
            .ok_or("the engine is not running")?
            .post(message, buffers)
    }

    /// Reports that request `job` failed, and goes on.
    pub(super) fn fail(&self, job: Job, kind: FailureKind, message: String) {
        let step = self.0.schedule.borrow_mut().failed(job);
        if let Some(step) = step {
            self.0.emit.emit(EngineEvent::Failed {
                step,
                kind,
                message,
            });
        }
        self.send_next();
    }

    /// Sends the next request, if there is one.
    pub(super) fn send_next(&self) {
        let command = self.0.schedule.borrow_mut().next_command();
        self.execute(command);
    }
}
