//! XGrad-CAM (Fu et al. 2020, "Axiom-based Grad-CAM").

use super::smoothing::SMOOTHING;
#[cfg(feature = "network")]
use crate::explain::method::Explain;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use ndarray::{Array3, Axis};

pub const METHOD: Method = Method {
    id: "xgrad-cam",
    name: "XGrad-CAM",
    plain_name: "where raising the class would raise it most, weighed by what is active",
    summary: "As Grad-CAM, but each gradient counts as much as the feature is active in its cell.",
    caution: "A feature that is nearly silent gets a weight from very few cells.",
    family: Family::ClassActivation,
    cost: "none after the prediction",
    settings: &[SMOOTHING],
    is_slow: false,
    is_random: false,
    has_unit: true,
    #[cfg(feature = "network")]
    explain: Explain::Weighted(weigh),
};

/// Of S_k = 0, a dead channel.
#[cfg(feature = "network")]
const EPSILON: f64 = 1e-7;

/// α_k A_k with α_k = Σ(g_k ⊙ A_k) / (S_k + ε), S_k = Σ A_k.
#[cfg(feature = "network")]
fn weigh(activations: &Array3<f32>, gradient: &Array3<f32>) -> Array3<f32> {
    let channels = activations
        .axis_iter(Axis(0))
        .zip(gradient.axis_iter(Axis(0)));
    let weights = channels.map(|(activations, gradient)| {
        let (mut products, mut sum) = (0.0, 0.0);
        for (&activation, &gradient) in activations.iter().zip(&gradient) {
            products += f64::from(activation) * f64::from(gradient);
            sum += f64::from(activation);
        }
        if products == 0.0 {
            0.0
        } else {
            products / (sum + EPSILON)
        }
    });
    super::times_weights(activations, weights)
}
