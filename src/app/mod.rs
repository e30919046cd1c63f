//! The page. It talks to the engine by messages alone and is built without it.
//!
//! From the ground up; each folder uses those above it in this list alone:
//!
//! - [`number_format`], [`small_map`]: numbers in words, a small map
//! - [`words`]: all words that a person sees, a table for each language
//! - [`browser`]: what touches the browser, apart from what a view asks of its own elements
//! - [`state`]: what the page knows, in parts: model, picture, explanation, settings,
//!   notices, engine; each with its actions, its piece of the reducer and its tests
//! - [`engine_client`]: speaks with the engine; its `connection.rs` is the only place that
//!   knows `Worker`
//! - [`export`]: files of an explanation
//! - [`views`]: what is seen: the explanation, the models, the shell around them
//!
//! The state says what the engine shall hold and answer
//! ([`AppState::desired_state`](state::AppState::desired_state)); one effect hands that to
//! the client, whose schedule sends what is missing. So a new picture, another model, a
//! cancel and a crash all go the same way.
//!
//! To add a feature: its part of the state (see [`state`]) and its views (see [`views`]).

// Native builds leave out what needs a browser, so some names above are unknown there.
#![cfg_attr(not(target_arch = "wasm32"), allow(rustdoc::broken_intra_doc_links))]

pub mod browser;
pub mod engine_client;
pub mod export;
pub mod number_format;
pub mod small_map;
pub mod state;
#[cfg(test)]
mod testing;
pub mod views;
pub mod words;

/// Puts the page into the element `#app`.
///
/// # Errors
/// If the document has no such element.
pub fn start() -> Result<(), NoRoot> {
    let root = gloo::utils::document()
        .get_element_by_id("app")
        .ok_or(NoRoot)?;
    root.set_inner_html("");
    yew::Renderer::<views::shell::App>::with_root(root).render();
    Ok(())
}

#[derive(Debug, thiserror::Error)]
#[error("the document has no element with the id 'app'")]
pub struct NoRoot;
