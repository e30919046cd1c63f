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

/// A number as the browser writes it: Rust's own way of writing all digits would be a hundredth of
/// the page.
#[cfg(target_arch = "wasm32")]
pub fn number(value: f64) -> String {
    let text = js_sys::Number::from(value).to_string_with_radix(10);
    text.map(String::from).unwrap_or_default()
}

/// As in the browser, for tests.
#[cfg(not(target_arch = "wasm32"))]
pub fn number(value: f64) -> String {
    value.to_string()
}
