//! Colours of a map blended over a picture.
//!
//! The blend is a true one and is never renormalised:
//! `out = (1 − opacity·w) · picture + opacity·w · colour`.
//! The weight `w` follows the strength of the value, `w = min(1, 2·|value|/scale)`:
//! where the network found nothing the picture is untouched, and from half of
//! the scale upwards the colour has its full opacity, so that it can be read
//! off the legend.

use std::ops::Range;

use image::RgbaImage;

use super::colormap::ColorMap;
use super::upsample::MapView;
use crate::frame::Frame;

/// Which part of a map is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sign {
    /// What speaks for the class: values below zero count as zero (the ReLU of
    /// Grad-CAM).
    #[default]
    Positive,
    /// Also what speaks against it, on a scale symmetric around zero.
    Signed,
}

/// How values become colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverlayStyle {
    pub colormap: ColorMap,
    /// 0…1.
    pub opacity: f32,
    pub sign: Sign,
    /// The value, in logit units, that gets the end of the colour map. Zero,
    /// negative or not finite: nothing is coloured.
    pub scale: f32,
    /// Show the map's own cells instead of values between them.
    pub cells: bool,
}

/// The largest value that counts under `sign`: the usual scale of one map. Zero
/// if no value counts; values that are not finite do not.
pub fn largest(values: &[f32], sign: Sign) -> f32 {
    let strength = |value: f32| match sign {
        Sign::Positive => value,
        Sign::Signed => value.abs(),
    };
    values
        .iter()
        .filter(|value| value.is_finite())
        .map(|value| strength(*value))
        .fold(0.0, f32::max)
}

/// Share of a map's pixels that may be beyond its scale.
const OUTLIERS: f64 = 0.01;

/// The usual scale of one map of pixels, where few pixels outshine all others: one in a
/// hundred of those that count may be beyond it. captum's drawings leave out two.
pub fn largest_but_outliers(values: &[f32], sign: Sign) -> f32 {
    let strength = |value: &f32| match sign {
        Sign::Positive => *value,
        Sign::Signed => value.abs(),
    };
    let finite = values.iter().filter(|value| value.is_finite());
    let mut counting: Vec<f32> = finite.map(strength).filter(|value| *value > 0.0).collect();
    let kept = (counting.len() as f64 * (1.0 - OUTLIERS)) as usize;
    if kept >= counting.len() {
        return largest(values, sign);
    }
    let (_, scale, _) = counting.select_nth_unstable_by(kept, f32::total_cmp);
    *scale
}

/// A picture with a map over it, of the picture's size; what the network did not see is darker.
pub fn overlay(picture: &RgbaImage, map: MapView<'_>, style: &OverlayStyle) -> RgbaImage {
    let values = map.upsample(
        picture.height() as usize,
        picture.width() as usize,
        style.cells,
    );
    let mut out = picture.clone();
    blend(&mut out, picture, &values, style);
    let size = (picture.width(), picture.height());
    dim_unseen(&mut out, size, map.frame());
    out
}

/// What is left of a colour that the network did not see, of 256.
const DIMMED: u32 = 90;

/// Darkens what the network did not see of a picture of this width and height (RGBA), and draws a
/// white line around what it saw.
pub fn dim_unseen(out: &mut [u8], (width, height): (u32, u32), frame: Frame) {
    let [left, top, across, down] = frame.seen_pixels((width, height));
    if (across, down) == (width, height) {
        return;
    }
    let (columns, rows) = (left..left + across, top..top + down);
    let is_seen = |x: u32, y: u32| columns.contains(&x) && rows.contains(&y);
    let (pixels, _) = out.as_chunks_mut::<4>();
    for (y, line) in (0..height).zip(pixels.chunks_exact_mut(width.max(1) as usize)) {
        for (x, pixel) in (0..width).zip(line) {
            if is_seen(x, y) {
                continue;
            }
            // The line is outside, so that it hides nothing of the map.
            let near = |at: u32, range: &Range<u32>| at + 1 >= range.start && at <= range.end;
            let is_line = near(x, &columns) && near(y, &rows);
            for channel in &mut pixel[..3] {
                *channel = if is_line {
                    255
                } else {
                    ((u32::from(*channel) * DIMMED) >> 8) as u8
                };
            }
        }
    }
}

/// The same as [`overlay`] on raw pixels, for callers that keep the upsampled values while the
/// style changes. `out` and `picture` are RGBA, `values` has one value for each
/// pixel; what is longer than the shortest of them is left as it is. Alpha is
/// left as it is.
pub fn blend(out: &mut [u8], picture: &[u8], values: &[f32], style: &OverlayStyle) {
    let colors = premultiplied_colors(style);
    let (factor, shift) = match style.sign {
        Sign::Positive => (255.0 / style.scale, 0.0),
        Sign::Signed => (127.5 / style.scale, 127.5),
    };
    let (target, _) = out.as_chunks_mut::<4>();
    let (source, _) = picture.as_chunks::<4>();
    for ((target, source), value) in target.iter_mut().zip(source).zip(values) {
        // The cast clamps: an infinity gets the colour at its end of the map. It would
        // make 0 of NaN, which gets no colour instead.
        let color = if value.is_nan() {
            TRANSPARENT
        } else {
            colors[usize::from((value * factor + shift + 0.5) as u8)]
        };
        for channel in 0..3 {
            target[channel] = ((u32::from(source[channel]) * color.picture_weight
                + color.channels[channel])
                >> 16) as u8;
        }
    }
}

