//! Text as the browser knows it.

/// In small letters, as the browser knows them: Rust's own tables of all the world's
/// letters would be a twentieth of the page.
#[cfg(target_arch = "wasm32")]
pub fn lowercase(text: &str) -> String {
    js_sys::JsString::from(text).to_lower_case().into()
}

/// As in the browser, for tests.
#[cfg(not(target_arch = "wasm32"))]
pub fn lowercase(text: &str) -> String {
    text.to_lowercase()
}
