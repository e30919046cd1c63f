//! Grad-CAM (Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via
//! Gradient-based Localization").

use super::smoothing::SMOOTHING;
#[cfg(feature = "network")]
use crate::explain::method::Explain;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use ndarray::{Array3, Axis};

pub const METHOD: Method = Method {
    id: "grad-cam",
    name: "Grad-CAM",
    plain_name: "which places have the features that would raise the class most",
    summary: "Weighs each feature of the layer by how much it matters for the class, and adds them up.",
    caution: "A feature counts the same in every cell, so that places can light up that the answer does not depend on (Draelos and Carin 2020).",
    family: Family::ClassActivation,
    cost: "none after the prediction",
    settings: &[SMOOTHING],
    is_slow: false,
    is_random: false,
    has_unit: true,
    #[cfg(feature = "network")]
    explain: Explain::Weighted(weigh),
};

/// α_k A_k with α_k = mean_ij ∂y/∂A_kij: equations 1 and 2 of the paper without the ReLU, so
/// the map is signed. Sums run in float64.
#[cfg(feature = "network")]
pub fn weigh(activations: &Array3<f32>, gradient: &Array3<f32>) -> Array3<f32> {
    let means = gradient.axis_iter(Axis(0)).map(|gradient| {
        let sum: f64 = gradient.iter().map(|&value| f64::from(value)).sum();
        sum / gradient.len().max(1) as f64
    });
    super::times_weights(activations, means)
}
