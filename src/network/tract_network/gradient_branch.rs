//! The gradient branch of one site under one ReLU policy, ready to run.

use std::sync::Arc;

use tract_onnx::prelude::Tensor;

use super::taped_forward::TapedForward;
use crate::gradient::{ReluPolicy, Selection};
use crate::network::execution_plan::ExecutionPlan;
use crate::network::load_error::LoadError;
use crate::network::lowering::{self, PackedWeights};
use crate::network::network_error::NetworkError;
use crate::network::network_trait::Site;
use crate::network::run::Run;
use crate::network::subgraphs;
use crate::network::tape::{self, Taped};
use crate::onnx::Model;

/// Which gradient branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanKey {
    pub site: Site,
    pub policy: ReluPolicy,
}

/// From a run and a cotangent to the gradients at a site.
pub struct GradientBranch {
    pub key: PlanKey,
    pub plan: ExecutionPlan,
    pub start: BranchStart,
}

/// The inputs of a branch's plan besides the cotangent, which is its last one.
#[derive(Clone, Debug)]
pub enum BranchStart {
    /// The layer's activations.
    Layer,
    /// The picture: each run of the branch repeats the forward pass.
    Picture,
    /// These tensors of the tape.
    Tape(Vec<String>),
}

impl GradientBranch {
    /// Extracts the graph of a layer's gradient from a model with that branch, and optimises
    /// it.
    ///
    /// # Errors
    /// [`LoadError`] if the graph contradicts itself or tract cannot run it.
    pub fn at_layer(
        model: &Model,
        selection: &Selection,
        key: PlanKey,
        weights: &mut PackedWeights,
    ) -> Result<Self, LoadError> {
        let graph = subgraphs::gradient(model, selection)?;
        let start = if graph.starts_at_layer {
            BranchStart::Layer
        } else {
            BranchStart::Picture
        };
        GradientBranch::new(model, &graph.model, key, start, weights)
    }

    /// Extracts the graph of the gradient of the picture, and of the selection's layers if the key
    /// is about biases, from a model with that branch, and optimises it. It reads the tape of
    /// `forward`'s runs.
    ///
    /// # Errors
    /// As [`GradientBranch::at_layer`].
    pub fn at_input(
        model: &Model,
        selection: &Selection,
        key: PlanKey,
        forward: &TapedForward,
        weights: &mut PackedWeights,
    ) -> Result<Self, LoadError> {
        let mut tape = tape::tape(model)?;
        let declared = forward.declared(&mut tape)?;
        let names = tape.iter().map(Taped::name).collect();
        let with_layers = key.site == Site::Biases;
        let graph = tape::input_gradient(model, selection, &tape, declared, with_layers)?;
        GradientBranch::new(model, &graph, key, BranchStart::Tape(names), weights)
    }

    /// Packs the weights of [`GradientBranch::at_input`] under the plain policy; those of the
    /// other policies are the same.
    ///
    /// # Errors
    /// As [`GradientBranch::at_layer`].
    pub fn pack_weights(
        model: &Model,
        selection: &Selection,
        forward: &TapedForward,
        weights: &mut PackedWeights,
    ) -> Result<(), LoadError> {
        let mut tape = tape::tape(model)?;
        let declared = forward.declared(&mut tape)?;
        let graph = tape::input_gradient(model, selection, &tape, declared, false)?;
        lowering::lower(&graph, model, weights)?;
        Ok(())
    }

    fn new(
        model: &Model,
        graph: &Model,
        key: PlanKey,
        start: BranchStart,
        weights: &mut PackedWeights,
    ) -> Result<Self, LoadError> {
        let plan = ExecutionPlan::of_subgraph(graph, model, weights).map_err(LoadError::Engine)?;
        Ok(GradientBranch { key, plan, start })
    }

    /// The plan's inputs for a run.
    ///
    /// # Errors
    /// [`NetworkError`] for a run that did not keep them.
    pub fn inputs(&self, run: &Run, cotangent: Tensor) -> Result<Vec<Arc<Tensor>>, NetworkError> {
        let mut inputs = match (&self.start, &self.key.site) {
            (BranchStart::Tape(names), _) => {
                let taped = names.iter().map(|name| run.taped(name).cloned());
                taped.collect::<Result<_, _>>()?
            }
            (BranchStart::Layer, Site::Layer(layer)) => vec![run.activation_tensor(layer)?.clone()],
            _ => vec![run.input_tensor().clone()],
        };
        inputs.push(Arc::new(cotangent));
        Ok(inputs)
    }
}
