//! Why nothing could be saved.

use wasm_bindgen::JsValue;

use crate::app::browser::error_text::error_text;
use crate::app::browser::parts::NotLoaded;

/// Why nothing could be saved or copied.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    #[error("there is no explanation to save yet: choose a picture and a class first")]
    Nothing,
    #[error("the map cannot be written: its shape does not fit its values")]
    Shape,
    #[error("the picture could not be written as PNG: the browser gave no file")]
    Png,
    #[error(transparent)]
    NotLoaded(#[from] NotLoaded),
    #[error("the browser did not allow it: {0}")]
    Browser(String),
}

impl From<JsValue> for ExportError {
    fn from(error: JsValue) -> Self {
        ExportError::Browser(error_text(&error))
    }
}
