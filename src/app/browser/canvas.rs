//! Canvases outside the document.

use gloo::utils::document;
use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// The long side of a picture as it is kept for showing, in pixels.
pub const MAX_SIDE_PIXELS: u32 = 2000;

/// A canvas outside the document, made for reading its pixels, and what draws on it.
///
/// # Errors
/// What the browser throws.
pub fn create(
    width: u32,
    height: u32,
) -> Result<(HtmlCanvasElement, CanvasRenderingContext2d), JsValue> {
    let canvas: HtmlCanvasElement = document()
        .create_element("canvas")?
        .dyn_into::<HtmlCanvasElement>()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let options = Object::new();
    Reflect::set(&options, &"willReadFrequently".into(), &true.into())?;
    let context = canvas
        .get_context_with_context_options("2d", &options)?
        .ok_or("the browser has no 2d canvas")?;
    Ok((canvas, context.dyn_into::<CanvasRenderingContext2d>()?))
}

/// What draws on a canvas.
///
/// # Errors
/// What the browser throws.
pub fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, JsValue> {
    let context = canvas
        .get_context("2d")?
        .ok_or("the browser has no 2d canvas")?;
    Ok(context.dyn_into::<CanvasRenderingContext2d>()?)
}

/// The pixels of a canvas, RGBA.
///
/// # Errors
/// What the browser throws.
pub fn pixels_of(canvas: &HtmlCanvasElement) -> Result<image::RgbaImage, JsValue> {
    let context = context(canvas)?;
    let (width, height) = (canvas.width(), canvas.height());
    let data = context.get_image_data(0.0, 0.0, f64::from(width), f64::from(height))?;
    image::RgbaImage::from_raw(width, height, data.data().0)
        .ok_or_else(|| "the canvas has another size".into())
}

/// Asks for the best filter that the browser has; one that has only one stays
/// with it.
pub fn smooth(context: &CanvasRenderingContext2d) {
    let _ = Reflect::set(context, &"imageSmoothingQuality".into(), &"high".into());
}
