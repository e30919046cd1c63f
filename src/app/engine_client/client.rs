//! The client: holds the schedule and the worker, and does what the schedule says.
//!
//! The engine has several builds. One that cannot start here gives way to the next
//! simpler, and the user hears of it only if the last cannot start either.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::console;
use gloo::timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::connection::Connection;
use super::request_schedule::{Command, Schedule};
use super::variant_fallback::VariantFallback;
use crate::app::browser::clock::now_ms;
use crate::app::browser::error_text::error_text;
use crate::app::browser::resource_table::ResourceTable;
use crate::app::state::{DesiredState, EngineEvent, EngineStep};
use crate::protocol::{FailureKind, Job, RequestMessage};

/// How long a build whose program is there may take until it listens, in
/// milliseconds. Its threads alone may take half of that.
const START_TIMEOUT_MS: u32 = 10_000;

/// A handle; clones are the same client.
#[derive(Clone)]
pub struct EngineClient(pub(super) Rc<Inner>);

pub(super) struct Inner {
    pub(super) schedule: RefCell<Schedule>,
    worker: RefCell<Option<Connection>>,
    variants: RefCell<VariantFallback>,
    /// Runs from the moment when the worker's program is there until it listens.
    start_limit: RefCell<Option<Timeout>>,
    pub(super) resources: ResourceTable,
    pub(super) emit: Callback<EngineEvent>,
}

impl PartialEq for EngineClient {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl EngineClient {
    /// Starts a worker of the best of `variants`. Files that desired states name are taken
    /// from `resources`.
    pub fn start(
        resources: ResourceTable,
        variants: VariantFallback,
        emit: Callback<EngineEvent>,
    ) -> Self {
        let client = Self(Rc::new(Inner {
            schedule: RefCell::default(),
            worker: RefCell::default(),
            variants: RefCell::new(variants),
            start_limit: RefCell::default(),
            resources,
            emit,
        }));
        client.connect();
        client
    }

    /// Says what the engine shall hold and answer from now on.
    pub fn set_desired_state(&self, desired: DesiredState) {
        let command = self.0.schedule.borrow_mut().set_desired(desired);
        self.act(command);
    }

    /// Starts the engine once more after it was given up.
    pub fn restart(&self) {
        self.0.schedule.borrow_mut().reset_failed_starts();
        self.replace();
    }

    pub(super) fn act(&self, command: Command) {
        match command {
            Command::Nothing => {}
            Command::Replace => self.replace(),
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
        let variant = self.0.variants.borrow().current();
        match Connection::open(variant, on_message, on_error) {
            Ok(connection) => {
                self.0.worker.replace(Some(connection));
            }
            Err(error) => self.crash(&error_text(&error)),
        }
    }

    /// The worker's program is there: a build that does not listen soon never will.
    pub(super) fn expect_start(&self) {
        let inner = Rc::downgrade(&self.0);
        let limit = Timeout::new(START_TIMEOUT_MS, move || {
            if let Some(inner) = inner.upgrade() {
                EngineClient(inner).crash("it did not start in time");
            }
        });
        self.0.start_limit.replace(Some(limit));
    }

    pub(super) fn stop_expecting(&self) {
        self.0.start_limit.take();
    }

    pub(super) fn crash(&self, message: &str) {
        let started = self.0.schedule.borrow().is_started();
        if !started && self.0.variants.borrow_mut().fall_back() {
            let simpler = self.0.variants.borrow().current().id();
            console::warn!(format!(
                "the engine could not start ({message}); the page goes on with its build {simpler}"
            ));
            return self.connect();
        }
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
        self.stop_expecting();
        if let Some(connection) = self.0.worker.take() {
            connection.end();
        }
    }

    async fn send(&self, job: Job, step: EngineStep) {
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
                EngineStep::Load(_) => FailureKind::Model,
                EngineStep::Predict(_) => FailureKind::Picture,
                EngineStep::Explain(_) => FailureKind::Explanation,
            };
            let message = format!(
                "The file could not be read; choose it again. The browser says: {}",
                error_text(&error)
            );
            self.fail(job, kind, message);
        }
    }

    fn post(&self, message: &RequestMessage, buffers: &Array) -> Result<(), JsValue> {
        let connection = self.0.worker.borrow();
        connection
            .as_ref()
            .ok_or("the engine is not running")?
            .post(message, buffers)
    }

    pub(super) fn fail(&self, job: Job, kind: FailureKind, message: String) {
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

    pub(super) fn go_on(&self) {
        let command = self.0.schedule.borrow_mut().next_command();
        self.act(command);
    }
}
