//! One ONNX graph, made ready and run by tract.

mod last_uses;
#[cfg(test)]
mod tests;

use ndarray::{ArrayD, ArrayViewD};
use tract_onnx::prelude::*;
use web_time::Instant;

use self::last_uses::LastUses;
use super::engine_error::EngineError;
use super::graph_preparation;
use super::kernels;
use super::lowering::{self, PackedWeights};
use super::network_error::NetworkError;
use crate::onnx::{Model, node, pb};

type State = tract_onnx::tract_core::plan::SimpleState<TypedFact, Box<dyn TypedOp>>;

/// Operations of a graph that is still optimised: tract looks at all of them after each of
/// its steps. The slowest graphs of so many, a chain and a fan of equal nodes, take 5 s
/// natively; a browser takes twice as long.
const MAX_OPERATIONS: usize = 5_000;

/// An optimised graph and the state of its runs.
pub struct ExecutionPlan {
    plan: Arc<TypedRunnableModel>,
    state: State,
    last_uses: LastUses,
    /// The step that comes next; `None` where no run has begun.
    next_step: Option<usize>,
}

/// An optimised graph without the state of its runs: copies share its weights, and other threads
/// may have them.
#[derive(Clone)]
pub(super) struct SharedPlan {
    plan: Arc<TypedRunnableModel>,
    last_uses: LastUses,
}

impl SharedPlan {
    /// The graph with runs of its own.
    ///
    /// # Errors
    /// [`EngineError`], as tract gives it.
    pub(super) fn spawn(self) -> Result<ExecutionPlan, EngineError> {
        let state = self.plan.spawn();
        Ok(ExecutionPlan {
            state: state.map_err(|error| EngineError::of_tract(&error))?,
            plan: self.plan,
            last_uses: self.last_uses,
            next_step: None,
        })
    }
}

impl ExecutionPlan {
    /// The graph without its runs.
    pub(super) fn share(&self) -> SharedPlan {
        SharedPlan {
            plan: Arc::clone(&self.plan),
            last_uses: self.last_uses.clone(),
        }
    }

    /// Optimises a graph whose inputs all have fixed shapes. [`ExecutionPlan::run`] takes
    /// its inputs and gives its outputs in the order of the graph.
    ///
    /// # Errors
    /// [`EngineError`], for a graph that tract cannot run.
    pub fn new(model: &Model) -> Result<ExecutionPlan, EngineError> {
        ExecutionPlan::of_subgraph(model, model, &mut PackedWeights::default())
    }

    /// The same for a subgraph of `model`, which holds the large weights; `weights` is
    /// shared by all plans of that model.
    ///
    /// # Errors
    /// As [`ExecutionPlan::new`].
    pub(super) fn of_subgraph(
        subgraph: &Model,
        model: &Model,
        weights: &mut PackedWeights,
    ) -> Result<ExecutionPlan, EngineError> {
        catch_panic(|| ExecutionPlan::optimise(subgraph, model, weights)).unwrap_or_else(Err)
    }

    fn optimise(
        subgraph: &Model,
        model: &Model,
        weights: &mut PackedWeights,
    ) -> Result<ExecutionPlan, EngineError> {
        let operations = operation_count(subgraph);
        if operations > MAX_OPERATIONS {
            let sentence =
                format!("it takes {operations} operations, and the limit is {MAX_OPERATIONS}");
            return Err(EngineError::own(sentence));
        }
        // Weights are packed for the microkernel that is chosen.
        kernels::autotune();
        let remaining = lowering::lower(subgraph, model, weights)
            .map_err(|error| EngineError::own(error.to_string()))?;
        // tract infers shapes itself; those that the file states may be wrong.
        let onnx = tract_onnx::onnx().with_ignore_value_info(true);
        let mut parsed = onnx
            .parse(&remaining.proto, None)
            .map_err(|error| EngineError::of_tract(&error))?;
        if let Some(name) = parsed.unresolved_inputs.first() {
            return Err(EngineError::own(format!("the tensor '{name}' is missing")));
        }
        remaining.insert_layers(&mut parsed.model);
        let plan = parsed
            .model
            .into_typed()
            .and_then(|mut model| graph_preparation::prepare(&mut model).map(|()| model))
            .and_then(kernels::declutter)
            .and_then(|mut model| model.optimize().map(|()| model))
            .and_then(IntoRunnable::into_runnable)
            .map_err(|error| EngineError::of_tract(&error))?;
        let state = plan
            .spawn()
            .map_err(|error| EngineError::of_tract(&error))?;
        let last_uses = LastUses::of(&plan);
        Ok(ExecutionPlan {
            plan,
            state,
            last_uses,
            next_step: None,
        })
    }

