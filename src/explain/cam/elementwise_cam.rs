//! Element-wise Grad-CAM (`GradCAMElementWise` of pytorch-grad-cam).

use super::smoothing::SMOOTHING;
#[cfg(feature = "network")]
use crate::explain::method::Explain;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use ndarray::Array3;

pub const METHOD: Method = Method {
    id: "elementwise-cam",
    name: "Element-wise Grad-CAM",
    plain_name: "which cells speak for the answer, leaving out what speaks against it",
    summary: "As HiResCAM, but what speaks against the answer is dropped in each feature before the sum.",
    caution: "Never negative: evidence against the class that would cancel evidence for it is not seen.",
    family: Family::ClassActivation,
    cost: "none after the prediction",
    settings: &[SMOOTHING],
    is_slow: false,
    is_random: false,
    has_unit: true,
    #[cfg(feature = "network")]
    explain: Explain::Weighted(weigh),
};

/// max(g ⊙ A, 0).
#[cfg(feature = "network")]
fn weigh(activations: &Array3<f32>, gradient: &Array3<f32>) -> Array3<f32> {
    (activations * gradient).mapv_into(|value| value.max(0.0))
}
