//! From an RGB picture to the input tensor.

use image::{Rgb, RgbImage};
use ndarray::Array4;

use super::error::PictureError;
use super::fit::{Fit, Window};
use super::preprocessing::{Channels, Filter, Layout, Preprocess};
use super::resample::resample;

/// The input tensor of a picture, float32, in the network's own layout: [1, C, h, w] or
/// [1, h, w, C].
///
/// # Errors
/// [`PictureError::Preprocess`] if the description contradicts itself.
#[inline(never)] // The browser optimises whole functions: loops stay in small ones.
pub fn prepare(picture: &RgbImage, preprocess: &Preprocess) -> Result<Array4<f32>, PictureError> {
    preprocess.check()?;
    if let Channels::Bands(count) = preprocess.channels {
        return Err(PictureError::Bands { count });
    }
    // As with Pillow: first the channels, then the size.
    let grey = (preprocess.channels == Channels::Luma).then(|| grey(picture));
    let picture = grey.as_ref().unwrap_or(picture);
    let resized = fitted(picture, preprocess);
    let scaled = |channel: usize, byte: u8| {
        (f32::from(byte) * preprocess.scale - preprocess.mean[channel]) / preprocess.std[channel]
    };
    let value = |y: usize, x: usize, channel: usize| {
        let Rgb(pixel) = resized.get_pixel(x as u32, y as u32);
        let place = if preprocess.channels == Channels::Bgr {
            2 - channel
        } else {
            channel
        };
        scaled(channel, pixel[place])
    };
    let shape = preprocess.shape();
    Ok(match preprocess.layout {
        Layout::Nchw => Array4::from_shape_fn(shape, |(_, c, y, x)| value(y, x, c)),
        Layout::Nhwc => Array4::from_shape_fn(shape, |(_, y, x, c)| value(y, x, c)),
    })
}

/// A picture made smaller until no side is longer than this, to be shown.
pub fn preview(picture: &RgbImage, max_side: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let factor = (f64::from(max_side) / f64::from(width.max(height).max(1))).min(1.0);
    let side = |length: u32| ((f64::from(length) * factor).round() as u32).max(1);
    let size = (side(width), side(height));
    let window = Window {
        left: 0,
        top: 0,
        width: size.0,
        height: size.1,
    };
    resample(picture, size, window, Filter::Bilinear)
}

/// The picture resized and placed as the description wants it, of the input's size.
fn fitted(picture: &RgbImage, preprocess: &Preprocess) -> RgbImage {
    let [height, width] = preprocess.size.map(|side| side as u32);
    let placement = (preprocess.fit).placement(picture.dimensions(), preprocess.size);
    let (left, top) = placement.corner;
    // The window of the resized picture that is under the input.
    let window = Window {
        left: left.max(0) as u32,
        top: top.max(0) as u32,
        width: width.min(placement.size.0),
        height: height.min(placement.size.1),
    };
    let resized = resample(picture, placement.size, window, preprocess.resize);
    let Fit::Letterbox { color } = preprocess.fit else {
        return resized;
    };
    let mut bordered = RgbImage::from_pixel(width, height, Rgb(color));
    image::imageops::replace(&mut bordered, &resized, -left, -top);
    bordered
}

/// All three channels as ITU-R 601-2 luma, in the fixed-point form of Pillow's
/// mode "L".
fn grey(picture: &RgbImage) -> RgbImage {
    let mut grey = picture.clone();
    for Rgb(pixel) in grey.pixels_mut() {
        let [red, green, blue] = pixel.map(u32::from);
        let weighted = red * 19595 + green * 38470 + blue * 7471;
        *pixel = [((weighted + 0x8000) >> 16) as u8; 3];
    }
    grey
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keras(layout: Layout) -> Preprocess {
        Preprocess {
            layout,
            size: [2, 3],
            ..Preprocess::keras([2, 3])
        }
    }

    #[test]
    fn keras_scaling_runs_from_minus_one_to_one() {
        let picture = RgbImage::from_fn(3, 2, |x, _| Rgb([0, 255, (x * 100) as u8]));
        let tensor = prepare(&picture, &keras(Layout::Nhwc)).unwrap();
        assert_eq!(tensor.shape(), [1, 2, 3, 3]);
        assert_eq!(tensor[[0, 1, 2, 0]], -1.0);
        assert_eq!(tensor[[0, 1, 2, 1]], 1.0);
        assert!((tensor[[0, 0, 1, 2]] - (100.0 / 127.5 - 1.0)).abs() < 1e-6);
    }

    #[test]
    fn the_layout_moves_values_and_changes_none() {
        let picture = RgbImage::from_fn(3, 2, |x, y| Rgb([x as u8, y as u8, 7]));
        let last = prepare(&picture, &keras(Layout::Nhwc)).unwrap();
        let first = prepare(&picture, &keras(Layout::Nchw)).unwrap();
        assert_eq!(last.permuted_axes([0, 3, 1, 2]), first);
    }

    #[test]
    fn a_description_that_contradicts_itself_is_refused() {
        let picture = RgbImage::new(3, 2);
        let wrong = Preprocess {
            mean: vec![0.0],
            ..keras(Layout::Nhwc)
        };
        assert!(
            prepare(&picture, &wrong)
                .unwrap_err()
                .to_string()
                .contains("mean")
        );
        let endless = Preprocess {
            size: [1 << 20, 1 << 20],
            ..keras(Layout::Nhwc)
        };
        assert!(prepare(&picture, &endless).is_err());
        let divided = Preprocess {
            std: vec![0.0; 3],
            ..keras(Layout::Nhwc)
        };
        assert!(prepare(&picture, &divided).is_err());
    }
}
