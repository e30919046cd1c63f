//! Pictures of medical devices: the pixels of DICOM files (the standard's parts 5, 6 and 10).
//!
//! Of a file's some thousand possible elements only those that say what its pixels are get read
//! (`attributes`); all others, the patient's among them, are passed over as bytes without a
//! meaning. So nothing of them can come into a message, a note or a saved file.
//!
//! - `elements`: where the wanted elements of a file are
//! - `transfer_syntax`: how a file's elements and pixels are coded
//! - `attributes`: what the elements say of the picture
//! - `fragments`: the compressed bytes of the first frame
//! - `samples`: pixels that are not compressed; `codecs`: those that are
//! - `colors`: palettes and YBR as RGB
//! - `levels`: from stored numbers to grey levels with their window
//! - `error`: why a file cannot be used
//!
//! To add a codec: a row in `transfer_syntax`, a file in `codecs` and its arm in `codecs::decode`.

mod attributes;
mod codecs;
mod colors;
mod elements;
mod error;
mod fragments;
mod levels;
mod read;
mod samples;
#[cfg(test)]
mod tests;
mod transfer_syntax;

pub use error::DicomError;
pub use read::{is_dicom, read};