/// A colour times its weight, in parts of 65536.
#[derive(Clone, Copy)]
struct PremultipliedColor {
    /// One less the weight: what remains of the picture.
    picture_weight: u32,
    channels: [u32; 3],
}

const TRANSPARENT: PremultipliedColor = PremultipliedColor {
    picture_weight: 65536,
    channels: [0; 3],
};

fn premultiplied_colors(style: &OverlayStyle) -> [PremultipliedColor; 256] {
    if !(style.scale.is_finite() && style.scale > 0.0) {
        return [TRANSPARENT; 256];
    }
    let opacity = f64::from(style.opacity.clamp(0.0, 1.0));
    let mut colors = style.colormap.table().into_iter();
    std::array::from_fn(|step| {
        let position = step as f64 / 255.0;
        let strength = match style.sign {
            Sign::Positive => position,
            Sign::Signed => (2.0 * position - 1.0).abs(),
        };
        let weight = (opacity * (2.0 * strength).min(1.0) * 65536.0).round() as u32;
        let color = colors.next().unwrap_or_default();
        // 32768 is a half: the shift then rounds.
        PremultipliedColor {
            picture_weight: 65536 - weight,
            channels: color.map(|byte| u32::from(byte) * weight + 32768),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: OverlayStyle = OverlayStyle {
        colormap: ColorMap::Viridis,
        opacity: 1.0,
        sign: Sign::Positive,
        scale: 2.0,
        cells: false,
    };

    fn one(value: f32, style: OverlayStyle) -> [u8; 4] {
        let picture = [10, 20, 30, 255];
        let mut out = picture;
        blend(&mut out, &picture, &[value], &style);
        out
    }

    #[test]
    fn nothing_found_leaves_the_picture() {
        for value in [0.0, -1.0, f32::NAN, f32::NEG_INFINITY] {
            assert_eq!(one(value, STYLE), [10, 20, 30, 255], "{value}");
        }
        for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            assert_eq!(
                one(1.0, OverlayStyle { scale, ..STYLE }),
                [10, 20, 30, 255],
                "{scale}"
            );
        }
        assert_eq!(
            one(
                2.0,
                OverlayStyle {
                    opacity: 0.0,
                    ..STYLE
                }
            ),
            [10, 20, 30, 255]
        );
    }

    #[test]
    fn the_top_of_the_scale_is_the_end_of_the_map() {
        let [red, green, blue] = ColorMap::Viridis.color(1.0);
        assert_eq!(one(2.0, STYLE), [red, green, blue, 255]);
        assert_eq!(one(9.0, STYLE), [red, green, blue, 255]);
    }

    #[test]
    fn the_blend_is_linear_in_opacity() {
        let full = one(2.0, STYLE);
        let half = one(
            2.0,
            OverlayStyle {
                opacity: 0.5,
                ..STYLE
            },
        );
        for channel in 0..3 {
            let expected = (f64::from([10, 20, 30][channel]) + f64::from(full[channel])) / 2.0;
            assert!(
                (f64::from(half[channel]) - expected).abs() <= 1.0,
                "{half:?}"
            );
        }
    }

    #[test]
    fn signs_have_different_colours() {
        let style = OverlayStyle {
            colormap: ColorMap::RedBlue,
            sign: Sign::Signed,
            ..STYLE
        };
        let (pro, contra) = (one(2.0, style), one(-2.0, style));
        assert_eq!(pro[..3], ColorMap::RedBlue.color(1.0));
        assert_eq!(contra[..3], ColorMap::RedBlue.color(0.0));
    }

    #[test]
    fn white_stays_white() {
        let mut out = [255; 4];
        let white = [255; 4];
        blend(&mut out, &white, &[-0.0], &STYLE);
        assert_eq!(out, white);
        blend(
            &mut out,
            &white,
            &[0.001],
            &OverlayStyle {
                opacity: 0.37,
                ..STYLE
            },
        );
        assert!(out[..3].iter().all(|byte| *byte >= 253), "{out:?}");
    }

    #[test]
    fn the_scale_ignores_what_is_not_a_number() {
        let values = [1.0, -3.0, f32::NAN, f32::INFINITY];
        assert_eq!(largest(&values, Sign::Positive), 1.0);
        assert_eq!(largest(&values, Sign::Signed), 3.0);
        assert_eq!(largest(&[-1.0], Sign::Positive), 0.0);
    }

    #[test]
    fn what_the_network_did_not_see_is_darker_and_framed() {
        let picture = RgbaImage::from_pixel(12, 4, image::Rgba([200, 200, 200, 255]));
        let middle = Frame {
            left: 0.5,
            width: 0.25,
            ..Frame::WHOLE
        };
        let map = MapView::new(&[0.0], 1, 1).unwrap().on(middle);
        let out = overlay(&picture, map, &STYLE);
        assert_eq!(out.get_pixel(7, 1).0, [200, 200, 200, 255]);
        assert_eq!(out.get_pixel(5, 1).0, [255; 4]);
        assert!(out.get_pixel(2, 1).0[0] < 100);
    }

    #[test]
    fn overlay_has_the_size_of_the_picture() {
        let picture = RgbaImage::from_pixel(7, 5, image::Rgba([0, 0, 0, 255]));
        let out = overlay(&picture, MapView::new(&[0.0, 2.0], 1, 2).unwrap(), &STYLE);
        assert_eq!(out.dimensions(), (7, 5));
        assert_eq!(out.get_pixel(0, 0).0, [0, 0, 0, 255]);
        let [red, green, blue] = ColorMap::Viridis.color(1.0);
        assert_eq!(out.get_pixel(6, 4).0, [red, green, blue, 255]);
    }
}
