//! Packed weights, shared by all graphs of one file.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::network::kernels::{ConvolutionWeights, DenseWeights};
use crate::onnx::Model;

/// All that goes into a convolution's packed weights.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConvolutionKey {
    /// Names of tensors of one file.
    pub weights: String,
    /// Whether the first two axes of pointwise weights are exchanged, as gradients read them.
    pub is_transposed: bool,
    pub bias: Option<String>,
    /// The output of the batch norm that is folded in.
    pub norm: Option<String>,
    pub is_unit_stride_3x3: bool,
}

/// The weights of a file in the form that kernels read.
#[derive(Clone, Debug, Default)]
pub struct PackedWeights {
    /// Names of the file's own weights. Weights that a graph adds are not kept: another
    /// graph may use the same name for others.
    own: HashSet<String>,
    pub(super) convolutions: HashMap<ConvolutionKey, Arc<ConvolutionWeights>>,
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
    pub fn convolution(&self, key: &ConvolutionKey) -> Option<Arc<ConvolutionWeights>> {
        self.convolutions.get(key).map(Arc::clone)
    }

    /// Keeps a convolution's weights, if they are the file's own.
    pub fn keep_convolution(&mut self, key: ConvolutionKey, weights: &Arc<ConvolutionWeights>) {
        if self.own.contains(&key.weights) {
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
