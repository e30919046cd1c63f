//! From the picture to the logits and some layers' activations.

use std::sync::Arc;

use tract_onnx::prelude::Tensor;

use crate::gradient::{Layer, Selection};
use crate::network::execution_plan::{ExecutionPlan, array};
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::network::network_error::NetworkError;
use crate::network::run::Run;
use crate::network::subgraphs;
use crate::onnx::Model;

/// A forward pass that is ready to run.
pub struct ForwardPass {
    pub plan: ExecutionPlan,
    pub kept: Vec<KeptLayer>,
}

/// A layer whose activations a run keeps.
#[derive(Clone)]
pub struct KeptLayer {
    /// Its tensor in the file; the graph may have given it another name.
    file_tensor: String,
    channels_last: bool,
}

impl ForwardPass {
    /// Extracts the graph from a model with its gradient branch, and optimises it. The first
    /// of the layers kept is the selection's, whose tensor in the file is `file_tensor`.
    ///
    /// # Errors
    /// [`LoadError`] if the graph contradicts itself or tract cannot run it.
    pub fn new(
        model: &Model,
        selection: &Selection,
        file_tensor: &str,
        kept: &[Layer],
        weights: &mut PackedWeights,
    ) -> Result<Self, LoadError> {
        let graph = subgraphs::forward(model, selection, kept)?;
        let plan = ExecutionPlan::of_subgraph(&graph, model, weights).map_err(LoadError::Engine)?;
        let kept = kept.iter().map(|layer| KeptLayer {
            file_tensor: if layer.tensor == selection.layer.tensor {
                file_tensor.to_owned()
            } else {
                layer.tensor.clone()
            },
            channels_last: layer.channels_last,
        });
        Ok(ForwardPass {
            plan,
            kept: kept.collect(),
        })
    }

    /// Whether runs keep the activations of the layer with this tensor.
    pub fn keeps(&self, layer: &str) -> bool {
        self.kept.iter().any(|kept| kept.file_tensor == layer)
    }

    /// The run on `input` whose plan gave these outputs.
    ///
    /// # Errors
    /// [`NetworkError::Run`] if the logits are not float32.
    pub fn run_of(
        &self,
        input: Arc<Tensor>,
        outputs: Vec<Arc<Tensor>>,
    ) -> Result<Run, NetworkError> {
        let mut outputs = outputs.into_iter();
        let logits = outputs.next().unwrap_or_default();
        let mut run = Run::of_tensor(input, array(&logits)?.iter().copied().collect());
        for (layer, activations) in self.kept.iter().zip(outputs) {
            run.keep(&layer.file_tensor, activations, layer.channels_last);
        }
        Ok(run)
    }
}
