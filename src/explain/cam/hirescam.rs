//! HiResCAM (Draelos and Carin 2020, "Use HiResCAM instead of Grad-CAM for faithful
//! explanations of convolutional neural networks").

use super::smoothing::SMOOTHING;
#[cfg(feature = "network")]
use crate::explain::method::Explain;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use ndarray::Array3;

pub const METHOD: Method = Method {
    id: "hirescam",
    name: "HiResCAM",
    plain_name: "which cells of the layer add to the answer",
    summary: "Multiplies each cell of each feature by its own gradient and adds them up, so that the map adds up to the answer where the head is linear.",
    caution: "Exact only where everything behind the layer is linear; else each cell's gradient holds for a small change only (Draelos and Carin 2020).",
    family: Family::ClassActivation,
    cost: "none after the prediction",
    settings: &[SMOOTHING],
    is_slow: false,
    is_random: false,
    has_unit: true,
    #[cfg(feature = "network")]
    explain: Explain::Weighted(weigh),
};

/// g ⊙ A.
#[cfg(feature = "network")]
fn weigh(activations: &Array3<f32>, gradient: &Array3<f32>) -> Array3<f32> {
    activations * gradient
}
