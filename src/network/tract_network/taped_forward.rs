//! From the picture to the logits and the tape of the gradient at the picture.

use std::sync::Arc;

use tract_onnx::prelude::Tensor;

use crate::gradient::{LOGITS, Selection};
use crate::network::engine_error::EngineError;
use crate::network::execution_plan::{ExecutionPlan, array};
use crate::network::load_error::LoadError;
use crate::network::lowering::PackedWeights;
use crate::network::network_error::NetworkError;
use crate::network::run::{Run, Tape};
use crate::network::tape::{self, Taped};
use crate::onnx::{Model, node, pb};

/// A forward pass that keeps what the gradient at the picture is computed from.
pub struct TapedForward {
    pub plan: ExecutionPlan,
    picture: pb::ValueInfoProto,
    /// The outputs of the plan, the logits last.
    outputs: Vec<pb::ValueInfoProto>,
}

impl TapedForward {
    /// Extracts the graph from a model with the plain gradient branch of the picture, and
    /// optimises it.
    ///
    /// # Errors
    /// [`LoadError`] if the graph contradicts itself or tract cannot run it.
    pub fn new(
        model: &Model,
        selection: &Selection,
        weights: &mut PackedWeights,
    ) -> Result<Self, LoadError> {
        let picture = node::float_value(&selection.picture.name, &selection.picture.shape);
        let mut tape = tape::tape(model)?;
        tape.retain(|taped| taped.tensor != picture.name && taped.tensor != LOGITS);
        let graph = tape::taped_forward(model, selection, &tape)?;
        let taped = tape.iter().map(Taped::name);
        let names: Vec<String> = taped.chain([LOGITS.to_owned()]).collect();
        let plan = ExecutionPlan::of_subgraph(&graph, model, weights).map_err(LoadError::Engine)?;
        let outputs = plan.declared_outputs(&names).map_err(LoadError::Engine)?;
        Ok(TapedForward {
            plan,
            picture,
            outputs,
        })
    }

    /// Tensors of a run's tape, as a graph that reads them declares them. What a branch could
    /// read as a mask it reads as a tensor where the tape holds that: another policy's branch
    /// reads more of it.
    ///
    /// # Errors
    /// [`LoadError::Engine`] for one that the tape does not hold.
    pub fn declared(&self, tape: &mut [Taped]) -> Result<Vec<pb::ValueInfoProto>, LoadError> {
        let find = |name: &str| {
            let mut all = self.outputs.iter().chain([&self.picture]);
            all.find(|tensor| tensor.name == name)
        };
        let declared = tape.iter_mut().map(|taped| {
            taped.is_mask &= find(&taped.name()).is_some();
            find(&taped.name()).cloned().ok_or_else(|| {
                let tensor = &taped.tensor;
                let sentence = format!("the tape of the gradient has no tensor '{tensor}'");
                LoadError::Engine(EngineError::own(sentence))
            })
        });
        declared.collect()
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
        let logits = outputs.last().cloned().unwrap_or_default();
        let names = self.outputs.iter().map(|tensor| tensor.name.clone());
        let mut tape: Tape = names.zip(outputs).collect();
        tape.insert(self.picture.name.clone(), Arc::clone(&input));
        let run = Run::of_tensor(input, array(&logits)?.iter().copied().collect());
        Ok(run.with_tape(tape))
    }
}
