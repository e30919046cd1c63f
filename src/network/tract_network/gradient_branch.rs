//! The gradient branch of one layer, ready to run.

use crate::gradient::{Layer, Selection};
use crate::network::execution_plan::ExecutionPlan;
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::network::subgraphs::{self, GradientGraph};
use crate::onnx::Model;

/// From a layer's activations and a cotangent to the gradients there.
pub struct GradientBranch {
    pub selection: Selection,
    /// The layer's tensor in the file; the branch may have given it another name.
    pub file_tensor: String,
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
        selection: Selection,
        file_tensor: String,
        weights: &mut PackedWeights,
    ) -> Result<Self, LoadError> {
        let GradientGraph {
            model: graph,
            starts_at_layer,
        } = subgraphs::gradient(model, &selection)?;
        let plan = ExecutionPlan::of_subgraph(&graph, model, weights).map_err(LoadError::Engine)?;
        Ok(GradientBranch {
            selection,
            file_tensor,
            plan,
            starts_at_layer,
        })
    }

    pub fn layer(&self) -> Layer {
        self.selection.layer.clone()
    }
}
