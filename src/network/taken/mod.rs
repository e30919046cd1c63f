//! Layers with weights, taken out of a graph before tract sees it.
//!
//! tract would copy every weight out of the file, widen it, look at it in each of
//! its simplifying passes and pack it in the end. Here it meets convolutions and
//! dense layers as operations without weights; those lead from the file's bytes to
//! the form that a kernel reads in one pass, and all graphs of a model share them.
//!
//! - `find`: which nodes are taken, and what is left of the graph
//! - `expand`: what tract puts in their place
//!
//! What is not taken (other ranks, groups, weights that are computed) stays with tract.

mod expand;
mod find;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::InferenceOp;

use super::kernels::{ConvolutionWeights, DenseWeights};
use crate::onnx::{Model, OnnxError, node, pb};

/// Weights in the form that kernels read, shared by all graphs of one file.
#[derive(Debug, Default)]
pub struct Shared {
    /// Weights of the file itself. Others can have the same name in another graph.
    own: HashSet<String>,
    panels: HashMap<String, Arc<ConvolutionWeights>>,
    matrices: HashMap<String, Arc<DenseWeights>>,
}

impl Shared {
    /// For the graphs of this file, before anything is added to it.
    pub fn new(file: &Model) -> Shared {
        let weights = file.graph().initializer.iter();
        Shared {
            own: weights.map(|weights| weights.name.clone()).collect(),
            ..Shared::default()
        }
    }
}

/// What a node that was taken becomes.
#[derive(Clone, Debug)]
enum Layer {
    Convolution(expand::Convolving),
    Dense(super::kernels::Dense),
}

/// A graph without the layers that were taken.
pub struct Rest {
    /// For tract's parser, which does not know the operators of the taken nodes.
    pub proto: pb::ModelProto,
    layers: Vec<Layer>,
}

/// Begin of the operator's name of a taken node; its number follows.
const OPERATOR: &str = "gradcam.";

/// Takes the layers out of `part`. Weights that it reads and does not hold are in
/// `whole`.
///
/// # Errors
/// [`OnnxError`] for weights that hold no numbers, or that no kernel can read.
pub fn take(part: &Model, whole: &Model, shared: &mut Shared) -> Result<Rest, OnnxError> {
    find::Finder::new(part, whole, shared).rest()
}

impl Rest {
    /// Puts the layers into the graph that tract's parser made of [`Rest::proto`].
    pub fn put_back(&self, model: &mut InferenceModel) {
        for node in model.nodes_mut() {
            let name = node.op.name();
            // What tract's parser calls an operator that it does not know.
            let operator = name.strip_prefix("Unimplemented(");
            let number = operator.and_then(|rest| rest.strip_prefix(OPERATOR));
            let number = number.and_then(|rest| rest.strip_suffix(')')?.parse().ok());
            let Some(layer) = number.and_then(|number: usize| self.layers.get(number)) else {
                continue;
            };
            node.op = layer.operation();
        }
    }
}

impl Layer {
    fn operation(&self) -> Box<dyn InferenceOp> {
        match self {
            Layer::Convolution(layer) => expand::convolving(layer.clone()),
            Layer::Dense(layer) => expand::dense(layer.clone()),
        }
    }
}

fn unusable(node: &pb::NodeProto, error: &TractError) -> OnnxError {
    node::problem(node, format!("its weights cannot be used: {error}"))
}