    /// The outputs with these names as a graph that reads them declares them.
    ///
    /// # Errors
    /// [`EngineError`] for one whose type or shape is not known.
    pub(super) fn declared_outputs(
        &self,
        names: &[String],
    ) -> Result<Vec<pb::ValueInfoProto>, EngineError> {
        let model = self.plan.model();
        let declared = names.iter().enumerate().map(|(number, name)| {
            let fact = model.output_fact(number);
            let fact = fact.map_err(|error| EngineError::of_tract(&error))?;
            let shape = fact.shape.as_concrete();
            let element_type = element_type(fact.datum_type);
            let (Some(shape), Some(element_type)) = (shape, element_type) else {
                let sentence = format!("the size of the tensor '{name}' is not known");
                return Err(EngineError::own(sentence));
            };
            Ok(node::value(name, shape, element_type))
        });
        declared.collect()
    }

    /// Runs the graph. `progress` is called after each node with the number of nodes
    /// done and their total.
    ///
    /// # Errors
    /// [`NetworkError::Run`]; the plan can run again.
    pub fn run(
        &mut self,
        inputs: Vec<ArrayD<f32>>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Vec<ArrayD<f32>>, NetworkError> {
        let inputs = inputs.into_iter().map(tensor).collect();
        let outputs = self.run_tensors(inputs, progress)?;
        let owned = |output: Arc<Tensor>| Ok(array(&output)?.to_owned());
        outputs.into_iter().map(owned).collect()
    }

    /// The same without a copy of inputs or outputs.
    ///
    /// # Errors
    /// As [`ExecutionPlan::run`].
    pub(super) fn run_tensors(
        &mut self,
        inputs: Vec<Arc<Tensor>>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Vec<Arc<Tensor>>, NetworkError> {
        let (mut done, total) = (0, self.last_uses.of_steps.len());
        let outputs = self.run_to_end(inputs, &mut |_| {
            done += 1;
            progress(done.min(total), total);
        })?;
        Ok(outputs)
    }

    /// Runs the graph and calls `after` with each node that is done.
    fn run_to_end(
        &mut self,
        inputs: Vec<Arc<Tensor>>,
        after: &mut dyn FnMut(&TypedNode),
    ) -> Result<Vec<Arc<Tensor>>, NetworkError> {
        self.start(inputs)?;
        let outputs = self.execute(&mut |node, _, _| {
            after(node);
            true
        })?;
        outputs.ok_or_else(|| NetworkError::Run(EngineError::own("it stopped early")))
    }

    /// Begins a run; one that has not ended is dropped. [`ExecutionPlan::advance`] goes on
    /// with it.
    ///
    /// # Errors
    /// [`NetworkError::Run`] for inputs that do not fit.
    pub(super) fn start(&mut self, inputs: Vec<Arc<Tensor>>) -> Result<(), NetworkError> {
        let inputs = inputs.into_iter().map(IntoTValue::into_tvalue).collect();
        let state = &mut self.state;
        let started = catch_panic(|| -> TractResult<()> {
            // A state that never ran has no values yet.
            if !state.turn_state.values.is_empty() {
                state.reset_turn()?;
            }
            state.set_inputs(inputs)
        });
        self.next_step = Some(0);
        self.checked(started)
    }

    /// Runs node after node until the last, or until `may_continue`, called with the number
    /// of nodes done and their total, says no. The outputs, or `None` while there is more
    /// to do.
    ///
    /// # Errors
    /// [`NetworkError::Run`]; the plan can run again.
    pub(super) fn advance(
        &mut self,
        may_continue: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Option<Vec<Arc<Tensor>>>, NetworkError> {
        self.execute(&mut |_, done, total| may_continue(done, total))
    }

    fn execute(
        &mut self,
        may_continue: &mut dyn FnMut(&TypedNode, usize, usize) -> bool,
    ) -> Result<Option<Vec<Arc<Tensor>>>, NetworkError> {
        let (state, plan, last_uses) = (&mut self.state, &self.plan, &self.last_uses);
        let next_step = self.next_step.take();
        let Some(mut step) = next_step else {
            return Err(NetworkError::Run(EngineError::own("no run has begun")));
        };
        let order = &last_uses.order;
        let advanced = catch_panic(|| -> TractResult<Option<TVec<TValue>>> {
            let _awake = kernels::PoolActivity::start();
            while let Some(&node) = order.get(step) {
                let inputs = state.prepare_inputs(node)?;
                for &read in &last_uses.of_steps[step] {
                    state.turn_state.values[read] = None;
                }
                state.compute_one_with_inputs(node, inputs)?;
                step += 1;
                let goes_on = may_continue(plan.model().node(node), step, order.len());
                if !goes_on && step < order.len() {
                    return Ok(None);
                }
            }
            let outputs = state.outputs()?;
            state.reset_turn()?;
            Ok(Some(outputs))
        });
        let outputs = self.checked(advanced)?;
        if outputs.is_none() {
            self.next_step = Some(step);
        }
        let tensors = |outputs: TVec<TValue>| {
            let outputs = outputs.into_iter();
            outputs.map(TValue::into_arc_tensor).collect()
        };
        Ok(outputs.map(tensors))
    }

    /// The outputs of the run that has begun which no step reads any more, with their numbers.
    /// The run gives empty tensors [1, 0, 0, 0] in their place when it ends.
    pub(super) fn take_outputs(&mut self) -> Vec<(usize, Arc<Tensor>)> {
        let done = self.next_step.unwrap_or(0);
        let model = self.plan.model();
        let values = &mut self.state.turn_state.values;
        let mut taken = Vec::new();
        for (number, output) in model.outputs.iter().enumerate() {
            let is_last = self.last_uses.of_outputs[number].is_some_and(|end| end <= done);
            if let Some([value]) = values.get(output.node).and_then(|values| values.as_deref())
                && is_last
                && value.len() > 0
            {
                taken.push((number, value.clone().into_arc_tensor()));
            }
        }
        for (number, _) in &taken {
            let empty = Tensor::from(ndarray::Array4::<f32>::zeros((1, 0, 0, 0)));
            values[model.outputs[*number].node] = Some(tvec!(empty.into_tvalue()));
        }
        taken
    }

    /// What tract gave; after a failure the next run begins afresh.
    fn checked<T>(
        &mut self,
        result: Result<TractResult<T>, EngineError>,
    ) -> Result<T, NetworkError> {
        let result =
            result.and_then(|result| result.map_err(|error| EngineError::of_tract(&error)));
        result.map_err(|reason| {
            self.next_step = None;
            // The state may still hold values of the run that failed.
            if let Ok(state) = self.plan.spawn() {
                self.state = state;
            }
            NetworkError::Run(reason)
        })
    }

    /// Runs the graph once and measures each node, in the order of execution.
    ///
    /// # Errors
    /// [`NetworkError::Run`].
    pub fn profile(&mut self, inputs: Vec<ArrayD<f32>>) -> Result<Vec<NodeTime>, NetworkError> {
        let mut times = Vec::with_capacity(self.last_uses.of_steps.len());
        let mut before = Instant::now();
        let inputs = inputs.into_iter().map(tensor).collect();
        self.run_to_end(inputs, &mut |node| {
            let elapsed = before.elapsed();
            let output = node.outputs.first().map(|output| &output.fact.shape);
            times.push(NodeTime {
                name: node.name.clone(),
                operator: node.op.name().into_owned(),
                output: output.map_or(String::new(), |shape| format!("{shape:?}")),
                milliseconds: elapsed.as_secs_f64() * 1e3,
            });
            before = Instant::now();
        })?;
        Ok(times)
    }
}

/// Number of operations that tract makes of a graph, about: of a sum of many operands it
/// makes as many sums of two.
fn operation_count(graph: &Model) -> usize {
    /// Operands of a node that is still one operation.
    const MAX_OPERANDS: usize = 8;
    let nodes = graph.graph().node.iter();
    let operations = nodes.map(|node| match node.input.len() {
        0..=MAX_OPERANDS => 1,
        operands => operands,
    });
    operations.sum()
}

/// One node of an optimised graph and how long it took.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeTime {
    pub name: String,
    /// tract's name of the operation.
    pub operator: String,
    /// Shape of its first output, as tract prints it.
    pub output: String,
    pub milliseconds: f64,
}

/// A type as ONNX knows it, if a model computes with it.
fn element_type(datum_type: DatumType) -> Option<pb::tensor_proto::DataType> {
    use pb::tensor_proto::DataType;
    match datum_type {
        DatumType::F32 => Some(DataType::Float),
        DatumType::Bool => Some(DataType::Bool),
        DatumType::I32 => Some(DataType::Int32),
        DatumType::I64 => Some(DataType::Int64),
        _ => None,
    }
}

/// An array as a tensor of tract.
pub(super) fn tensor(values: ArrayD<f32>) -> Arc<Tensor> {
    Arc::new(Tensor::from(values))
}

/// A view of a tensor's values.
///
/// # Errors
/// [`NetworkError::Run`] if they are not float32.
pub(super) fn array(tensor: &Tensor) -> Result<ArrayViewD<'_, f32>, NetworkError> {
    let view = tensor.to_plain_array_view::<f32>();
    view.map_err(|error| NetworkError::Run(EngineError::of_tract(&error)))
}

pub(super) fn shape_error(error: ndarray::ShapeError) -> NetworkError {
    NetworkError::Run(EngineError::own(error.to_string()))
}

/// Makes an error of a panic in tract. In a browser a panic cannot be caught: it ends
/// the worker, and the page starts another.
fn catch_panic<T>(run: impl FnOnce() -> T) -> Result<T, EngineError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run))
        .map_err(|panic| EngineError::of_panic(&*panic))
}
