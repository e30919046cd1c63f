//! A picture of a signal: a curve for each channel, on which its map is drawn.

use ndarray::ArrayView4;

use crate::picture::RgbImage;

/// Width of the picture in pixels.
const WIDTH: u32 = 960;
/// Height of all curves together, and of one at least, in pixels.
const HEIGHT: u32 = 480;
const MIN_CURVE_HEIGHT: u32 = 24;
/// Channels that are drawn.
const MAX_CURVES: usize = 32;

const PAPER: [u8; 3] = [250, 250, 248];
const INK: [u8; 3] = [32, 32, 32];
const RULE: [u8; 3] = [222, 222, 216];

/// The curves of a tensor [1, C, 1, T], each between its least and its greatest value, the first
/// channel above. Where several samples fall on a column of pixels, all are drawn.
pub fn signal_plot(tensor: ArrayView4<f32>) -> RgbImage {
    let (_, channels, _, samples) = tensor.dim();
    let curves = channels.clamp(1, MAX_CURVES);
    let height = (HEIGHT / curves as u32).max(MIN_CURVE_HEIGHT);
    let mut plot = RgbImage::from_pixel(WIDTH, height * curves as u32, image::Rgb(PAPER));
    for curve in 0..curves.min(channels) {
        let bottom = height * (curve as u32 + 1) - 1;
        for x in 0..WIDTH {
            plot.put_pixel(x, bottom, image::Rgb(RULE));
        }
        let values = |sample: usize| tensor[(0, curve, 0, sample.min(samples - 1))];
        let all = (0..samples).map(values).filter(|value| value.is_finite());
        let (least, greatest) = all.fold((f32::MAX, f32::MIN), |(least, greatest), value| {
            (least.min(value), greatest.max(value))
        });
        let span = if greatest > least {
            greatest - least
        } else {
            1.0
        };
        let row = |value: f32| {
            let share = ((value - least) / span).clamp(0.0, 1.0);
            bottom - 2 - (share * (height - 5) as f32).round() as u32
        };
        let sample_at = |x: u32| x as f32 * (samples - 1) as f32 / (WIDTH - 1) as f32;
        for x in 0..WIDTH {
            let (from, to) = (sample_at(x), sample_at(x + 1).min((samples - 1) as f32));
            let between = |at: f32| {
                let (low, share) = (at.floor() as usize, at.fract());
                values(low) * (1.0 - share) + values(low + 1) * share
            };
            let inner = (from.ceil() as usize..=to.floor() as usize).map(values);
            let rows = inner
                .chain([between(from), between(to)])
                .filter(|value| value.is_finite());
            let rows: Vec<u32> = rows.map(row).collect();
            if let (Some(&top), Some(&low)) = (rows.iter().min(), rows.iter().max()) {
                for y in top..=low {
                    plot.put_pixel(x, y, image::Rgb(INK));
                }
            }
        }
    }
    plot
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array4;

    #[test]
    fn a_step_is_low_on_the_left_and_high_on_the_right() {
        let signal = Array4::from_shape_fn((1, 2, 1, 100), |(_, channel, _, sample)| {
            f32::from(u8::from(channel == 0 && sample >= 50))
        });
        let plot = signal_plot(signal.view());
        assert_eq!(plot.dimensions(), (960, 480));
        let rows_of_ink = |x: u32| -> Vec<u32> {
            let rows = 0..240;
            rows.filter(|&y| plot.get_pixel(x, y).0 == INK).collect()
        };
        assert!(rows_of_ink(10).iter().all(|&y| y > 220));
        assert!(rows_of_ink(950).iter().all(|&y| y < 20));
        // The second channel is flat, and a single sample is no fault.
        signal_plot(Array4::zeros((1, 1, 1, 1)).view());
        signal_plot(Array4::from_elem((1, 1, 1, 4), f32::NAN).view());
    }
}
