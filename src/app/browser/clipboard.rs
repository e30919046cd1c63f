//! The clipboard.

use gloo::utils::window;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ClipboardItem};

/// Puts a text on the clipboard; whether it is there.
pub async fn write_text(text: &str) -> bool {
    // Where the page is not served securely there is none.
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into());
    if clipboard.is_ok_and(|clipboard| clipboard.is_undefined()) {
        return false;
    }
    let written = window().navigator().clipboard().write_text(text);
    JsFuture::from(written).await.is_ok()
}

/// Puts a file on the clipboard; `Ok(false)` where there is none, because the page is not
/// served securely.
///
/// # Errors
/// What the browser throws.
pub async fn write(file: &Blob, media_type: &str) -> Result<bool, JsValue> {
    let item = Object::new();
    Reflect::set(&item, &media_type.into(), file)?;
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into())?;
    if clipboard.is_undefined() {
        return Ok(false);
    }
    let item = ClipboardItem::new_with_record_from_str_to_blob_promise(&item)?;
    JsFuture::from(window().navigator().clipboard().write(&Array::of1(&item))).await?;
    Ok(true)
}
