//! From a file to a picture that can be shown, decoded by the browser.

use gloo::utils::window;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlCanvasElement, ImageBitmap};

use super::canvas::MAX_SIDE_PIXELS;
use crate::app::browser::canvas;

/// Larger files are refused before they are read.
pub const MAX_FILE_BYTES: u64 = 100_000_000;

/// Larger pictures are left to the engine, which refuses them by name: the
/// browser's own decoder would take all the memory there is.
const MAX_PIXELS: u64 = 50_000_000;

/// How a file in NumPy's format begins.
const NPY: &[u8] = b"\x93NUMPY";

/// Draws a picture on a canvas of its own, upright, its long side at most
/// [`MAX_SIDE_PIXELS`]; of an input tensor, which is no picture, a grey one for its map. `None` if
/// the browser cannot show it or should not try.
pub async fn draw(file: &Blob) -> Option<HtmlCanvasElement> {
    let bytes = JsFuture::from(file.array_buffer()).await.ok()?;
    let bytes = Uint8Array::new(&bytes).to_vec();
    if bytes.starts_with(NPY) {
        return grey().ok();
    }
    if pixels(&bytes).is_some_and(|count| count > MAX_PIXELS) {
        return None;
    }
    drop(bytes);
    let bitmap = window().create_image_bitmap_with_blob(file).ok()?;
    let bitmap: ImageBitmap = JsFuture::from(bitmap).await.ok()?.dyn_into().ok()?;
    let drawn = draw_bounded(&bitmap);
    bitmap.close();
    drawn.ok()
}

fn grey() -> Result<HtmlCanvasElement, JsValue> {
    const SIDE_PIXELS: u32 = 480;
    let (canvas, context) = canvas::create(SIDE_PIXELS, SIDE_PIXELS)?;
    context.set_fill_style_str("#808080");
    context.fill_rect(0.0, 0.0, f64::from(SIDE_PIXELS), f64::from(SIDE_PIXELS));
    Ok(canvas)
}

/// How many pixels a file's header promises.
fn pixels(bytes: &[u8]) -> Option<u64> {
    let size = imagesize::blob_size(bytes).ok()?;
    Some(size.width as u64 * size.height as u64)
}

fn draw_bounded(bitmap: &ImageBitmap) -> Result<HtmlCanvasElement, JsValue> {
    let (width, height) = bounded(bitmap.width(), bitmap.height());
    let (canvas, context) = canvas::create(width, height)?;
    canvas::smooth(&context);
    context.draw_image_with_image_bitmap_and_dw_and_dh(
        bitmap,
        0.0,
        0.0,
        f64::from(width),
        f64::from(height),
    )?;
    Ok(canvas)
}

/// A size with the same aspect whose long side is at most [`MAX_SIDE_PIXELS`].
fn bounded(width: u32, height: u32) -> (u32, u32) {
    let factor = (f64::from(MAX_SIDE_PIXELS) / f64::from(width.max(height).max(1))).min(1.0);
    let side = |length: u32| ((f64::from(length) * factor).round() as u32).max(1);
    (side(width), side(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bounded_and_keep_their_aspect() {
        assert_eq!(bounded(600, 400), (600, 400));
        assert_eq!(bounded(8000, 6000), (2000, 1500));
        assert_eq!(bounded(20_000, 3), (2000, 1));
        assert_eq!(bounded(1, 1), (1, 1));
    }

    #[test]
    fn a_header_tells_the_size_without_the_pixels() {
        let mut bytes = Vec::new();
        image::RgbImage::new(30, 20)
            .write_to(
                &mut std::io::Cursor::new(&mut bytes),
                image::ImageFormat::Png,
            )
            .unwrap();
        assert_eq!(pixels(&bytes[..60]), Some(600));
        assert_eq!(pixels(b"not a picture"), None);
        assert_eq!(pixels(&[]), None);
    }
}
