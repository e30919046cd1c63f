//! What the browser says when it refuses.

use js_sys::{JSON, Reflect};
use wasm_bindgen::JsValue;

/// What a thrown value says.
pub fn error_text(error: &JsValue) -> String {
    error
        .as_string()
        .or_else(|| {
            Reflect::get(error, &"message".into())
                .ok()
                .and_then(|text| text.as_string())
        })
        .or_else(|| JSON::stringify(error).ok()?.as_string())
        .unwrap_or_default()
}
