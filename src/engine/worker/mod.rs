//! The engine's side of the protocol: requests in, events out, one job at a time.
//!
//! - `message_loop`: queues requests, cancels them, runs them one by one
//! - `handlers`: what each request does
//! - `trial_handlers`: the same where a model is tried out
//! - `trust_handlers`: the same for measures of maps and for changed pictures
//! - `foreign_pictures`: pictures that another program or the browser decodes
//! - `load_model`: what loading a model does
//! - `budget`: what an explanation is allowed, and how it is stopped
//! - `turns`: turns of the event loop between two parts of a computation
//! - `job`: the job in work: its events, its progress, its cancellation
//! - `event_sender`: sends events to the page
//! - `messages`: requests and events as structured clones (JavaScript objects)
//!
//! To add a request: a variant in `protocol`, and a function in `handlers`.

mod budget;
mod event_sender;
mod foreign_pictures;
mod handlers;
mod job;
mod load_model;
mod message_loop;
mod messages;
mod trial_handlers;
mod trust_handlers;
mod turns;

use std::time::Duration;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, PromiseRejectionEvent};
use web_time::Instant;

use self::event_sender::EventSender;
use self::message_loop::MessageLoop;
use self::turns::Turns;
use super::catalogue::{catalogue, color_tables};
use super::checksum::ChecksumWorker;
#[cfg(feature = "threads")]
use super::warm_up;
use super::warm_up::WarmUp;
use crate::network::kernels;
use crate::protocol::{Event, PROTOCOL_VERSION};

/// Starts to listen. Called once, when the worker's module is ready.
///
/// # Errors
/// If this is no dedicated worker.
pub fn start() -> Result<(), JsValue> {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().dyn_into()?;
    let events = EventSender::new(scope.clone());
    let checksums = ChecksumWorker::start(&scope);
    let messages = MessageLoop::listen(scope.clone(), events.clone(), checksums);
    report_crashes(&scope);
    spawn_local(async move {
        let threads = start_threads(&scope).await;
        let started = Event::Started {
            protocol: PROTOCOL_VERSION,
            variant: VARIANT.into(),
            threads,
            catalogue: Box::new(catalogue()),
        };
        let colors = Uint8Array::from(color_tables().as_slice()).buffer();
        events.send(0, &started, &[colors]);
        prepare(&messages).await;
    });
    Ok(())
}

/// Chooses the kernel shape and lets the browser compile what a first model needs, while the
/// page fetches it. With several threads another one does it.
#[cfg(feature = "threads")]
async fn prepare(messages: &MessageLoop) {
    if rayon::current_num_threads() < 2 {
        return prepare_here(messages).await;
    }
    // Broadcast, since the engine's own thread, the first of the pool, could run a job that
    // is only spawned.
    rayon::spawn_broadcast(|thread| {
        if thread.index() == 1 {
            kernels::autotune();
            let mut warm_up = WarmUp::default();
            // What fails here fails again, and is reported, when a model is prepared.
            while let Ok(true) = warm_up.step() {}
            if !warm_up::is_over() {
                drop(kernels::warm_up(WARM_UP));
            }
        }
    });
}

#[cfg(not(feature = "threads"))]
async fn prepare(messages: &MessageLoop) {
    prepare_here(messages).await;
}

/// The kernels run for so long before a network needs them.
const WARM_UP: Duration = Duration::from_millis(120);

/// The same in the engine's own thread: step by step, so that it hears what it is asked.
async fn prepare_here(messages: &MessageLoop) {
    kernels::warm_up_shapes();
    let Some(turns) = Turns::new() else {
        return;
    };
    let mut warm_up = WarmUp::default();
    loop {
        turns.next().await;
        // What fails here fails again, and is reported, when a model is prepared.
        if !warm_up.step().unwrap_or(false) {
            break;
        }
    }
    kernels::autotune();
    let started = Instant::now();
    while started.elapsed() < WARM_UP {
        turns.next().await;
        if !messages.is_idle() || kernels::warm_up(Duration::ZERO).is_err() {
            break;
        }
    }
}

/// Which of the engine's builds this is.
const VARIANT: &str = if cfg!(feature = "threads") {
    "threads"
} else if cfg!(target_feature = "relaxed-simd") {
    "relaxed-simd"
} else {
    "simd128"
};

/// The number of threads that compute from now on, this one included.
#[cfg(feature = "threads")]
async fn start_threads(scope: &DedicatedWorkerGlobalScope) -> usize {
    use super::worker_threads;
    worker_threads::start_pool(scope, worker_threads::requested_threads(scope)).await
}

#[cfg(not(feature = "threads"))]
async fn start_threads(_: &DedicatedWorkerGlobalScope) -> usize {
    1
}

/// Jobs run inside promises, and the page is not told of what a promise rejects with. A
/// panic or an exhausted memory there is thrown again, as an uncaught error of the worker.
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
