//! The part of a network behind a layer.

use crate::gradient::Selection;
use crate::network::execution_plan::ExecutionPlan;
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::network::subgraphs;
use crate::onnx::Model;

/// From a layer's activations to the logits.
pub struct PlanBehindLayer {
    pub layer: String,
    pub plan: ExecutionPlan,
    pub channels_last: bool,
}

impl PlanBehindLayer {
    /// `None` where the logits depend on the picture by other ways.
    ///
    /// # Errors
    /// [`LoadError`] where the graph cannot be cut or prepared.
    pub fn new(
        model: &Model,
        selection: &Selection,
        layer: &str,
        weights: &mut PackedWeights,
    ) -> Result<Option<PlanBehindLayer>, LoadError> {
        let Some(graph) = subgraphs::behind_layer(model, selection)? else {
            return Ok(None);
        };
        let plan = ExecutionPlan::of_subgraph(&graph, model, weights);
        Ok(Some(PlanBehindLayer {
            layer: layer.to_owned(),
            plan: plan.map_err(LoadError::Engine)?,
            channels_last: selection.layer.channels_last,
        }))
    }
}
