//! What touches the browser, apart from what a view asks of its own elements and the worker
//! of the engine. Nothing here knows the state.
//!
//! - [`canvas`], [`picture_decoding`]: canvases outside the document, and files drawn on them
//! - [`clipboard`], [`file_saving`]: where results go
//! - [`clock`], [`digest`], [`error_text`], [`text`]: small things that the browser does for the page
//! - [`drop_paste_shortcuts`]: files dropped or pasted, keys; [`elements`]: elements found by id
//! - [`engine_builds`]: the builds of the engine that this browser can run
//! - [`fetch`]: the lists and samples beside the page
//! - [`json`], [`js_reader`]: the browser's own parser, and its values as types of Rust
//! - [`local_storage`], [`session_storage`], [`location`]: the browser's stores and address
//! - [`model_storage`]: models that are kept for use without a network
//! - [`parts`]: parts of the program that are loaded on need
//! - [`resource_table`]: files and canvases that the state names by number
//! - [`svg_picture`]: pixels of what only a document draws

pub mod canvas;
pub mod clipboard;
pub mod clock;
pub mod digest;
pub mod drop_paste_shortcuts;
pub mod elements;
pub mod engine_builds;
pub mod error_text;
pub mod fetch;
pub mod file_saving;
pub mod js_reader;
pub mod json;
pub mod local_storage;
pub mod location;
pub mod model_storage;
pub mod parts;
pub mod picture_decoding;
pub mod resource_table;
pub mod session_storage;
pub mod svg_picture;
pub mod text;
