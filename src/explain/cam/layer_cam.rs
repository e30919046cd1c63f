//! Layer-CAM (Jiang et al. 2021, "LayerCAM: Exploring Hierarchical Class Activation Maps for
//! Localization").

use super::smoothing::SMOOTHING;
#[cfg(feature = "network")]
use crate::explain::method::Explain;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use ndarray::Array3;

pub const METHOD: Method = Method {
    id: "layer-cam",
    name: "Layer-CAM",
    plain_name: "where the layer has something that would raise the class",
    summary: "Weighs each cell of each feature by its own gradient where that is positive; sharper than Grad-CAM in early layers.",
    caution: "Uses positive gradients only, so that evidence against the class is not seen.",
    family: Family::ClassActivation,
    cost: "none after the prediction",
    settings: &[SMOOTHING],
    is_slow: false,
    is_random: false,
    has_unit: true,
    #[cfg(feature = "network")]
    explain: Explain::Weighted(weigh),
};

/// max(g, 0) ⊙ A.
#[cfg(feature = "network")]
fn weigh(activations: &Array3<f32>, gradient: &Array3<f32>) -> Array3<f32> {
    activations * &gradient.mapv(|value| value.max(0.0))
}
