//! How alike two maps are, as correlations.

use ndarray::ArrayView2;

/// Spearman's rank correlation of two maps of one shape, −1…1; equal values share the mean of
/// their ranks. 0 where a map is flat, or the shapes differ.
pub fn rank_correlation(a: ArrayView2<f32>, b: ArrayView2<f32>) -> f64 {
    if a.dim() != b.dim() {
        return 0.0;
    }
    pearson(&ranks(a), &ranks(b))
}

/// Pearson's correlation of two maps of one shape; 0 where a map is flat, or the shapes differ.
pub fn correlation(a: ArrayView2<f32>, b: ArrayView2<f32>) -> f64 {
    if a.dim() != b.dim() {
        return 0.0;
    }
    let values = |map: ArrayView2<f32>| map.iter().map(|&value| f64::from(value)).collect();
    let (a, b): (Vec<f64>, Vec<f64>) = (values(a), values(b));
    pearson(&a, &b)
}

fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        both += a * b;
        of_a += a * a;
        of_b += b * b;
    }
    if of_a <= 0.0 || of_b <= 0.0 {
        return 0.0;
    }
    (both / (of_a * of_b).sqrt()).clamp(-1.0, 1.0)
}

fn ranks(map: ArrayView2<f32>) -> Vec<f64> {
    let values: Vec<f32> = map.iter().map(|value| value + 0.0).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = start as f64 + (equal.len() - 1) as f64 / 2.0;
        for &place in equal {
            ranks[place] = rank;
        }
        start += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn ranks_are_correlated_and_equal_ones_shared() {
        let a = arr2(&[[1.0f32, 2.0, 3.0]]);
        let curved = arr2(&[[1.0f32, 10.0, 100.0]]);
        assert_eq!(rank_correlation(a.view(), curved.view()), 1.0);
        assert_eq!(rank_correlation(a.view(), (-&curved).view()), -1.0);
        assert!(correlation(a.view(), curved.view()) < 0.95);
        // Ranks 0, 1.5, 1.5 against 0, 1, 2: covariance 1.5, variances 1.5 and 2.
        let shared = arr2(&[[1.0f32, 2.0, 2.0]]);
        let wanted = 1.5 / (1.5f64 * 2.0).sqrt();
        assert!((rank_correlation(shared.view(), a.view()) - wanted).abs() < 1e-12);
        let flat = arr2(&[[7.0f32, 7.0, 7.0]]);
        assert_eq!(rank_correlation(flat.view(), a.view()), 0.0);
    }
}
