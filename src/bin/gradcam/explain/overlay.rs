//! The picture that a map is drawn over, and the drawing.

use anyhow::Context as _;
use gradcam::frame::Frame;
use gradcam::picture::{Layout, Preprocess};
use gradcam::render::{self, ColorMap, MapView, OverlayStyle, Sign};
use image::{Rgba, RgbaImage};
use ndarray::Array4;

/// How strongly the map covers the picture: enough to read both.
const OPACITY: f32 = 0.6;

/// Undoes the scaling of an input tensor, to have something to draw over.
pub fn tensor_as_picture(tensor: &Array4<f32>, preprocess: &Preprocess) -> RgbaImage {
    let order = match preprocess.layout {
        Layout::Nhwc => [0, 1, 2, 3],
        Layout::Nchw => [0, 2, 3, 1],
    };
    let pixels = tensor.view().permuted_axes(order);
    let (_, height, width, channels) = pixels.dim();
    let byte = |x: u32, y: u32, channel: usize| {
        let channel = preprocess.channels.showing(channel).min(channels - 1);
        let value = pixels[[0, y as usize, x as usize, channel]];
        // A cast from float to u8 keeps within 0…255.
        ((value * preprocess.std[channel] + preprocess.mean[channel]) / preprocess.scale).round()
            as u8
    };
    RgbaImage::from_fn(width as u32, height as u32, |x, y| {
        Rgba([byte(x, y, 0), byte(x, y, 1), byte(x, y, 2), 255])
    })
}

/// A PNG file of the picture with a map of its own scale.
///
/// # Errors
/// For a map without values.
pub fn overlay(
    picture: &RgbaImage,
    values: &[f32],
    (height, width): (usize, usize),
    (frame, is_at_layer): (Frame, bool),
    colormap: ColorMap,
) -> anyhow::Result<Vec<u8>> {
    let map = MapView::new(values, height, width).context("the map is empty")?;
    let map = map.on(frame);
    let sign = match colormap.kind() {
        render::Kind::Diverging => Sign::Signed,
        _ => Sign::Positive,
    };
    let scale = if is_at_layer {
        render::largest(values, sign)
    } else {
        render::largest_but_outliers(values, sign)
    };
    let style = OverlayStyle {
        colormap,
        opacity: OPACITY,
        sign,
        scale,
        cells: false,
    };
    Ok(render::png::encode(&render::overlay(picture, map, &style))?)
}
