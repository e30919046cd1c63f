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

/// A number as a person writes it, by the browser, whose code for it the page need not bring;
/// `None` for what is none.
pub fn number_of(text: &str) -> Option<f64> {
    #[cfg(target_arch = "wasm32")]
    let number = wasm_bindgen::JsValue::from_str(text).unchecked_into_f64();
    #[cfg(not(target_arch = "wasm32"))]
    let number = text.parse().unwrap_or(f64::NAN);
    // JavaScript reads nothing as 0.
    (!text.is_empty() && number.is_finite()).then_some(number)
}

/// A float32 with the digits that it has.
#[cfg(target_arch = "wasm32")]
pub fn float32(value: f32) -> String {
    const DIGITS: u8 = 7;
    let text = js_sys::Number::from(f64::from(value)).to_precision(DIGITS);
    let text = text.map(String::from).unwrap_or_default();
    number_of(&text).map(number).unwrap_or_default()
}

/// As in the browser, for tests.
#[cfg(not(target_arch = "wasm32"))]
pub fn float32(value: f32) -> String {
    value.to_string()
}
