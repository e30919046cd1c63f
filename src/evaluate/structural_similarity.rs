//! How alike two maps look (Wang et al. 2004, "Image Quality Assessment: From Error Visibility
//! to Structural Similarity").

use ndarray::{Array2, ArrayView2, s};

/// Side of the window.
const WINDOW: usize = 7;
const K1: f64 = 0.01;
const K2: f64 = 0.03;

/// The mean structural similarity of two maps of one shape, each scaled to 0…1, with windows of
/// 7 × 7 equal weights and sample covariances, as scikit-image has it; smaller windows for
/// smaller maps. 0 if the shapes differ.
pub fn structural_similarity(a: ArrayView2<f32>, b: ArrayView2<f32>) -> f64 {
    if a.dim() != b.dim() || a.is_empty() {
        return 0.0;
    }
    let (height, width) = a.dim();
    let odd = |side: usize| (side - (1 - side % 2)).min(WINDOW);
    let (tall, wide) = (odd(height), odd(width));
    let (a, b) = (scaled(a), scaled(b));
    let (mut sum, mut count) = (0.0, 0.0);
    for row in 0..=height - tall {
        for column in 0..=width - wide {
            let window = s![row..row + tall, column..column + wide];
            sum += of_window(a.slice(window), b.slice(window));
            count += 1.0;
        }
    }
    sum / count
}

fn of_window(a: ArrayView2<f64>, b: ArrayView2<f64>) -> f64 {
    let count = a.len() as f64;
    let (mean_a, mean_b) = (a.sum() / count, b.sum() / count);
    let (mut of_a, mut of_b, mut both) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        of_a += (a - mean_a).powi(2);
        of_b += (b - mean_b).powi(2);
        both += (a - mean_a) * (b - mean_b);
    }
    let degrees = (count - 1.0).max(1.0);
    let (of_a, of_b, both) = (of_a / degrees, of_b / degrees, both / degrees);
    let (c1, c2) = (K1 * K1, K2 * K2);
    let likeness = (2.0 * mean_a * mean_b + c1) * (2.0 * both + c2);
    likeness / ((mean_a * mean_a + mean_b * mean_b + c1) * (of_a + of_b + c2))
}

fn scaled(map: ArrayView2<f32>) -> Array2<f64> {
    let least = map.iter().copied().fold(f32::INFINITY, f32::min);
    let greatest = map.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let range = f64::from(greatest) - f64::from(least);
    map.mapv(|value| {
        if range > 0.0 {
            (f64::from(value) - f64::from(least)) / range
        } else {
            0.0
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn a_map_is_like_itself_and_unlike_its_opposite() {
        let map = Array2::from_shape_fn((9, 12), |(y, x)| ((y * 7 + x * 5) % 11) as f32);
        assert!((structural_similarity(map.view(), (&map * 3.0).view()) - 1.0).abs() < 1e-12);
        assert!(structural_similarity(map.view(), (-&map).view()) < 0.0);
    }

    #[test]
    fn one_window_by_hand() {
        // Windows of one row and three columns: means 0.5; variances 0.25, covariance −0.25.
        let (a, b) = (arr2(&[[0.0f32, 1.0, 2.0]]), arr2(&[[2.0f32, 1.0, 0.0]]));
        let wanted = (0.5 + 1e-4) * (-0.5 + 9e-4) / ((0.5 + 1e-4) * (0.5 + 9e-4));
        assert!((structural_similarity(a.view(), b.view()) - wanted).abs() < 1e-12);
    }
}
