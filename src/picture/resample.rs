//! Resizing as Pillow does it (`ImagingResample`), equal but for one level where rounding
//! is a tie.
//!
//! Networks are trained on pictures that Pillow resized. Its details matter at hard edges:
//! filter weights are fixed-point numbers of 22 bits, rows are resampled before columns,
//! and the values in between are clamped and rounded to bytes. Libraries that keep more
//! precision in between differ by up to 24 levels.

use std::ops::Range;

use image::RgbImage;

use super::fit::Window;
use super::opencv;
use super::preprocessing::Filter;

/// Fractional bits of a fixed-point weight: 32, less 8 for the byte and 2 for the sum.
const PRECISION_BITS: u32 = 22;

/// A part of a picture that is resized to this width and height, in pixels; what is outside of
/// the part is not computed. Where a picture gets smaller, Pillow's bilinear and bicubic filters
/// are widened by the scale (antialiasing).
#[inline(never)] // As `prepare`.
pub fn resample(
    picture: &RgbImage,
    (width, height): (u32, u32),
    window: Window,
    filter: Filter,
) -> RgbImage {
    let (old_width, old_height) = picture.dimensions();
    let Window { left, top, .. } = window;
    if (old_width, old_height) == (width, height) {
        let part = image::imageops::crop_imm(picture, left, top, window.width, window.height);
        return part.to_image();
    }
    if filter == Filter::OpencvBilinear {
        return opencv::bilinear(picture, (width, height), window);
    }
    if filter == Filter::Nearest {
        return RgbImage::from_fn(window.width, window.height, |x, y| {
            let nearest = |place: u32, from: u32, to: u32| {
                let centre = (f64::from(place) + 0.5) * f64::from(from) / f64::from(to);
                (centre as u32).min(from - 1)
            };
            let x = nearest(left + x, old_width, width);
            *picture.get_pixel(x, nearest(top + y, old_height, height))
        });
    }
    let taps = all_taps(old_width, width, left..left + window.width, filter);
    let wide = RgbImage::from_fn(window.width, old_height, |x, y| {
        weighted(&taps[x as usize], |place| picture.get_pixel(place, y).0)
    });
    let taps = all_taps(old_height, height, top..top + window.height, filter);
    RgbImage::from_fn(window.width, window.height, |x, y| {
        weighted(&taps[y as usize], |place| wide.get_pixel(x, place).0)
    })
}

/// The same for numbers of one band, row by row, without rounding.
#[cfg(feature = "decoding")]
pub fn resample_plane(
    (values, (old_width, old_height)): (&[f32], (u32, u32)),
    (width, height): (u32, u32),
    window: Window,
    filter: Filter,
) -> Vec<f32> {
    let across = plane_taps(
        old_width,
        width,
        window.left..window.left + window.width,
        filter,
    );
    let down = plane_taps(
        old_height,
        height,
        window.top..window.top + window.height,
        filter,
    );
    let rows = values.chunks(old_width as usize);
    let sum = |taps: &Taps, value: &dyn Fn(usize) -> f32| {
        let places = (taps.first as usize..).zip(&taps.weights);
        let parts = places.map(|(place, weight)| f64::from(value(place)) * f64::from(*weight));
        (parts.sum::<f64>() / f64::from(1 << PRECISION_BITS)) as f32
    };
    let wide: Vec<Vec<f32>> = rows
        .map(|row| {
            across
                .iter()
                .map(|taps| sum(taps, &|place| row[place]))
                .collect()
        })
        .collect();
    let row = |taps: &Taps| -> Vec<f32> {
        (0..across.len())
            .map(|x| sum(taps, &|place| wide[place][x]))
            .collect()
    };
    down.iter().flat_map(row).collect()
}

