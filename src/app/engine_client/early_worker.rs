//! The worker that `boot.js` starts while the page's own program is on its way.

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{BroadcastChannel, Worker};

use crate::app::state::EngineVariant;

/// Where `boot.js` leaves it: `{ variant, name, worker, channel, messages, crashes }`, the
/// channel that of the threads, if there are any.
const PROPERTY: &str = "gradcamEngine";

/// A worker that runs, and what it has said so far.
pub struct EarlyWorker {
    pub worker: Worker,
    pub name: String,
    /// Data of its messages, in their order.
    pub messages: Vec<JsValue>,
    /// What the browser said of errors that nobody caught, and of threads that died.
    pub crashes: Vec<String>,
}

impl EarlyWorker {
    /// Takes the worker over, once. One of another build is ended.
    pub fn take(variant: EngineVariant) -> Option<EarlyWorker> {
        let window = gloo::utils::window();
        let early = Reflect::get(&window, &PROPERTY.into()).ok()?;
        let worker: Worker = property(&early, "worker")?.dyn_into().ok()?;
        Reflect::delete_property(&window, &PROPERTY.into()).ok()?;
        worker.set_onmessage(None);
        worker.set_onerror(None);
        if let Some(channel) = property(&early, "channel") {
            channel.unchecked_into::<BroadcastChannel>().close();
        }
        let name = text(&early, "name");
        let is_wanted = text(&early, "variant").as_deref() == Some(variant.id());
        let Some(name) = name.filter(|_| is_wanted) else {
            worker.terminate();
            return None;
        };
        let crashes = list(&early, "crashes");
        Some(EarlyWorker {
            worker,
            name,
            messages: list(&early, "messages"),
            crashes: crashes.iter().filter_map(JsValue::as_string).collect(),
        })
    }
}

fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &name.into()).ok()?;
    value.is_truthy().then_some(value)
}

fn text(object: &JsValue, name: &str) -> Option<String> {
    property(object, name)?.as_string()
}

fn list(object: &JsValue, name: &str) -> Vec<JsValue> {
    let array: Option<Array> = property(object, name).and_then(|list| list.dyn_into().ok());
    array.map_or_else(Vec::new, |array| array.to_vec())
}
