//! Languages that are parts of the program of their own.

use wasm_split_helpers::wasm_split;

use super::{Language, Words, WordsOf, german};
use crate::app::browser::parts::NotLoaded;

/// The words of a language.
///
/// # Errors
/// If their part of the program cannot be loaded.
pub async fn load(language: Language) -> Result<WordsOf, NotLoaded> {
    match language {
        Language::English => Ok(WordsOf::default()),
        Language::German => Ok(WordsOf::new(load_german().await?)),
    }
}

#[wasm_split(german, fallible)]
fn load_german() -> Result<&'static Words, NotLoaded> {
    Ok(&german::GERMAN)
}
