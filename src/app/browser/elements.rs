//! Elements of the page, found by their id.

use gloo::utils::{document, document_element};
use wasm_bindgen::JsCast as _;
use web_sys::HtmlElement;

/// Puts the focus on the element with this id.
pub fn focus(id: &str) {
    if let Some(element) = document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}

/// Whether no element has the focus, as after the one that had it went.
pub fn has_lost_focus() -> bool {
    document()
        .active_element()
        .is_none_or(|element| element.tag_name() == "BODY")
}

/// Whether a dialog lies over the page.
pub fn has_dialog() -> bool {
    document()
        .query_selector("dialog[open]")
        .is_ok_and(|dialog| dialog.is_some())
}

/// Opens the `<details>` with this id, brings it into sight and puts the focus on
/// its summary.
pub fn unfold(id: &str) {
    let Some(details) = document().get_element_by_id(id) else {
        return;
    };
    let _ = details.set_attribute("open", "");
    if let Ok(Some(summary)) = details.query_selector("summary")
        && let Ok(summary) = summary.dyn_into::<HtmlElement>()
    {
        let _ = summary.focus();
    }
    details.scroll_into_view();
}

/// Brings the element with this id into sight, if it is not.
pub fn reveal(id: &str) {
    let Some(element) = document().get_element_by_id(id) else {
        return;
    };
    let bounds = element.get_bounding_client_rect();
    let height = document_element().client_height();
    if bounds.top() < 0.0 || bounds.bottom() > f64::from(height) {
        element.scroll_into_view_with_bool(false);
    }
}

/// Sets an attribute of the document's root, or removes it. The page works without, where
/// the browser refuses.
pub fn set_root_attribute(name: &str, value: Option<&str>) {
    let root = document_element();
    let _ = match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    };
}

/// Clicks the element with this id.
pub fn click(id: &str) {
    if let Some(element) = document()
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into::<HtmlElement>().ok())
    {
        element.click();
    }
}
