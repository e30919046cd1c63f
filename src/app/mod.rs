//! The page. It talks to the engine by messages alone and is built without it.
//!
//! - [`state`]: what the page knows, one `Reducible`; no browser object in it.
//!   [`result`] has what the engine found out, `events.rs` how it is taken in,
//!   `user.rs` the same for what the user chooses, `view.rs` what follows from it all
//! - [`choices`]: what the user chose, as the URL's hash keeps it
//! - [`answers`]: what the user says about a model, and what is assumed till then;
//!   [`memory`] keeps it, [`labels`] reads names of classes
//! - [`schedule`]: which request the engine gets next, after cancels and crashes too
//! - [`engine_client`]: speaks with the engine; its `connection.rs` is the only
//!   place that knows `Worker`
//! - [`variants`]: which of the engine's builds runs, and which comes after it
//! - [`table`]: a small map
//! - [`shelf`]: the browser's objects (files, canvases) that the state only names
//! - [`pictures`], [`painter`]: from a file to a picture, and onto the stage
//! - [`assets`]: the lists of models and samples beside the page
//! - [`hands`]: what reaches the page from outside its elements: drop, paste, keys
//! - [`json`]: read and written by the browser
//! - [`save`]: files for the user
//! - [`theme`], [`mod@format`]: light and dark, numbers in words
//! - [`components`]: what is seen
//!
//! The state says what is wanted ([`State::wish`](state::State::wish)); one
//! effect hands the wish to the client, whose schedule does what is missing.
//! So a new picture, another model, a cancel and a crash all go the same way.

// Native builds leave out what needs a browser, so some names above are unknown there.
#![cfg_attr(not(target_arch = "wasm32"), allow(rustdoc::broken_intra_doc_links))]

pub mod answers;
pub mod assets;
pub mod choices;
pub mod components;
pub mod engine_client;
mod events;
pub mod format;
pub mod hands;
pub mod json;
pub mod labels;
pub mod memory;
pub mod painter;
pub mod pictures;
pub mod result;
pub mod save;
pub mod schedule;
pub mod shelf;
pub mod state;
pub mod table;
#[cfg(test)]
mod testing;
pub mod theme;
mod user;
pub mod variants;
mod view;

/// Puts the page into the element `#app`.
///
/// # Errors
/// If the document has no such element.
pub fn start() -> Result<(), NoRoot> {
    let root = gloo::utils::document()
        .get_element_by_id("app")
        .ok_or(NoRoot)?;
    root.set_inner_html("");
    yew::Renderer::<components::App>::with_root(root).render();
    Ok(())
}

#[derive(Debug, thiserror::Error)]
#[error("the document has no element with the id 'app'")]
pub struct NoRoot;
