//! Grad-CAM++ (Chattopadhay et al. 2018, "Grad-CAM++: Generalized Gradient-Based Visual
//! Explanations for Deep Convolutional Networks").

use super::smoothing::SMOOTHING;
#[cfg(feature = "network")]
use crate::explain::method::Explain;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use ndarray::{Array3, Axis};

pub const METHOD: Method = Method {
    id: "grad-cam++",
    name: "Grad-CAM++",
    plain_name: "where the layer has something that would raise the class, several objects alike",
    summary: "As Grad-CAM, but cells whose gradient is positive count more, so that each of several objects is seen.",
    caution: "Its weights come from an assumption about the output that few networks fulfil; implementations differ, and so do their maps (Lerma and Lucas 2022).",
    family: Family::ClassActivation,
    cost: "none after the prediction",
    settings: &[SMOOTHING],
    is_slow: false,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Weighted(weigh),
};

/// Keeps the denominator from 0.
#[cfg(feature = "network")]
const EPSILON: f64 = 1e-6;

/// w_k A_k with w_k = Σ a · max(g_k, 0), a = g² / (2g² + S_k g³ + ε) and S_k = Σ A_k, as
/// pytorch-grad-cam computes it: derivatives of the logit stand for those of its exponential.
#[cfg(feature = "network")]
fn weigh(activations: &Array3<f32>, gradient: &Array3<f32>) -> Array3<f32> {
    let channels = activations
        .axis_iter(Axis(0))
        .zip(gradient.axis_iter(Axis(0)));
    let weights = channels.map(|(activations, gradient)| {
        let sum = activations.iter().map(|&value| f64::from(value)).sum();
        let terms = gradient.iter().map(|&value| {
            let gradient = f64::from(value);
            weight(sum, gradient, gradient.powi(2), gradient.powi(3))
        });
        terms.sum()
    });
    super::times_weights(activations, weights)
}

/// One cell's part of a channel's weight, from S_k and the gradient, its square and its cube.
/// 0 where the gradient does not raise the class, and where the denominator vanishes, which
/// only happens for a gradient below 0 or activations that sum to less than 0.
#[cfg(feature = "network")]
pub fn weight(sum: f64, gradient: f64, square: f64, cube: f64) -> f64 {
    if gradient <= 0.0 {
        return 0.0;
    }
    let share = square / (2.0 * square + sum * cube + EPSILON);
    if share.is_finite() {
        share * gradient
    } else {
        0.0
    }
}
