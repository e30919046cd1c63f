//! The gradient of max pooling for any windows, one after the other.

use std::mem::MaybeUninit;

use super::super::super::common::Lanes;
use super::planes::{Planes, PoolWindows};

/// A plane and its gradient with the padding around them: no window is a special one.
pub struct PaddedPlane {
    windows: PoolWindows,
    /// Row-major, of `width` columns.
    pixels: Vec<f32>,
    gradient: Vec<f32>,
    width: usize,
}

impl PaddedPlane {
    pub fn new(windows: PoolWindows, size: [usize; 2], output: [usize; 2]) -> PaddedPlane {
        let [height, width] = windows.padded(size, output);
        PaddedPlane {
            windows,
            // One more than the last window has: vectors reach beyond it.
            pixels: vec![f32::MIN; height * width + 1],
            gradient: vec![0.0; height * width],
            width,
        }
    }

    /// Writes the gradient of a plane to `to`. From the last window to the first: so a pixel's
    /// summands come in the order of the taps, as in a sum over taps.
    pub fn route(&mut self, planes: &Planes, to: &mut [MaybeUninit<f32>]) {
        let PaddedPlane { windows, width, .. } = *self;
        let inside = windows.padding[0] * width + windows.padding[1];
        let rows = self.pixels[inside..].chunks_mut(width);
        for (row, pixels) in rows.zip(planes.pixels.chunks_exact(planes.size[1])) {
            row[..pixels.len()].copy_from_slice(pixels);
        }
        self.gradient.fill(0.0);
        let taps: Vec<usize> = (0..windows.kernel[0])
            .flat_map(|row| (0..windows.kernel[1]).map(move |column| row * width + column))
            .collect();
        let outputs = planes.maxima.iter().zip(planes.cotangent);
        for (output, (&max, &cotangent)) in outputs.enumerate().rev() {
            let (row, column) = (output / planes.output[1], output % planes.output[1]);
            let corner = row * windows.strides[0] * width + column * windows.strides[1];
            let pixels = &self.pixels[corner..];
            let tap = match windows.kernel {
                [3, 3] => taps.get(first_maximum_3x3(pixels, width, max)),
                _ => taps.iter().find(|&&tap| is_maximum(pixels[tap], max)),
            };
            if let Some(&tap) = tap {
                self.gradient[corner + tap] += cotangent;
            }
        }
        let rows = self.gradient[inside..].chunks(width);
        for (row, to) in rows.zip(to.chunks_exact_mut(planes.size[1])) {
            for (to, &value) in to.iter_mut().zip(row) {
                to.write(value);
            }
        }
    }
}

/// Which of the first 3 × 3 pixels, row by row, is the first maximum; a larger number where none is.
/// All nine are looked at without a branch: where a maximum lies cannot be predicted. Of each row's
/// vector the fourth pixel is not the window's.
#[inline(always)]
fn first_maximum_3x3(pixels: &[f32], width: usize, max: f32) -> usize {
    let max = Lanes::splat(max);
    let maxima = |row: usize| {
        let less = Lanes::load_slice(&pixels[row * width..]).less_bits(max);
        u32::from(!less & 0b111)
    };
    let all = maxima(0) | maxima(1) << 3 | maxima(2) << 6;
    all.trailing_zeros() as usize
}

/// Whether a pixel is not less than the maximum; so is one that is no number.
#[inline(always)]
fn is_maximum(pixel: f32, max: f32) -> bool {
    let is_less = pixel < max;
    !is_less
}
