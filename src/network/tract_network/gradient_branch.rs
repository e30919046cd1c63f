//! The gradient branch of one site under one ReLU policy, ready to run.

use crate::gradient::{ReluPolicy, Selection};
use crate::network::execution_plan::ExecutionPlan;
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::network::network_trait::Site;
use crate::network::subgraphs::{self, GradientGraph};
use crate::onnx::Model;

/// From a layer's activations, or the picture, and a cotangent to the gradients at a site.
pub struct GradientBranch {
    pub site: Site,
    pub policy: ReluPolicy,
    pub plan: ExecutionPlan,
    /// The plan's first input is the layer's activations; else it is the picture, and
    /// each run of the branch repeats the forward pass.
    pub starts_at_layer: bool,
}

impl GradientBranch {
    /// Extracts the graph from a model with its gradient branch, and optimises it.
    ///
    /// # Errors
    /// [`LoadError`] if the graph contradicts itself or tract cannot run it.
    pub fn new(
        model: &Model,
        selection: &Selection,
        site: Site,
        policy: ReluPolicy,
        weights: &mut PackedWeights,
    ) -> Result<Self, LoadError> {
        let GradientGraph {
            model: graph,
            starts_at_layer,
        } = match site {
            Site::Layer(_) => subgraphs::gradient(model, selection)?,
            Site::Input => GradientGraph {
                model: subgraphs::input_gradient(model, selection)?,
                starts_at_layer: false,
            },
        };
        let plan = ExecutionPlan::of_subgraph(&graph, model, weights).map_err(LoadError::Engine)?;
        Ok(GradientBranch {
            site,
            policy,
            plan,
            starts_at_layer,
        })
    }
}
