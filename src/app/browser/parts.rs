//! Parts of the page's program that are loaded when they are first needed.
//!
//! `#[wasm_split(PART, fallible)]` puts a function, and all that it alone leads to, into the part of
//! that name: `picture` is what is seen of a picture, `more` the other views, files, and what was
//! assumed of a model.

use std::future::Future;
use std::pin::Pin;

use wasm_split_helpers::SplitLoaderError;

/// A function of a part, once that is there.
pub type Loading<F> = Pin<Box<dyn Future<Output = Result<F, NotLoaded>>>>;

#[derive(Clone, Debug, thiserror::Error)]
#[error("a part of the page could not be loaded; check the connection and try again")]
pub struct NotLoaded;

impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        NotLoaded
    }
}
