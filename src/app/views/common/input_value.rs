//! The value of an input element.

use wasm_bindgen::JsCast as _;
use web_sys::{Event, HtmlInputElement};

/// What stands in the input that the event comes from.
pub fn input_value(event: &Event) -> Option<String> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    Some(input.value())
}
