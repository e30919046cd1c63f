//! The only place that knows `Worker`: starts it, posts to it, ends it.

use std::rc::Rc;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::early_worker::EarlyWorker;
use crate::app::browser::{engine_builds, json};
use crate::app::state::EngineVariant;
use crate::protocol::RequestMessage;

/// A worker and the closures that listen to it.
pub struct Connection {
    worker: Worker,
    thread_crashes: Option<ThreadCrashListener>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Connection {
    /// Starts a worker of this build. `on_message` gets the data of each message, `on_crash`
    /// what the browser says when the worker dies or a message cannot be read.
    ///
    /// # Errors
    /// What the browser throws if it allows no worker.
    pub fn open(
        variant: EngineVariant,
        on_message: impl Fn(&JsValue) + 'static,
        on_crash: impl Fn(&str) + Clone + 'static,
    ) -> Result<Self, JsValue> {
        let early = EarlyWorker::take(variant);
        // Other tabs of the site must not receive what is sent by this name.
        let new_name = || format!("gradcam engine {}", js_sys::Math::random());
        let name = early
            .as_ref()
            .map_or_else(new_name, |early| early.name.clone());
        let thread_crashes = match variant {
            EngineVariant::Threads => Some(ThreadCrashListener::new(&name, on_crash.clone())?),
            EngineVariant::Relaxed | EngineVariant::Simd128 => None,
        };
        let worker = match &early {
            Some(early) => early.worker.clone(),
            None => start_worker(variant, &name)?,
        };
        let on_message = Rc::new(on_message);
        if let Some(early) = early {
            deliver(early, Rc::clone(&on_message), on_crash.clone());
        }
        let message_listener = Closure::new(move |event: MessageEvent| on_message(&event.data()));
        let error_listener = Closure::new(move |event: ErrorEvent| {
            event.prevent_default();
            // A message error has no text, although it arrives here as well.
            let message = Reflect::get(&event, &"message".into()).ok();
            on_crash(
                &message
                    .and_then(|text| text.as_string())
                    .unwrap_or_default(),
            );
        });
        worker.set_onmessage(Some(message_listener.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error_listener.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(error_listener.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            thread_crashes,
            _on_message: message_listener,
            _on_error: error_listener,
        })
    }

    /// Posts `{ header, buffers }`; the buffers are transferred, not copied.
    ///
    /// # Errors
    /// What the browser throws.
    pub fn post(&self, message: &RequestMessage, buffers: &Array) -> Result<(), JsValue> {
        let envelope = Object::new();
        Reflect::set(&envelope, &"header".into(), &json::js(message))?;
        Reflect::set(&envelope, &"buffers".into(), buffers)?;
        self.worker.post_message_with_transfer(&envelope, buffers)
    }

    /// Ends the worker, whatever it is doing, and with it the memory it took.
    pub fn end(self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        if let Some(thread_crashes) = &self.thread_crashes {
            thread_crashes.channel.set_onmessage(None);
        }
        self.worker.terminate();
        // Later, because one of the closures may be running just now.
        spawn_local(async move { drop(self) });
    }
}

fn start_worker(variant: EngineVariant, name: &str) -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name(name);
    let loader = engine_builds::loader(variant.id()).ok_or("the site has no such engine")?;
    Worker::new_with_options(&loader, &options)
}

/// Hands over what the worker said before anybody listened: in a moment, when the
/// connection is in its place, and before anything that it says from now on.
fn deliver(
    early: EarlyWorker,
    on_message: Rc<impl Fn(&JsValue) + 'static>,
    on_crash: impl Fn(&str) + 'static,
) {
    spawn_local(async move {
        // `Connection::end` takes the listener away: what the worker said then counts no more.
        let is_heard = || early.worker.onmessage().is_some();
        let messages = early.messages.iter().take_while(|_| is_heard());
        messages.for_each(|message| on_message(message));
        let crashes = early.crashes.iter().take_while(|_| is_heard());
        crashes.for_each(|crash| on_crash(crash));
    });
}

/// Is told of threads that die: the engine, which waits for them, cannot report it. They
/// know the channel by the name of the engine's worker.
struct ThreadCrashListener {
    channel: BroadcastChannel,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl ThreadCrashListener {
    fn new(name: &str, on_crash: impl Fn(&str) + 'static) -> Result<Self, JsValue> {
        let channel = BroadcastChannel::new(name)?;
        let message_listener = Closure::new(move |event: MessageEvent| {
            let reason = Reflect::get(&event.data(), &"crash".into()).ok();
            if let Some(reason) = reason.and_then(|reason| reason.as_string()) {
                on_crash(&reason);
            }
        });
        channel.set_onmessage(Some(message_listener.as_ref().unchecked_ref()));
        Ok(Self {
            channel,
            _on_message: message_listener,
        })
    }
}

impl Drop for ThreadCrashListener {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
