//! A thread pool (rayon) of workers that share the engine's memory.
//!
//! The engine's own worker is one of the pool's threads. The others run a script of this
//! project: libraries start them from `blob:` addresses, which the page's security policy
//! forbids. Each new worker says that it is ready, and waits in the [`ThreadQueue`] for
//! its thread. The pool is built when all are ready, because building it blocks until
//! every thread runs. If a worker fails or is late, the queue is closed, the workers end,
//! and the engine computes with one thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use js_sys::{Array, Object, Promise, Reflect};
use rayon::ThreadBuilder;
use tract_linalg::multithread::{Executor, set_default_executor};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, Event, Url, Worker, WorkerOptions, WorkerType};

/// More threads do not speed up networks of this size, and each takes memory.
const MAX_THREADS: usize = 8;
/// Time in milliseconds until all workers have to be ready.
const START_TIMEOUT_MS: i32 = 5_000;
/// The property of the worker's global scope that holds the address of the pool's script;
/// `www/engine_loader.js` sets it.
const POOL_SCRIPT_PROPERTY: &str = "poolScript";

/// Hands rayon's threads to the workers that wait for them.
struct ThreadQueue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

struct QueueState {
    threads: Vec<ThreadBuilder>,
    is_closed: bool,
}

static THREAD_QUEUE: ThreadQueue = ThreadQueue {
    state: Mutex::new(QueueState {
        threads: Vec::new(),
        is_closed: false,
    }),
    changed: Condvar::new(),
};

impl ThreadQueue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, thread: ThreadBuilder) {
        self.lock().threads.push(thread);
        self.changed.notify_one();
    }

    /// Lets all workers end that wait, or come later. They cannot be terminated from
    /// outside: one may hold the lock of the memory allocator that all share.
    fn close(&self) {
        self.lock().is_closed = true;
        self.changed.notify_all();
    }

    /// Waits for a thread; `None` once the queue is closed.
    fn pop(&self) -> Option<ThreadBuilder> {
        let mut state = self.lock();
        while !state.is_closed {
            if let Some(thread) = state.threads.pop() {
                return Some(thread);
            }
            let waited = self.changed.wait(state);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        None
    }
}

/// Runs a thread of the pool in this worker; returns if the pool could not be built.
#[wasm_bindgen]
pub fn run_pool_thread() {
    if let Some(thread) = THREAD_QUEUE.pop() {
        thread.run();
    }
}

/// Whether the caller is a worker of the pool: false at the first call, which is that of
/// the engine's worker, since all workers share this program's memory.
pub fn is_pool_thread() -> bool {
    static ENGINE_RUNS: AtomicBool = AtomicBool::new(false);
    ENGINE_RUNS.swap(true, Ordering::SeqCst)
}

/// The number of threads that the worker's address asks for by `?threads=`, else the
/// number of cores; at least 1 and at most 8.
pub fn requested_threads(scope: &DedicatedWorkerGlobalScope) -> usize {
    let asked = Url::new(&scope.location().href()).ok();
    let asked = asked.and_then(|url| url.search_params().get("threads"));
    let asked = asked.and_then(|count| count.parse::<usize>().ok());
    let cores = scope.navigator().hardware_concurrency() as usize;
    asked.unwrap_or(cores).clamp(1, MAX_THREADS)
}

/// Starts the pool, which tract and our kernels then use. Returns the number of threads
/// that compute, the caller's included: `count`, or 1 if some could not be started.
/// Called once.
pub async fn start_pool(scope: &DedicatedWorkerGlobalScope, count: usize) -> usize {
    if count < 2 {
        return 1;
    }
    let built = match start_workers(scope, count - 1).await {
        Ok(()) => build_pool(count).map_err(|error| error.to_string().into()),
        Err(error) => Err(error),
    };
    match built {
        Ok(()) => {
            set_default_executor(Executor::RayonGlobal);
            count
        }
        Err(error) => {
            THREAD_QUEUE.close();
            let sentence = "The engine computes with one thread, because others could not start.";
            web_sys::console::warn_2(&sentence.into(), &error);
            1
        }
    }
}

fn build_pool(count: usize) -> Result<(), rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .use_current_thread()
        .spawn_handler(|thread| {
            THREAD_QUEUE.push(thread);
            Ok(())
        })
        .build_global()
}

/// Starts `count` workers and waits until all are ready.
async fn start_workers(scope: &DedicatedWorkerGlobalScope, count: usize) -> Result<(), JsValue> {
    let script = Reflect::get(scope, &POOL_SCRIPT_PROPERTY.into())?
        .as_string()
        .ok_or("the worker does not say where the pool's script is")?;
    let message = Object::new();
    Reflect::set(&message, &"module".into(), &wasm_bindgen::module())?;
    Reflect::set(&message, &"memory".into(), &wasm_bindgen::memory())?;
    // The channel on which a worker tells the page that its thread died.
    Reflect::set(&message, &"channel".into(), &scope.name().into())?;
    let ready = Array::new();
    for _ in 0..count {
        let worker = start_worker(&script, &message)?;
        ready.push(&worker);
    }
    let first = Array::of2(&Promise::all(&ready), &timeout(scope));
    JsFuture::from(Promise::race(&first)).await.map(|_| ())
}

/// Starts a worker; the promise resolves when it is ready, and rejects when it fails.
fn start_worker(script: &str, message: &JsValue) -> Result<Promise, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name("gradcam pool");
    let worker = Worker::new_with_options(script, &options)?;
    worker.post_message(message)?;
    Ok(Promise::new(&mut |resolve, reject| {
        let fail = Closure::once_into_js(move |event: Event| {
            // Else the page would take it for an error of the engine's worker.
            event.prevent_default();
            let message = Reflect::get(&event, &"message".into()).unwrap_or_default();
            let _ = reject.call1(&JsValue::NULL, &message);
        });
        worker.set_onmessage(Some(&resolve));
        worker.set_onerror(Some(fail.unchecked_ref()));
    }))
}

/// Rejects after [`START_TIMEOUT_MS`].
fn timeout(scope: &DedicatedWorkerGlobalScope) -> Promise {
    Promise::new(&mut |_, reject| {
        let reason = JsValue::from("they took too long");
        let set = scope.set_timeout_with_callback_and_timeout_and_arguments_1(
            &reject,
            START_TIMEOUT_MS,
            &reason,
        );
        if let Err(error) = set {
            web_sys::console::warn_1(&error);
        }
    })
}
