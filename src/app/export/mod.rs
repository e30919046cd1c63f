//! What the user can take along: the overlay as PNG, the signed map as NPY, how both were made
//! as JSON, and all of it as one HTML file.
//!
//! To add a format: a variant of [`ExportFormat`], a file that encodes it, and a line in
//! `save.rs`.

mod explanation_manifest;
mod export_error;
mod export_format;
mod exported_map;
mod exported_texts;
mod figure_canvas;
mod overlay_png;
mod report;
mod save;
mod saving;

pub use self::export_error::ExportError;
pub use self::export_format::ExportFormat;
pub use self::save::save_canvas;
pub use self::saving::{copy_overlay, download};
