//! Pictures in which nothing is to be seen: what explanations compare a picture with.

use ndarray::{Array2, Array3, ArrayView2, Axis};

use crate::explain::context::Context;
use crate::explain::error::ExplainError;
use crate::explain::setting::{BLACK, BLURRED, GREY, MEAN_COLOUR};

/// Standard deviation of the blur, as a share of the picture's longer side.
const BLUR: f64 = 0.08;

/// The baseline [C, H, W] of this id for the subject; values of 0 for another id.
///
/// # Errors
/// [`ExplainError`] if the subject's input cannot be read.
pub fn baseline(context: &Context, id: &str) -> Result<Array3<f32>, ExplainError> {
    let pixels = context.subject.pixels()?;
    let scale = &context.subject.scale;
    let of_channel = |values: &dyn Fn(usize) -> f32| {
        Array3::from_shape_fn(pixels.dim(), |(channel, _, _)| values(channel))
    };
    let black = |channel: usize| scale.black.get(channel).copied().unwrap_or(0.0);
    let white = |channel: usize| scale.white.get(channel).copied().unwrap_or(0.0);
    let means: Vec<f32> = pixels.outer_iter().map(|channel| mean(channel)).collect();
    Ok(match id {
        BLACK => of_channel(&black),
        GREY => of_channel(&|channel| 0.5 * (black(channel) + white(channel))),
        MEAN_COLOUR => of_channel(&|channel| means[channel]),
        BLURRED => blurred(&pixels),
        _ => Array3::zeros(pixels.dim()),
    })
}

fn mean(channel: ArrayView2<f32>) -> f32 {
    let sum: f64 = channel.iter().map(|&value| f64::from(value)).sum();
    (sum / channel.len().max(1) as f64) as f32
}

/// Channels [C, H, W], blurred by a Gaussian of [`BLUR`]; edges are clamped.
fn blurred(pixels: &Array3<f32>) -> Array3<f32> {
    let (_, height, width) = pixels.dim();
    let taps = gaussian(BLUR * height.max(width) as f64);
    let mut blurred = pixels.clone();
    for mut channel in blurred.outer_iter_mut() {
        let down = along_rows(channel.t(), &taps);
        let both = along_rows(down.t(), &taps);
        channel.assign(&both);
    }
    blurred
}

/// Weights of a Gaussian, from the centre to three standard deviations; both sides sum to 1.
fn gaussian(deviation: f64) -> Vec<f64> {
    let radius = (3.0 * deviation).ceil() as usize;
    let weight = |distance: usize| libm::exp(-0.5 * (distance as f64 / deviation).powi(2));
    let taps: Vec<f64> = (0..=radius).map(weight).collect();
    let sum = 2.0 * taps.iter().sum::<f64>() - 1.0;
    taps.into_iter().map(|tap| tap / sum).collect()
}

fn along_rows(values: ArrayView2<f32>, taps: &[f64]) -> Array2<f32> {
    let last = values.len_of(Axis(1)).saturating_sub(1);
    Array2::from_shape_fn(values.dim(), |(row, column)| {
        let terms = taps.iter().enumerate().map(|(distance, tap)| {
            let (before, after) = (
                column.saturating_sub(distance),
                (column + distance).min(last),
            );
            let both = f64::from(values[[row, before]]) + f64::from(values[[row, after]]);
            if distance == 0 {
                tap * both / 2.0
            } else {
                tap * both
            }
        });
        terms.sum::<f64>() as f32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blur_keeps_what_is_flat_and_spreads_a_point() {
        let flat = Array3::from_elem((1, 9, 12), 3.0f32);
        assert!(
            blurred(&flat)
                .iter()
                .all(|value| (value - 3.0).abs() < 1e-5)
        );
        let mut point = Array3::<f32>::zeros((1, 41, 41));
        point[[0, 20, 20]] = 1.0;
        let spread = blurred(&point);
        assert!((spread.sum() - 1.0).abs() < 1e-4);
        assert!((spread[[0, 17, 20]] - spread[[0, 20, 23]]).abs() < 1e-7);
    }
}
