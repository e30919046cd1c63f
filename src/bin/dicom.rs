//! Reads DICOM files for the engine, in the engine's worker. A program of its own, so that only
//! those who open such a file fetch it.

use gradcam::dicom;
use gradcam::picture::Limits;
use wasm_bindgen::prelude::*;

/// The pixels of a DICOM file as the engine takes them, `undefined` for what is no DICOM file.
///
/// # Errors
/// A sentence that says why it cannot be used.
#[wasm_bindgen]
pub fn read(bytes: &[u8], name: &str) -> Result<Option<Vec<u8>>, String> {
    if !dicom::is_dicom(bytes, name) {
        return Ok(None);
    }
    let read = dicom::read(bytes, name, Limits::default());
    let read = read.map_err(|error| error.to_string())?;
    Ok(Some(read.to_bytes()))
}

fn main() {}
