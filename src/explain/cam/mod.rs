//! Class activation maps: the activations of a layer, weighed.
//!
//! - one file for each method; those that need one gradient only are a function from
//!   activations and gradient to weighed activations (`Weigh`)
//! - `smoothing`: settings that all of those share
//! - `one_gradient`: how those are explained
//! - `principal_component`: the first principal component of activations
//! - `important_channels`: the channels that carry a map
//! - `channel_masks`: the layer's channels as masks of the picture, and which of them count
//!
//! To add one that needs one gradient: a file with a [`METHOD`](grad_cam::METHOD) whose
//! `explain` is `Explain::Weighted`, and a line in [`METHODS`](super::METHODS).

pub mod ablation_cam;
#[cfg(feature = "network")]
mod channel_masks;
pub mod class_activation_map;
pub mod eigen_cam;
pub mod eigen_grad_cam;
pub mod elementwise_cam;
pub mod grad_cam;
pub mod grad_cam_plus_plus;
pub mod hirescam;
#[cfg(feature = "network")]
mod important_channels;
pub mod layer_cam;
#[cfg(feature = "network")]
pub mod one_gradient;
#[cfg(feature = "network")]
pub mod principal_component;
pub mod score_cam;
pub mod smooth_grad_cam_plus_plus;
pub mod smoothing;
pub mod xgrad_cam;

#[cfg(feature = "network")]
pub use important_channels::important_channels;

/// From activations A and gradient g, both [C, h, w], to the weighed activations whose sum
/// over channels is the map.
#[cfg(feature = "network")]
pub type Weigh = fn(&ndarray::Array3<f32>, &ndarray::Array3<f32>) -> ndarray::Array3<f32>;

/// Σ_k of channels [C, h, w], in float64.
#[cfg(feature = "network")]
pub fn channel_sum(channels: &ndarray::Array3<f32>) -> ndarray::Array2<f32> {
    let (_, height, width) = channels.dim();
    let mut sum = ndarray::Array2::<f64>::zeros((height, width));
    for channel in channels.outer_iter() {
        sum.zip_mut_with(&channel, |sum, &value| *sum += f64::from(value));
    }
    sum.mapv(|value| value as f32)
}

/// Activations [C, h, w], each channel times its weight.
#[cfg(feature = "network")]
pub fn times_weights(
    activations: &ndarray::Array3<f32>,
    weights: impl IntoIterator<Item = f64>,
) -> ndarray::Array3<f32> {
    let mut weighed = activations.clone();
    for (mut channel, weight) in weighed.outer_iter_mut().zip(weights) {
        channel.mapv_inplace(|value| (f64::from(value) * weight) as f32);
    }
    weighed
}
