//! The forward pass, and what one run of it leaves behind.

use std::collections::HashMap;
use std::sync::Arc;

use ndarray::{Axis, Ix4};
use tract_onnx::prelude::Tensor;

use crate::gradient::{Layer, Selection};
use crate::network::engine_error::EngineError;
use crate::network::execution_plan::{ExecutionPlan, array, shape_error};
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::network::network_trait::{Forward, NetworkError};
use crate::network::subgraphs;
use crate::onnx::Model;

/// From the picture to the logits and some layers' activations.
pub struct ForwardPass {
    plan: ExecutionPlan,
    /// The layers whose activations it keeps.
    pub kept: Vec<Layer>,
}

/// What a forward run leaves behind.
pub struct ForwardRun {
    /// [1, C, h, w], or [1, h, w, C].
    pub input: Arc<Tensor>,
    /// K values.
    logits: Vec<f32>,
    /// By tensor, in its own order of axes.
    activations: HashMap<String, Arc<Tensor>>,
    /// How often the network ran on this input.
    pub count: u32,
}

impl ForwardPass {
    /// Extracts the graph from a model with its gradient branch, and optimises it.
    ///
    /// # Errors
    /// [`LoadError`] if the graph contradicts itself or tract cannot run it.
    pub fn new(
        model: &Model,
        selection: &Selection,
        kept: Vec<Layer>,
        weights: &mut PackedWeights,
    ) -> Result<Self, LoadError> {
        let graph = subgraphs::forward(model, selection, &kept)?;
        let plan = ExecutionPlan::of_subgraph(&graph, model, weights).map_err(LoadError::Engine)?;
        Ok(ForwardPass { plan, kept })
    }

    /// Runs on an input of the model's own layout; `count` is how often the network has
    /// run on this input, this run included.
    ///
    /// # Errors
    /// [`NetworkError::Run`].
    pub fn run(
        &mut self,
        input: Arc<Tensor>,
        count: u32,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<ForwardRun, NetworkError> {
        let outputs = self.plan.run_tensors(vec![input.clone()], progress)?;
        let mut outputs = outputs.into_iter();
        let logits = outputs.next().unwrap_or_default();
        let tensors = self.kept.iter().map(|layer| layer.tensor.clone());
        Ok(ForwardRun {
            input,
            logits: array(&logits)?.iter().copied().collect(),
            activations: tensors.zip(outputs).collect(),
            count,
        })
    }
}

impl ForwardRun {
    /// A layer's activations, [1, C, h, w] or [1, h, w, C].
    ///
    /// # Errors
    /// [`NetworkError::Run`] if the run did not keep them.
    pub fn activations(&self, layer: &Layer) -> Result<&Arc<Tensor>, NetworkError> {
        let missing = || {
            let sentence = format!("it gave no activations of '{}'", layer.tensor);
            NetworkError::Run(EngineError::own(sentence))
        };
        self.activations.get(&layer.tensor).ok_or_else(missing)
    }

    /// The logits and a layer's activations, the latter as [C, h, w].
    ///
    /// # Errors
    /// [`NetworkError::Run`] if the run did not keep them.
    pub fn at_layer(&self, layer: &Layer) -> Result<Forward, NetworkError> {
        let own = array(self.activations(layer)?)?;
        let own = own.into_dimensionality::<Ix4>().map_err(shape_error)?;
        let activations = if layer.channels_last {
            own.permuted_axes([0, 3, 1, 2])
        } else {
            own
        };
        let activations = activations.index_axis_move(Axis(0), 0);
        Ok(Forward {
            logits: self.logits.clone(),
            activations: activations.as_standard_layout().into_owned(),
        })
    }
}
