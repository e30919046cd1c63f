//! Packed weights, shared by all graphs of one file.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::network::kernels::{ConvolutionWeights, DenseWeights};
use crate::onnx::Model;

/// The weights of a file in the form that kernels read.
#[derive(Debug, Default)]
pub struct PackedWeights {
    /// Names of the file's own weights. Weights that a graph adds are not kept: another
    /// graph may use the same name for others.
    own: HashSet<String>,
    /// Of convolutions, by the names of all tensors that went into them.
    pub(super) convolutions: HashMap<String, Arc<ConvolutionWeights>>,
    /// Of dense layers, by name.
    dense_layers: HashMap<String, Arc<DenseWeights>>,
}

impl PackedWeights {
    /// For the graphs of this file, before anything is added to it.
    pub fn new(file: &Model) -> PackedWeights {
        let weights = file.graph().initializer.iter();
        PackedWeights {
            own: weights.map(|weights| weights.name.clone()).collect(),
            ..PackedWeights::default()
        }
    }

    /// A convolution's weights that were kept under this key.
    pub fn convolution(&self, key: &str) -> Option<Arc<ConvolutionWeights>> {
        self.convolutions.get(key).map(Arc::clone)
    }

    /// Keeps a convolution's weights, if `name` is one of the file's own weights.
    pub fn keep_convolution(&mut self, name: &str, key: String, weights: &Arc<ConvolutionWeights>) {
        if self.own.contains(name) {
            self.convolutions.insert(key, Arc::clone(weights));
        }
    }

    /// A dense layer's weights that were kept.
    pub fn dense(&self, name: &str) -> Option<Arc<DenseWeights>> {
        self.dense_layers.get(name).map(Arc::clone)
    }

    /// Keeps a dense layer's weights, if `name` is one of the file's own weights.
    pub fn keep_dense(&mut self, name: &str, weights: &Arc<DenseWeights>) {
        if self.own.contains(name) {
            self.dense_layers
                .insert(name.to_owned(), Arc::clone(weights));
        }
    }
}
