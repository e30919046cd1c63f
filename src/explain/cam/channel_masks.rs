//! The channels of a layer: which of them count, and as masks of a picture.

use ndarray::{Array2, Array3, ArrayView2, Axis};

use crate::render::MapView;

/// Channels [C, h, w] by number, those that vary most over the picture first, `limit` of
/// them (0: all). Faster-Score-CAM chooses them so.
pub fn most_varying(activations: &Array3<f32>, limit: usize) -> Vec<usize> {
    let variances: Vec<f64> = activations.axis_iter(Axis(0)).map(variance).collect();
    let mut order: Vec<usize> = (0..variances.len()).collect();
    order.sort_by(|&a, &b| variances[b].total_cmp(&variances[a]));
    if limit > 0 {
        order.truncate(limit);
    }
    order
}

fn variance(channel: ArrayView2<f32>) -> f64 {
    let count = channel.len().max(1) as f64;
    let mean = channel.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
    let squares = channel
        .iter()
        .map(|&value| (f64::from(value) - mean).powi(2));
    squares.sum::<f64>() / count
}

/// A channel as a mask of the picture: bilinearly upsampled (half-pixel centres), then
/// scaled to 0…1. `None` where it is the same everywhere.
pub fn mask(channel: ArrayView2<f32>, height: usize, width: usize) -> Option<Array2<f32>> {
    let (rows, columns) = channel.dim();
    let values: Vec<f32> = channel.iter().copied().collect();
    let upsampled = MapView::new(&values, rows, columns)?.upsample(height, width, false);
    let min = upsampled.iter().copied().fold(f32::INFINITY, f32::min);
    let max = upsampled.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if max <= min || !(max - min).is_finite() {
        return None;
    }
    let scaled = upsampled
        .into_iter()
        .map(|value| (value - min) / (max - min));
    Array2::from_shape_vec((height, width), scaled.collect()).ok()
}
