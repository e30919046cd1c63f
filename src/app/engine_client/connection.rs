//! The only place that knows `Worker`: starts it, posts to it, ends it.

use js_sys::{Array, Object, Reflect};
use serde::Serialize as _;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::app::assets;
use crate::protocol::RequestMessage;

/// Beside the page; what the build makes of `bin/engine.rs`.
const LOADER: &str = "engine_loader.js";

/// A worker and the closures that listen to it.
pub struct Connection {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Connection {
    /// Starts a worker. `hear` gets the data of each message, `crash` what the
    /// browser says when the worker dies or a message cannot be read.
    ///
    /// # Errors
    /// What the browser throws if it allows no worker.
    pub fn open(
        hear: impl Fn(&JsValue) + 'static,
        crash: impl Fn(&str) + 'static,
    ) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&assets::address(LOADER), &options)?;
        let on_message = Closure::new(move |event: MessageEvent| hear(&event.data()));
        let on_error = Closure::new(move |event: ErrorEvent| {
            event.prevent_default();
            // A message error has no text, although it arrives here as well.
            let message = Reflect::get(&event, &"message".into()).ok();
            crash(
                &message
                    .and_then(|text| text.as_string())
                    .unwrap_or_default(),
            );
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        worker.set_onmessageerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Posts `{ header, buffers }`; the buffers are transferred, not copied.
    ///
    /// # Errors
    /// What the browser throws.
    pub fn post(&self, message: &RequestMessage, buffers: &Array) -> Result<(), JsValue> {
        let header = message.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?;
        let envelope = Object::new();
        Reflect::set(&envelope, &"header".into(), &header)?;
        Reflect::set(&envelope, &"buffers".into(), buffers)?;
        self.worker.post_message_with_transfer(&envelope, buffers)
    }

    /// Ends the worker, whatever it is doing, and with it the memory it took.
    pub fn end(self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
        // Later, because one of the closures may be running just now.
        spawn_local(async move { drop(self) });
    }
}
