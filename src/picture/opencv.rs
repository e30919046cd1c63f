//! Resizing as OpenCV's `INTER_LINEAR` does it on bytes, which much deployed code uses: weights
//! of 11 bits, half-pixel centres, no antialiasing.

use image::{Rgb, RgbImage};

use super::fit::Window;

/// The weight 1.
const ONE: f32 = 2048.0;

/// The two neighbours of an output pixel on one axis, and their weights.
#[derive(Clone, Copy)]
struct Neighbours {
    low: u32,
    high: u32,
    weights: [i32; 2],
}

/// A part of a picture that is resized to this width and height.
#[inline(never)] // As `prepare`.
pub fn bilinear(picture: &RgbImage, (width, height): (u32, u32), window: Window) -> RgbImage {
    let axis = |first: u32, count: u32, from: u32, to: u32| -> Vec<Neighbours> {
        let places = first..first + count;
        places.map(|place| neighbours(place, from, to)).collect()
    };
    let columns = axis(window.left, window.width, picture.width(), width);
    let rows = axis(window.top, window.height, picture.height(), height);
    RgbImage::from_fn(window.width, window.height, |x, y| {
        let (column, row) = (columns[x as usize], rows[y as usize]);
        let line = |y: u32, channel: usize| {
            let level = |x: u32| i32::from(picture.get_pixel(x, y).0[channel]);
            level(column.low) * column.weights[0] + level(column.high) * column.weights[1]
        };
        Rgb([0, 1, 2].map(|channel| {
            let part = |y: u32, weight: i32| (weight * (line(y, channel) >> 4)) >> 16;
            let sum = part(row.low, row.weights[0]) + part(row.high, row.weights[1]);
            ((sum + 2) >> 2).clamp(0, 255) as u8
        }))
    })
}

fn neighbours(place: u32, from: u32, to: u32) -> Neighbours {
    let scale = f64::from(from) / f64::from(to);
    let centre = ((f64::from(place) + 0.5) * scale - 0.5) as f32;
    let low = centre.floor();
    let part = centre - low;
    let last = from - 1;
    let (low, part) = if low < 0.0 {
        (0, 0.0)
    } else if low as u32 >= last {
        (last, 0.0)
    } else {
        (low as u32, part)
    };
    let weight = |part: f32| (part * ONE).round_ties_even() as i32;
    Neighbours {
        low,
        high: (low + 1).min(last),
        weights: [weight(1.0 - part), weight(part)],
    }
}
