//! The address of the page.

use gloo::utils::{document, window};
use wasm_bindgen::JsValue;
use web_sys::{History, Url};

/// The URL's hash.
pub fn hash() -> String {
    window().location().hash().unwrap_or_default()
}

/// Writes the URL's hash, and what the page shows beside it as a number: into a new entry of
/// the history if the user went somewhere (`is_new`), else into the one that there is.
pub fn write(hash: &str, shown: u32, is_new: bool) {
    let Ok(history) = window().history() else {
        return;
    };
    let is_same = self::hash().trim_start_matches('#') == hash;
    let before = history.state().unwrap_or_default();
    let state = JsValue::from(entry_prefix() + &shown.to_string());
    if is_same && before == state {
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
    // An entry without a number was just made, by the visit or by a link.
    let write = if is_new && before.is_string() {
        History::push_state_with_url
    } else {
        History::replace_state_with_url
    };
    // Refused only after hundreds of changes in a few seconds.
    let _ = write(&history, &state, "", Some(&url));
}

/// The number that [`write()`] put into the history's entry that the browser is at. `None` if
/// it has none, or has one of the page before it was loaded again.
pub fn shown() -> Option<u32> {
    let state = window().history().ok()?.state().ok()?.as_string()?;
    state.strip_prefix(&entry_prefix())?.parse().ok()
}

/// Tells this visit from others.
fn entry_prefix() -> String {
    let began = window()
        .performance()
        .map_or(0.0, |clock| clock.time_origin());
    format!("{began}:")
}

/// The absolute address of a file beside the page.
pub fn absolute_url(relative: &str) -> String {
    let base = document().base_uri().ok().flatten().unwrap_or_default();
    Url::new_with_base(relative, &base).map_or_else(|_| relative.to_owned(), |url| url.href())
}