/// The filters of an axis for numbers: one pixel with the whole weight where nothing is resized or
/// the nearest is taken; OpenCV's bilinear filter does not widen.
#[cfg(feature = "decoding")]
fn plane_taps(from: u32, to: u32, places: Range<u32>, filter: Filter) -> Vec<Taps> {
    let scale = f64::from(from) / f64::from(to);
    let one = |first: u32| Taps {
        first,
        weights: vec![1 << PRECISION_BITS],
    };
    if from == to {
        return places.map(one).collect();
    }
    match filter {
        Filter::Nearest => places
            .map(|place| one((((f64::from(place) + 0.5) * scale) as u32).min(from - 1)))
            .collect(),
        Filter::OpencvBilinear => places
            .map(|place| {
                let centre =
                    ((f64::from(place) + 0.5) * scale - 0.5).clamp(0.0, f64::from(from - 1));
                let first = (centre as u32).min(from.saturating_sub(2));
                let part = ((centre - f64::from(first)) * f64::from(1 << PRECISION_BITS)) as i32;
                let weights = [(1 << PRECISION_BITS) - part, part];
                Taps {
                    first,
                    weights: weights[..from.min(2) as usize].to_vec(),
                }
            })
            .collect(),
        Filter::Bilinear | Filter::Bicubic => all_taps(from, to, places, filter),
    }
}

/// The filter of one output pixel on one axis.
struct Taps {
    /// The first input pixel that it covers.
    first: u32,
    /// One for each covered pixel, in fixed point; their sum is 1.
    weights: Vec<i32>,
}

/// The filters of some of the `to` pixels of an axis that had `from`.
fn all_taps(from: u32, to: u32, places: Range<u32>, filter: Filter) -> Vec<Taps> {
    let scale = f64::from(from) / f64::from(to);
    let widening = scale.max(1.0);
    let support = widening * if filter == Filter::Bicubic { 2.0 } else { 1.0 };
    places
        .map(|place| {
            let centre = (f64::from(place) + 0.5) * scale;
            // A cast of a float below 0 gives 0.
            let first = (centre - support + 0.5) as u32;
            let end = ((centre + support + 0.5) as u32).min(from);
            let weight =
                |old: u32| kernel((f64::from(old) - centre + 0.5) * (1.0 / widening), filter);
            let weights: Vec<f64> = (first..end).map(weight).collect();
            let sum: f64 = weights.iter().sum();
            let fixed =
                |weight: &f64| (weight / sum * f64::from(1 << PRECISION_BITS)).round() as i32;
            Taps {
                first,
                weights: weights.iter().map(fixed).collect(),
            }
        })
        .collect()
}

/// The filters as functions of the distance: a triangle, and the cubic convolution of
/// Keys (1981) with a = −0.5.
fn kernel(distance: f64, filter: Filter) -> f64 {
    const A: f64 = -0.5;
    let x = distance.abs();
    match filter {
        Filter::Bicubic if x < 1.0 => ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0,
        Filter::Bicubic if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * A,
        Filter::Bicubic => 0.0,
        Filter::Nearest | Filter::Bilinear | Filter::OpencvBilinear => (1.0 - x).max(0.0),
    }
}

fn weighted(taps: &Taps, pixel: impl Fn(u32) -> [u8; 3]) -> image::Rgb<u8> {
    let mut sums = [1i32 << (PRECISION_BITS - 1); 3];
    for (place, weight) in (taps.first..).zip(&taps.weights) {
        for (sum, byte) in sums.iter_mut().zip(pixel(place)) {
            *sum += i32::from(byte) * weight;
        }
    }
    image::Rgb(sums.map(|sum| (sum >> PRECISION_BITS).clamp(0, 255) as u8))
}

#[cfg(test)]
mod tests {
    use image::Rgb;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_colour_stays_that_colour(
            size in (1u32..40, 1u32..40),
            to in (1u32..40, 1u32..40),
            colour: [u8; 3],
        ) {
            let picture = RgbImage::from_pixel(size.0, size.1, Rgb(colour));
            let filters = [
                Filter::Nearest,
                Filter::Bilinear,
                Filter::Bicubic,
                Filter::OpencvBilinear,
            ];
            let window = Window {
                left: 0,
                top: 0,
                width: to.0,
                height: to.1,
            };
            for filter in filters {
                let resized = resample(&picture, to, window, filter);
                prop_assert_eq!(resized.dimensions(), to);
                prop_assert!(resized.pixels().all(|pixel| pixel.0 == colour));
            }
        }
    }
}
