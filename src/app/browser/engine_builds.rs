//! The builds of the engine that `boot.js` found fit for this site and browser.

use gloo::utils::document_element;

/// Their names, separated by spaces.
pub fn names() -> String {
    document_element()
        .get_attribute("data-engines")
        .unwrap_or_default()
}

/// The address of the worker's script of the build of this name; `None` if the site has no
/// such build.
pub fn loader(variant: &str) -> Option<String> {
    let address = document_element().get_attribute(&["data-engine-", variant].concat());
    address.filter(|address| !address.is_empty())
}
