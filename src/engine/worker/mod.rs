//! Messages in, messages out, one job at a time.

mod answers;
mod wire;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, DedicatedWorkerGlobalScope, MessageEvent, PromiseRejectionEvent};
use web_time::Instant;

use self::wire::{Letter, pack, read};
use super::Session;
use super::session::milliseconds_since;
use crate::network::kernels;
use crate::protocol::{Event, EventMessage, FailureKind, Job, PROTOCOL_VERSION, Phase, Request};

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
    spawn_local(async move {
        let threads = threads_started(&scope).await;
        let started = Event::Started {
            protocol: PROTOCOL_VERSION,
            variant: VARIANT.into(),
            threads,
        };
        pump.send(0, &started, &[]);
        // While the page fetches what it will ask for.
        kernels::autotune();
    });
    Ok(())
}

/// Which of the engine's builds this is.
const VARIANT: &str = if cfg!(feature = "threads") {
    "threads"
} else if cfg!(target_feature = "relaxed-simd") {
    "relaxed-simd"
} else {
    "simd128"
};

/// How many threads compute from now on, this one among them.
#[cfg(feature = "threads")]
async fn threads_started(scope: &DedicatedWorkerGlobalScope) -> usize {
    super::threads::start(scope, super::threads::wanted(scope)).await
}

#[cfg(not(feature = "threads"))]
async fn threads_started(_: &DedicatedWorkerGlobalScope) -> usize {
    1
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
            spawn_local(async move { pump.work().await });
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
