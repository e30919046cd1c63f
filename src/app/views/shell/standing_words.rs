//! The words of `index.html` that stay while the page is used: the help, the notice of a newer
//! version, the title. They are English there; another language says them by their `data-words`.

use gloo::utils::document;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use crate::app::words::WordsOf;

/// Where the English words are kept meanwhile.
const KEPT: &str = "data-english";

/// Says them in a language.
pub fn show(words: WordsOf) {
    let Ok(found) = document().query_selector_all("[data-words]") else {
        return;
    };
    let elements = (0..found.length()).filter_map(|at| found.get(at)?.dyn_into::<Element>().ok());
    for element in elements {
        let name = element.get_attribute("data-words").unwrap_or_default();
        let kept = element.get_attribute(KEPT);
        match (words.standing(&name), kept) {
            (Some(text), kept) => {
                if kept.is_none() {
                    let _ = element.set_attribute(KEPT, &element.inner_html());
                }
                element.set_inner_html(text);
            }
            (None, Some(english)) => element.set_inner_html(&english),
            (None, None) => {}
        }
    }
}
