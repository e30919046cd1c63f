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

/// `gloo::storage` panics where storage is forbidden, as in some embedded frames.
fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
