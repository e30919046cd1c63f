//! The address of the page.

use gloo::utils::{document, window};
use web_sys::Url;

/// The URL's hash.
pub fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Writes the URL's hash without a new entry in the history.
pub fn set_hash(hash: &str) {
    if self::hash().trim_start_matches('#') == hash {
        return;
    }
    let location = window().location();
    let (path, query) = (
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default(),
    );
    let url = if hash.is_empty() {
        format!("{path}{query}")
    } else {
        format!("{path}{query}#{hash}")
    };
    if let Ok(history) = window().history() {
        // Refused only after hundreds of changes in a few seconds.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url));
    }
}

/// The absolute address of a file beside the page.
pub fn absolute_url(relative: &str) -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    Url::new_with_base(relative, &base).map_or_else(|_| relative.to_owned(), |url| url.href())
}
