//! Checksums by the browser.

use gloo::utils::window;
use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// SHA-256 of a file, lower-case hexadecimal. `None` where the browser computes none, because
/// the page is not served securely.
pub async fn sha256(file: &Blob) -> Option<String> {
    let bytes = JsFuture::from(file.array_buffer()).await.ok()?;
    let get = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok();
    let subtle = get(&get(&window(), "crypto")?, "subtle")?;
    let digest: Function = get(&subtle, "digest")?.dyn_into().ok()?;
    let promise = digest.call2(&subtle, &"SHA-256".into(), &bytes).ok()?;
    let sum = JsFuture::from(promise.dyn_into::<Promise>().ok()?)
        .await
        .ok()?;
    let bytes = Uint8Array::new(&sum).to_vec();
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
