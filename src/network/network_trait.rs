//! What an explanation may ask of a network.

use ndarray::{Array3, Array4};

use super::engine_error::EngineError;

/// A classifier with one layer that is explained.
pub trait Network {
    /// K, the number of classes.
    fn classes(&self) -> usize;

    /// Name of the layer's tensor in the model's file.
    fn layer(&self) -> &str;

    /// Runs the network on an input tensor in the model's own layout, [1, C, h, w] or
    /// [1, h, w, C], and keeps what [`Network::backward`] needs. `progress` is called
    /// with the number of nodes done and their total.
    ///
    /// # Errors
    /// [`NetworkError`] if the shape is wrong or the engine fails.
    fn forward(
        &mut self,
        input: Array4<f32>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Forward, NetworkError>;

    /// The vector–Jacobian product Σ_k cotangent_k · ∂logits_k/∂activations at the
    /// layer, for the input of the last forward run: [C, h, w]. `cotangent` holds K
    /// values.
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
    Run(EngineError),
}
