//! Requests and events as structured clones: the JavaScript objects that `postMessage`
//! carries.

use js_sys::{Array, ArrayBuffer, Float32Array, Object, Reflect};
use serde::Serialize as _;
use wasm_bindgen::prelude::*;

use crate::engine::session_error::SessionError;
use crate::protocol::{Event, EventMessage, RequestMessage};
use crate::text::short_sentence;

/// Of a sentence, which may name what is in a file.
const MAX_CHARS: usize = 300;

/// A request and the buffers that came with it.
pub struct ReceivedRequest {
    pub message: RequestMessage,
    pub buffers: Vec<ArrayBuffer>,
}

/// The request in a message from the page.
///
/// # Errors
/// What is wrong with the message.
pub fn deserialize_request(data: &JsValue) -> Result<ReceivedRequest, String> {
    let field = |name: &str| Reflect::get(data, &name.into()).map_err(|_| format!("no {name}"));
    let message =
        serde_wasm_bindgen::from_value(field("header")?).map_err(|error| error.to_string())?;
    let buffers = field("buffers")?
        .dyn_into::<Array>()
        .map_err(|_| "no list of buffers")?;
    let buffers = buffers.iter().map(JsCast::unchecked_into).collect();
    Ok(ReceivedRequest { message, buffers })
}

/// The message to the page that carries an event and its buffers.
///
/// # Errors
/// The exception of the browser.
pub fn serialize_event(event: &EventMessage, buffers: &Array) -> Result<JsValue, JsValue> {
    let header = event.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?;
    let name = JsValue::from("event");
    let event = Reflect::get(&header, &name)?;
    Reflect::set(&header, &name, &internally_tagged(event)?)?;
    let message = Object::new();
    Reflect::set(&message, &"header".into(), &header)?;
    Reflect::set(&message, &"buffers".into(), buffers)?;
    Ok(message.into())
}

/// An externally tagged enum as an internally tagged one: `{ ready: { model, … } }` becomes
/// `{ type: "ready", model, … }`, and `"cancelled"` becomes `{ type: "cancelled" }`.
fn internally_tagged(event: JsValue) -> Result<JsValue, JsValue> {
    let tagged = Object::new();
    if event.is_string() {
        Reflect::set(&tagged, &"type".into(), &event)?;
    } else {
        let entries = Object::entries(event.unchecked_ref());
        let entry: Array = entries.get(0).unchecked_into();
        Reflect::set(&tagged, &"type".into(), &entry.get(0))?;
        Object::assign(&tagged, entry.get(1).unchecked_ref());
    }
    Ok(tagged.into())
}

/// A copy of values in a buffer that can be transferred, as this program's memory cannot.
pub fn transferable(values: &[f32]) -> ArrayBuffer {
    Float32Array::from(values).buffer()
}

/// The event that says what went wrong.
pub fn failed(error: SessionError) -> Event {
    if error.is_stop() {
        return Event::Cancelled;
    }
    Event::Failed {
        kind: error.kind(),
        message: sentence(&error),
    }
}

/// An error's message, with a capital at its beginning and a full stop at its end.
pub fn sentence(error: &dyn std::error::Error) -> String {
    let message = short_sentence(&error.to_string(), MAX_CHARS);
    let mut letters = message.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let end = if message.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", letters.as_str())
}
