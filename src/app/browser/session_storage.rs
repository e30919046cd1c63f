//! Marks that this browser keeps for as long as a tab is open.

use gloo::utils::window;

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
