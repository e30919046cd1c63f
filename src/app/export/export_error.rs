//! Why nothing could be saved.

use wasm_bindgen::JsValue;

use crate::app::browser::error_text::error_text;
use crate::app::browser::parts::NotLoaded;
use crate::app::words::WordsOf;

/// Why nothing could be saved or copied.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExportError {
    Nothing,
    Shape,
    Png,
    NotLoaded,
    NoClipboard,
    /// What the browser says.
    Browser(String),
}

impl ExportError {
    /// As the end of a sentence.
    pub fn in_words(&self, words: WordsOf) -> String {
        let words = words.notices();
        let reason = match self {
            ExportError::Nothing => words.nothing_to_save,
            ExportError::Shape => words.map_of_other_shape,
            ExportError::Png => words.no_png,
            ExportError::NotLoaded => words.part_missing,
            ExportError::NoClipboard => return (words.not_allowed)(words.no_clipboard),
            ExportError::Browser(reason) => return (words.not_allowed)(reason),
        };
        reason.to_owned()
    }
}

impl From<NotLoaded> for ExportError {
    fn from(_: NotLoaded) -> Self {
        ExportError::NotLoaded
    }
}

impl From<JsValue> for ExportError {
    fn from(error: JsValue) -> Self {
        ExportError::Browser(error_text(&error))
    }
}
