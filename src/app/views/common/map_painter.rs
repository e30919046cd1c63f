//! Paints a picture with its map on a canvas, and keeps what does not change while a slider is
//! dragged: the picture's pixels at the canvas's size, and the map's values there.

use std::rc::Rc;

use wasm_bindgen::{Clamped, JsValue};
use web_sys::{HtmlCanvasElement, ImageData};

use crate::app::browser::canvas;
use crate::app::browser::canvas::MAX_SIDE_PIXELS;
use crate::app::state::SaliencyMap;
use crate::render::{OverlayStyle, blend, dim_unseen};

/// What is painted.
pub struct Scene<'a> {
    /// The file that `picture` is drawn from.
    pub file: u32,
    pub picture: &'a HtmlCanvasElement,
    pub map: Option<(&'a Rc<SaliencyMap>, OverlayStyle)>,
    /// Width and height on the page, in CSS pixels.
    pub size: (f64, f64),
}

/// Paints, and caches what it can use again.
#[derive(Default)]
pub struct MapPainter {
    picture: Option<Pixels>,
    values: Option<Values>,
    out: Vec<u8>,
}

/// The picture, scaled.
struct Pixels {
    key: PixelsKey,
    /// What they were drawn from: the engine may read a file otherwise than the browser.
    source: HtmlCanvasElement,
    rgba: Vec<u8>,
}

/// The map, upsampled.
struct Values {
    map: Rc<SaliencyMap>,
    key: ValuesKey,
    values: Vec<f32>,
}

#[derive(PartialEq)]
struct PixelsKey {
    file: u32,
    width: u32,
    height: u32,
}

#[derive(PartialEq)]
struct ValuesKey {
    width: u32,
    height: u32,
    /// Whether the map's own cells are shown.
    cells: bool,
}

/// From this factor on a picture's own pixels are shown as squares.
const MIN_PIXELATED_SCALE: f64 = 4.0;

impl MapPainter {
    /// Paints `scene` on `canvas`, sharp on a screen of `density` pixels for
    /// one CSS pixel.
    ///
    /// # Errors
    /// What the browser throws.
    pub fn paint(
        &mut self,
        canvas: &HtmlCanvasElement,
        scene: &Scene<'_>,
        density: f64,
    ) -> Result<(), JsValue> {
        let (width, height) = sharp_size(scene.size, density);
        if (canvas.width(), canvas.height()) != (width, height) {
            canvas.set_width(width);
            canvas.set_height(height);
        }
        let style = canvas.style();
        style.set_property("width", &format!("{}px", scene.size.0))?;
        style.set_property("height", &format!("{}px", scene.size.1))?;

        let key = PixelsKey {
            file: scene.file,
            width,
            height,
        };
        let is_kept = |pixels: &Pixels| pixels.key == key && pixels.source == *scene.picture;
        if !self.picture.as_ref().is_some_and(is_kept) {
            self.picture = Some(Pixels {
                key,
                source: scene.picture.clone(),
                rgba: scaled(scene.picture, width, height)?,
            });
        }
        let Some(picture) = &self.picture else {
            return Ok(());
        };
        self.out.clone_from(&picture.rgba);
        if let Some((map, style)) = &scene.map {
            let key = ValuesKey {
                width,
                height,
                cells: style.cells,
            };
            let values = upsampled(&mut self.values, map, key);
            blend(&mut self.out, &picture.rgba, values, style);
            dim_unseen(&mut self.out, (width, height), map.frame);
        }
        let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&self.out), width, height)?;
        canvas::context(canvas)?.put_image_data(&data, 0.0, 0.0)
    }
}

/// The map's values at the canvas's size; computed again if map or key are others.
fn upsampled<'a>(kept: &'a mut Option<Values>, map: &Rc<SaliencyMap>, key: ValuesKey) -> &'a [f32] {
    if kept
        .as_ref()
        .is_none_or(|values| !Rc::ptr_eq(&values.map, map) || values.key != key)
    {
        // A map whose shape does not fit has nothing to show.
        let values = map
            .view()
            .map(|view| view.upsample(key.height as usize, key.width as usize, key.cells));
        *kept = Some(Values {
            map: map.clone(),
            key,
            values: values.unwrap_or_default(),
        });
    }
    kept.as_ref().map_or(&[], |kept| &kept.values)
}

/// The canvas's own pixels, its long side at most [`MAX_SIDE_PIXELS`].
fn sharp_size((width, height): (f64, f64), density: f64) -> (u32, u32) {
    let factor = density.min(f64::from(MAX_SIDE_PIXELS) / width.max(height).max(1.0));
    let side = |length: f64| ((length * factor).round() as u32).max(1);
    (side(width), side(height))
}

/// The picture at the canvas's size, RGBA.
fn scaled(picture: &HtmlCanvasElement, width: u32, height: u32) -> Result<Vec<u8>, JsValue> {
    let (canvas, context) = canvas::create(width, height)?;
    let factor = f64::from(width) / f64::from(picture.width().max(1));
    context.set_image_smoothing_enabled(factor < MIN_PIXELATED_SCALE);
    canvas::smooth(&context);
    context.draw_image_with_html_canvas_element_and_dw_and_dh(
        picture,
        0.0,
        0.0,
        f64::from(width),
        f64::from(height),
    )?;
    Ok(canvas::pixels_of(&canvas)?.into_raw())
}

/// The largest size with the picture's aspect that fits, in CSS pixels. Small
/// pictures are enlarged: the map over them has to be seen.
pub fn fit(picture: (u32, u32), room: (f64, f64)) -> (f64, f64) {
    let (width, height) = (f64::from(picture.0.max(1)), f64::from(picture.1.max(1)));
    let factor = (room.0 / width).min(room.1 / height);
    (
        (width * factor).floor().max(1.0),
        (height * factor).floor().max(1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_fit_and_keep_their_aspect() {
        assert_eq!(fit((600, 400), (300.0, 500.0)), (300.0, 200.0));
        assert_eq!(fit((28, 28), (800.0, 500.0)), (500.0, 500.0));
        assert_eq!(fit((2000, 1), (300.0, 300.0)), (300.0, 1.0));
    }

    #[test]
    fn canvases_are_sharp_and_bounded() {
        assert_eq!(sharp_size((600.0, 400.0), 2.0), (1200, 800));
        assert_eq!(sharp_size((1500.0, 750.0), 3.0), (2000, 1000));
    }
}
