//! The overlay as PNG.

use gloo::utils::window;
use wasm_bindgen::Clamped;
use web_sys::{HtmlCanvasElement, ImageData};

use super::export_error::ExportError;
use super::exported_map::ExportedMap;
use super::exported_texts::ExportedTexts;
use crate::app::browser::canvas;
use crate::app::browser::resource_table::ResourceTable;
use crate::app::state::AppState;
use crate::render;
use crate::render::{OverlayStyle, png_text};

/// The picture with its map, on a canvas.
pub fn overlay_canvas(
    state: &AppState,
    resources: &ResourceTable,
    exported: &ExportedMap<'_>,
) -> Result<HtmlCanvasElement, ExportError> {
    let picture = resources
        .canvas(exported.picture.key.file)
        .ok_or(ExportError::Nothing)?;
    overlay_on(&picture, exported, &state.overlay_style(exported.picture))
}

/// A map over what is on a canvas, on another one.
pub fn overlay_on(
    ground: &HtmlCanvasElement,
    exported: &ExportedMap<'_>,
    style: &OverlayStyle,
) -> Result<HtmlCanvasElement, ExportError> {
    let overlay = render::overlay(&canvas::pixels_of(ground)?, exported.view, style);
    let (width, height) = overlay.dimensions();
    let (canvas, context) = canvas::create(width, height)?;
    let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&overlay), width, height)?;
    context.put_image_data(&data, 0.0, 0.0)?;
    Ok(canvas)
}

/// A canvas as the browser writes it, with words about it: an encoder of the page's own
/// would be a tenth of the page.
pub fn png(canvas: &HtmlCanvasElement, texts: &ExportedTexts) -> Result<Vec<u8>, ExportError> {
    Ok(png_text::with_texts(&png_bytes(canvas)?, &texts.metadata()))
}

/// A canvas as the browser writes it.
pub fn png_bytes(canvas: &HtmlCanvasElement) -> Result<Vec<u8>, ExportError> {
    let url = canvas.to_data_url()?;
    let file = url
        .strip_prefix("data:image/png;base64,")
        .ok_or(ExportError::Png)?;
    // One letter for each byte.
    let bytes = window().atob(file)?;
    Ok(bytes.chars().map(|byte| byte as u8).collect())
}
