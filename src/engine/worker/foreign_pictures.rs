//! Pictures that the engine itself does not decode: DICOM files, by a program of their own that
//! is loaded for the first of them, and what only the browser decodes. Both are in
//! `www/engine_pictures.js`.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::engine::session_error::SessionError;
use crate::picture::PictureError;

/// A file's bytes, or the pixels of a file that another reads, as the engine takes both.
///
/// # Errors
/// Why the picture cannot be used, as the other says it.
pub async fn readable(bytes: Vec<u8>, name: &str) -> Result<Vec<u8>, SessionError> {
    let Some(reader) = reader(&bytes, name) else {
        return Ok(bytes);
    };
    let handed = Uint8Array::from(bytes.as_slice());
    let read = reader.call2(&JsValue::NULL, &handed, &name.into());
    let read = match read.and_then(JsCast::dyn_into::<Promise>) {
        Ok(promise) => JsFuture::from(promise).await,
        Err(error) => Err(error),
    };
    match read {
        Ok(read) => {
            let read = read.dyn_into::<Uint8Array>();
            // What none of them reads is left to the engine, which says so.
            Ok(read.map_or(bytes, |pixels| pixels.to_vec()))
        }
        Err(error) => Err(PictureError::Told(told(&error)).into()),
    }
}

/// The script's function, if it is for such a file.
fn reader(bytes: &[u8], name: &str) -> Option<Function> {
    let is_dicom =
        bytes.get(128..132) == Some(b"DICM") || name.to_ascii_lowercase().ends_with(".dcm");
    let name = if is_dicom {
        "readDicom"
    } else if is_of_browser(bytes) {
        "readByBrowser"
    } else {
        return None;
    };
    Reflect::get(&js_sys::global(), &name.into())
        .ok()?
        .dyn_into()
        .ok()
}

/// Whether a file begins as AVIF, HEIC, an icon or JPEG 2000 do.
fn is_of_browser(bytes: &[u8]) -> bool {
    let is_boxes = bytes.get(4..8) == Some(b"ftyp");
    is_boxes
        || bytes.starts_with(&[0, 0, 1, 0])
        || bytes.starts_with(b"\0\0\0\x0cjP  ")
        || bytes.starts_with(b"\xff\x4f\xff\x51")
}

fn told(error: &JsValue) -> String {
    let message = error.dyn_ref::<js_sys::Error>();
    let message = message.map(|error| String::from(error.message()));
    message
        .or_else(|| error.as_string())
        .unwrap_or_else(|| "the picture cannot be read".into())
}
