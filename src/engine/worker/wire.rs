//! Messages as JavaScript's objects.

use js_sys::{Array, ArrayBuffer, Float32Array, Object, Reflect};
use serde::Serialize as _;
use wasm_bindgen::prelude::*;

use crate::protocol::{EventMessage, RequestMessage};

/// A request and the buffers that came with it.
pub struct Letter {
    pub message: RequestMessage,
    pub buffers: Vec<ArrayBuffer>,
}

/// A message from the page.
///
/// # Errors
/// What is wrong with it.
pub fn read(data: &JsValue) -> Result<Letter, String> {
    let field = |name: &str| Reflect::get(data, &name.into()).map_err(|_| format!("no {name}"));
    let message =
        serde_wasm_bindgen::from_value(field("header")?).map_err(|error| error.to_string())?;
    let buffers = field("buffers")?
        .dyn_into::<Array>()
        .map_err(|_| "no list of buffers")?;
    let buffers = buffers.iter().map(JsCast::unchecked_into).collect();
    Ok(Letter { message, buffers })
}

/// A message to the page.
///
/// # Errors
/// What the browser throws.
pub fn pack(message: &EventMessage, buffers: &Array) -> Result<JsValue, JsValue> {
    let header = message.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?;
    let event = Reflect::get(&header, &"event".into())?;
    Reflect::set(&header, &"event".into(), &named_within(event)?)?;
    let packed = Object::new();
    Reflect::set(&packed, &"header".into(), &header)?;
    Reflect::set(&packed, &"buffers".into(), buffers)?;
    Ok(packed.into())
}

/// `{ type: "ready", model, … }` of `{ ready: { model, … } }`, and `{ type: "cancelled" }`
/// of `"cancelled"`.
fn named_within(event: JsValue) -> Result<JsValue, JsValue> {
    let named = Object::new();
    if event.is_string() {
        Reflect::set(&named, &"type".into(), &event)?;
    } else {
        let entries = Object::entries(event.unchecked_ref());
        let entry: Array = entries.get(0).unchecked_into();
        Reflect::set(&named, &"type".into(), &entry.get(0))?;
        Object::assign(&named, entry.get(1).unchecked_ref());
    }
    Ok(named.into())
}

/// A copy of values outside of this program's memory, which may be shared between
/// threads and then cannot be handed over.
pub fn buffer(values: &[f32]) -> ArrayBuffer {
    Float32Array::from(values).buffer()
}

/// An error's words, begun with a capital and ended with a full stop.
pub fn sentence(error: &dyn std::error::Error) -> String {
    let words = error.to_string();
    let mut letters = words.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let end = if words.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", letters.as_str())
}
