//! The keys, and what the colours mean: a dialog that stands in `index.html`, since nothing in
//! it ever changes.

use gloo::utils::document;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlDialogElement;

const ID: &str = "help";

/// Shows the help.
pub fn open() {
    let dialog = document().get_element_by_id(ID);
    let dialog = dialog.and_then(|dialog| dialog.dyn_into::<HtmlDialogElement>().ok());
    if let Some(dialog) = dialog.filter(|dialog| !dialog.open()) {
        // Fails only if it is not in the document.
        let _ = dialog.show_modal();
    }
}
