//! What an explanation may ask of a network.
//!
//! [`Network`] is all that `explain` knows. Tests use fakes of a few lines.
//!
//! - `tract`: runs it for real
//! - `plan`: one graph, made ready for tract
//! - `times`: how long a model and its branch take
//! - `cut`: from one file to the graphs that are run, and what a run keeps
//! - `taken`: layers with weights, which tract never sees
//! - `kernels`: the operations that are this project's own
//! - `describe`, `assume`: what is known of a model, and what must be assumed

use ndarray::{Array3, Array4};

#[cfg(feature = "network")]
mod assume;
#[cfg(feature = "network")]
mod cut;
#[cfg(feature = "network")]
mod describe;
#[cfg(feature = "network")]
pub mod kernels;
#[cfg(feature = "network")]
mod plan;
#[cfg(feature = "network")]
mod taken;
#[cfg(all(test, feature = "network"))]
mod tests;
#[cfg(feature = "network")]
mod times;
#[cfg(feature = "network")]
mod tract;

#[cfg(feature = "network")]
pub use cut::MOST_KEPT_BYTES;
#[cfg(feature = "network")]
pub use describe::Description;
#[cfg(feature = "network")]
pub use plan::{NodeTime, Plan};
#[cfg(feature = "network")]
pub use times::{BranchTimes, profile, time_branch};
#[cfg(feature = "network")]
pub use tract::{LayerError, LoadError, TractNetwork, Work};

/// A classifier with one layer that is explained.
pub trait Network {
    /// K.
    fn classes(&self) -> usize;

    /// Name of the layer in the model's file.
    fn layer(&self) -> &str;

    /// Runs the network on an input tensor in its own layout and keeps what
    /// [`Network::backward`] needs. `progress` hears of nodes done and their total.
    ///
    /// # Errors
    /// [`NetworkError`] if the shape is wrong or the engine fails.
    fn forward(
        &mut self,
        input: Array4<f32>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Forward, NetworkError>;

    /// Σ_k cotangent_k · ∂logits_k/∂activations at the layer, for the input of
    /// the last forward run: [C, h, w]. `cotangent` holds K values.
    ///
    /// # Errors
    /// [`NetworkError::NoForward`] before the first forward run, or a failure of
    /// the engine.
    fn backward(&mut self, cotangent: &[f32]) -> Result<Array3<f32>, NetworkError>;
}

/// What a forward run gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Forward {
    /// K values.
    pub logits: Vec<f32>,
    /// [C, h, w] of the layer.
    pub activations: Array3<f32>,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    #[error("the network wants an input of the shape {wanted:?} and got {found:?}")]
    InputShape {
        wanted: Vec<usize>,
        found: Vec<usize>,
    },
    #[error("the cotangent should hold {wanted} values, one for each class, and holds {found}")]
    CotangentLength { wanted: usize, found: usize },
    #[error("no picture was predicted yet; predict one before asking for an explanation")]
    NoForward,
    #[error("the network failed while it ran: {0}")]
    Run(String),
}

/// Probabilities from logits: softmax, shifted by the greatest logit so that
/// nothing overflows.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits
        .iter()
        .map(|&logit| f64::from(logit - greatest).exp())
        .collect();
    let sum: f64 = powers.iter().sum();
    powers
        .into_iter()
        .map(|power| (power / sum) as f32)
        .collect()
}

/// Each logit by itself: 1/(1 + e^−x).
pub fn sigmoid(logits: &[f32]) -> Vec<f32> {
    logits
        .iter()
        .map(|&logit| (1.0 / (1.0 + (-f64::from(logit)).exp())) as f32)
        .collect()
}

#[cfg(test)]
mod probability_tests {
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
