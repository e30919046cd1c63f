//! SVG files, which a document draws and a worker does not.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// A comment or a document type may stand before the first element.
const MAX_BEGINNING_BYTES: f64 = 4096.0;

/// The pixels of an SVG file in the form that the engine reads, as an `ArrayBuffer`; `None` for
/// other files, and for what the browser cannot draw.
///
/// # Errors
/// If the file cannot be read, or what draws it cannot be loaded.
pub async fn pixels(file: &Blob, name: &str) -> Result<Option<JsValue>, JsValue> {
    let beginning = file.slice_with_f64_and_f64(0.0, MAX_BEGINNING_BYTES)?;
    let beginning = JsFuture::from(beginning.text()).await?;
    if !beginning.as_string().is_some_and(|text| is_svg(&text)) {
        return Ok(None);
    }
    // Set by boot.js.
    let reader = Reflect::get(&js_sys::global(), &"gradcamReadSvg".into())?;
    let reader: Function = reader.dyn_into()?;
    let read: Promise = reader
        .call2(&JsValue::NULL, file, &name.into())?
        .dyn_into()?;
    let pixels = JsFuture::from(read).await?.dyn_into::<Uint8Array>().ok();
    Ok(pixels.map(|pixels| pixels.buffer().into()))
}

/// Whether a file that begins so is SVG.
fn is_svg(beginning: &str) -> bool {
    let text = beginning.trim_start_matches('\u{feff}').trim_start();
    text.starts_with('<') && text.contains("<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn svg_is_known_by_its_beginning() {
        let typed = "<?xml version=\"1.0\"?>\n<!-- drawn by hand -->\n<svg width=\"1\">";
        for svg in ["<svg>", "\u{feff} <svg viewBox=\"0 0 1 1\">", typed] {
            assert!(is_svg(svg), "{svg}");
        }
        for other in ["", "\u{89}PNG", "<html>", "a <svg>"] {
            assert!(!is_svg(other), "{other}");
        }
    }
}
