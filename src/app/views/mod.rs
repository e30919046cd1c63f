//! What is seen, by feature. Every view gets the same `Props`: the state to show and the
//! page to act on.
//!
//! - [`common`]: what views share: the page's handle, notices, popovers, progress bars
//! - [`compare`]: maps side by side
//! - [`explain`]: the picture, where the network looked, and how that is shown
//! - [`model`]: the models to choose from, and what is known and assumed of one
//! - [`test_view`]: whether a map can be believed
//! - [`shell`]: the page around them
//!
//! To add a view: a folder beside [`explain`], and a line in
//! `shell/app.rs`. What the page opens without is drawn by `common`'s `lazy`, from a part of the
//! program that is loaded then. Views use [`common`] and never each other's files.

pub mod common;
pub mod compare;
pub mod explain;
pub mod model;
pub mod shell;
pub mod test_view;
