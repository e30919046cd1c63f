//! A pool of workers that compute on the engine's own memory.
//!
//! The engine's worker is one of the pool's threads. The others are workers of a
//! script of our own: what libraries offer starts them from `blob:` addresses, which
//! the page's security policy forbids. Each of them announces that it is ready and
//! then waits at the entrance. The pool is built only when all are there, because
//! building it waits for them with no way back; if one fails or is late, the gate is
//! shut, they go home, and the engine computes by itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use js_sys::{Array, Object, Promise, Reflect};
use rayon::ThreadBuilder;
use tract_linalg::multithread::{Executor, set_default_executor};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, Event, Url, Worker, WorkerOptions, WorkerType};

/// More do not help networks of this size, and each takes memory.
const MOST_THREADS: usize = 8;
/// How long all workers together may take until they are ready, in milliseconds.
const PATIENCE_MS: i32 = 5_000;
/// Beside the worker's own script.
const POOL_SCRIPT: &str = "engine-threads_pool.js";

/// Where the pool's workers wait for their thread.
struct Entrance {
    queue: Mutex<Queue>,
    changed: Condvar,
}

struct Queue {
    threads: Vec<ThreadBuilder>,
    is_shut: bool,
}

static ENTRANCE: Entrance = Entrance {
    queue: Mutex::new(Queue {
        threads: Vec::new(),
        is_shut: false,
    }),
    changed: Condvar::new(),
};

impl Entrance {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn admit(&self, thread: ThreadBuilder) {
        self.queue().threads.push(thread);
        self.changed.notify_one();
    }

    /// Sends home who waits, and who comes later. To end such a worker from outside
    /// would not do: it may hold the lock of the memory that all share.
    fn shut(&self) {
        self.queue().is_shut = true;
        self.changed.notify_all();
    }

    /// Waits for a thread to be; `None` if there will be none.
    fn wait(&self) -> Option<ThreadBuilder> {
        let mut queue = self.queue();
        while !queue.is_shut {
            if let Some(thread) = queue.threads.pop() {
                return Some(thread);
            }
            let waited = self.changed.wait(queue);
            queue = waited.unwrap_or_else(PoisonError::into_inner);
        }
        None
    }
}

/// What a worker of the pool does; returns when the pool could not be built.
#[wasm_bindgen]
pub fn run_pool_thread() {
    if let Some(thread) = ENTRANCE.wait() {
        thread.run();
    }
}

/// False for the first who asks, which is the engine.
pub fn is_pool_thread() -> bool {
    static ENGINE_CAME: AtomicBool = AtomicBool::new(false);
    ENGINE_CAME.swap(true, Ordering::SeqCst)
}

/// As many threads as the worker's address asks for by `?threads=`, else as many as
/// there are cores; at least 1 and at most 8.
pub fn wanted(scope: &DedicatedWorkerGlobalScope) -> usize {
    let asked = Url::new(&scope.location().href()).ok();
    let asked = asked.and_then(|url| url.search_params().get("threads"));
    let asked = asked.and_then(|count| count.parse::<usize>().ok());
    let cores = scope.navigator().hardware_concurrency() as usize;
    asked.unwrap_or(cores).clamp(1, MOST_THREADS)
}

/// Starts the pool, and lets tract and our kernels use it. Says how many threads
/// compute from now on, the caller's among them: `wanted`, or 1 if some could not be
/// started. Called once.
pub async fn start(scope: &DedicatedWorkerGlobalScope, wanted: usize) -> usize {
    if wanted < 2 {
        return 1;
    }
    let built = match gather(scope, wanted - 1).await {
        Ok(()) => build(wanted).map_err(|error| error.to_string().into()),
        Err(error) => Err(error),
    };
    match built {
        Ok(()) => {
            set_default_executor(Executor::RayonGlobal);
            wanted
        }
        Err(error) => {
            ENTRANCE.shut();
            let sentence = "The engine computes with one thread, because others could not start.";
            web_sys::console::warn_2(&sentence.into(), &error);
            1
        }
    }
}

fn build(count: usize) -> Result<(), rayon::ThreadPoolBuildError> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .use_current_thread()
        .spawn_handler(|thread| {
            ENTRANCE.admit(thread);
            Ok(())
        })
        .build_global()
}

/// Starts `count` workers and waits until all stand at the entrance.
async fn gather(scope: &DedicatedWorkerGlobalScope, count: usize) -> Result<(), JsValue> {
    let script = Url::new_with_base(POOL_SCRIPT, &scope.location().href())?.href();
    let message = Object::new();
    Reflect::set(&message, &"module".into(), &wasm_bindgen::module())?;
    Reflect::set(&message, &"memory".into(), &wasm_bindgen::memory())?;
    // Who hears if a thread dies while the engine waits for it.
    Reflect::set(&message, &"channel".into(), &scope.name().into())?;
    let ready = Array::new();
    for _ in 0..count {
        let worker = ready_worker(&script, &message)?;
        ready.push(&worker);
    }
    let first = Array::of2(&Promise::all(&ready), &too_late(scope));
    JsFuture::from(Promise::race(&first)).await.map(|_| ())
}

/// Resolves when a new worker stands at the entrance.
fn ready_worker(script: &str, message: &JsValue) -> Result<Promise, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name("gradcam pool");
    let worker = Worker::new_with_options(script, &options)?;
    worker.post_message(message)?;
    Ok(Promise::new(&mut |resolve, reject| {
        let fail = Closure::once_into_js(move |event: Event| {
            // Else it would count as an error of the engine itself.
            event.prevent_default();
            let message = Reflect::get(&event, &"message".into()).unwrap_or_default();
            let _ = reject.call1(&JsValue::NULL, &message);
        });
        worker.set_onmessage(Some(&resolve));
        worker.set_onerror(Some(fail.unchecked_ref()));
    }))
}

/// Rejects when the patience ends.
fn too_late(scope: &DedicatedWorkerGlobalScope) -> Promise {
    Promise::new(&mut |_, reject| {
        let reason = JsValue::from("they took too long");
        let set = scope.set_timeout_with_callback_and_timeout_and_arguments_1(
            &reject,
            PATIENCE_MS,
            &reason,
        );
        if let Err(error) = set {
            web_sys::console::warn_1(&error);
        }
    })
}
