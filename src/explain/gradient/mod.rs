//! Gradients at the input.
//!
//! - one file for each method
//! - `baselines`: pictures in which nothing is to be seen
//! - `gauss_legendre`: nodes and weights of an integral
//! - `reductions`: from channels to a map

#[cfg(feature = "network")]
pub mod baselines;
pub mod deconvnet;
pub mod full_grad;
#[cfg(feature = "network")]
mod gauss_legendre;
pub mod gradient_x_input;
pub mod guided_backprop;
pub mod integrated_gradients;
#[cfg(feature = "network")]
mod reductions;
pub mod saliency;
pub mod smoothgrad;
