//! What this browser keeps for the site. One that refuses, or is full, forgets it.

use gloo::utils::window;

/// What was kept under `key`.
pub fn load(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Keeps `text` under `key`.
pub fn store(key: &str, text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(key, text);
    }
}

/// Whether something was marked in this tab, before it was loaded anew perhaps.
pub fn is_marked(key: &str) -> bool {
    let storage = window().session_storage().ok().flatten();
    storage.is_some_and(|storage| storage.get_item(key).ok().flatten().is_some())
}

/// Marks something for as long as this tab is open, or takes the mark away.
pub fn mark(key: &str, is_set: bool) {
    if let Some(storage) = window().session_storage().ok().flatten() {
        let _ = match is_set {
            true => storage.set_item(key, "1"),
            false => storage.remove_item(key),
        };
    }
}

/// `gloo::storage` panics where storage is forbidden, as in some embedded frames.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
