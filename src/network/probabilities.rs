//! From logits to probabilities.

/// Softmax of K logits: exp(x_k) / Σ_j exp(x_j). The maximum is subtracted first, so
/// that nothing overflows; the sum runs in float64.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponentials: Vec<f64> = logits
        .iter()
        .map(|&logit| f64::from(logit - max).exp())
        .collect();
    let sum: f64 = exponentials.iter().sum();
    exponentials
        .into_iter()
        .map(|exponential| (exponential / sum) as f32)
        .collect()
}

/// Logistic sigmoid of each logit: 1 / (1 + exp(−x)).
pub fn sigmoid(logits: &[f32]) -> Vec<f32> {
    logits
        .iter()
        .map(|&logit| (1.0 / (1.0 + (-f64::from(logit)).exp())) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn softmax_of_great_logits_is_finite_and_sums_to_one() {
        let probabilities = softmax(&[1000.0, 999.0, -1000.0]);
        assert!((probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!((probabilities[0] / probabilities[1] - std::f32::consts::E).abs() < 1e-4);
        assert_eq!(probabilities[2], 0.0);
    }

    #[test]
    fn sigmoid_is_half_at_zero() {
        assert_eq!(sigmoid(&[0.0, 100.0, -200.0]), [0.5, 1.0, 0.0]);
    }
}
