//! The keys, and what the colours mean.

use gloo::utils::document;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

const ID: &str = "help";

/// Shows the help.
pub fn open() {
    if let Some(dialog) = dialog().filter(|dialog| !dialog.open()) {
        // Fails only if it is not in the document.
        let _ = dialog.show_modal();
    }
}

fn dialog() -> Option<HtmlDialogElement> {
    document().get_element_by_id(ID)?.dyn_into().ok()
}

/// The keys, and what the colours mean.
pub fn help() -> Html {
    let close = Callback::from(|_: MouseEvent| {
        if let Some(dialog) = dialog() {
            dialog.close();
        }
    });
    let keys = [
        ("1 – 5", "explain this class"),
        ("o", "hold: the picture alone"),
        ("/", "look for another class"),
        ("← ↑ ↓ →", "on the picture: read its values"),
        ("?", "this help"),
    ];
    html! {
        <dialog id={ID} aria-labelledby="help-title">
            <h2 id="help-title">{ "What you see" }</h2>
            <p>{ "A network says what is in a picture. The colours show which places of the picture raised the value of \
                  the class you chose: the brighter, the more. " }<small>{ "Grad-CAM" }</small></p>
            <p>{ "“For and against” also shows the places that lowered it. The network looks in a coarse grid, which “Raw cells” \
                  shows as it is. A map says where the network looked, not whether it is right." }</p>
            <h2>{ "Keys" }</h2>
            <dl class="keys">
                { for keys.into_iter().map(|(key, meaning)| html! { <><dt><kbd>{ key }</kbd></dt><dd>{ meaning }</dd></> }) }
            </dl>
            <button onclick={close}>{ "Close" }</button>
        </dialog>
    }
}
