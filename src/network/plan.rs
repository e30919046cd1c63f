//! One ONNX graph, made ready and run by tract.

use ndarray::{ArrayD, ArrayViewD};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::plan::eval;
use web_time::Instant;

use super::taken::{self, Shared};
use super::{NetworkError, kernels};
use crate::onnx::Model;

type State = tract_onnx::tract_core::plan::SimpleState<TypedFact, Box<dyn TypedOp>>;

/// An optimised graph and the state it runs in.
pub struct Plan {
    plan: Arc<TypedRunnableModel>,
    state: State,
    steps: usize,
}

impl Plan {
    /// Optimises a graph whose inputs all have fixed shapes. The order of its
    /// inputs and outputs is that of [`Plan::run`].
    ///
    /// # Errors
    /// tract's own words, for a graph that it cannot run.
    pub fn new(model: &Model) -> Result<Plan, String> {
        Plan::of_part(model, model, &mut Shared::default())
    }

    /// The same for a part of a model, of which `whole` holds the large weights.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub(super) fn of_part(
        part: &Model,
        whole: &Model,
        shared: &mut Shared,
    ) -> Result<Plan, String> {
        contained(|| Plan::optimise(part, whole, shared)).unwrap_or_else(Err)
    }

    fn optimise(part: &Model, whole: &Model, shared: &mut Shared) -> Result<Plan, String> {
        // Weights are packed for the tile that is chosen.
        kernels::autotune();
        let rest = taken::take(part, whole, shared).map_err(|error| error.to_string())?;
        // The file's own shapes of inner tensors are not believed: tract infers them.
        let onnx = tract_onnx::onnx().with_ignore_value_info(true);
        let mut parsed = onnx.parse(&rest.proto, None).map_err(words)?;
        if let Some(name) = parsed.unresolved_inputs.first() {
            return Err(format!("the tensor '{name}' is missing"));
        }
        rest.put_back(&mut parsed.model);
        let plan = parsed
            .model
            .into_typed()
            .and_then(kernels::declutter)
            .and_then(|mut model| model.optimize().map(|()| model))
            .and_then(IntoRunnable::into_runnable)
            .map_err(words)?;
        let state = plan.spawn().map_err(words)?;
        let steps = plan.order_without_consts().len();
        Ok(Plan { plan, state, steps })
    }

    /// Runs the graph. `progress` hears of nodes done and their total, after
    /// each node.
    ///
    /// # Errors
    /// [`NetworkError::Run`] with tract's words; the plan can run again.
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

    /// The same for tensors, of which none is copied.
    ///
    /// # Errors
    /// As [`Plan::run`].
    pub(super) fn run_tensors(
        &mut self,
        inputs: Vec<Arc<Tensor>>,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Vec<Arc<Tensor>>, NetworkError> {
        let mut done = 0;
        let steps = self.steps;
        self.execute(inputs, &mut |_| {
            done += 1;
            progress(done.min(steps), steps);
        })
    }

    /// Runs the graph; `after` hears of each node when it is done.
    fn execute(
        &mut self,
        inputs: Vec<Arc<Tensor>>,
        after: &mut dyn FnMut(&TypedNode),
    ) -> Result<Vec<Arc<Tensor>>, NetworkError> {
        let inputs = inputs.into_iter().map(IntoTValue::into_tvalue).collect();
        let state = &mut self.state;
        let outputs = contained(|| {
            let _awake = kernels::PoolActivity::start();
            state.run_plan_with_eval(inputs, |context, state, node, inputs| {
                let result = eval(context, state, node, inputs);
                after(node);
                result
            })
        });
        let outputs = outputs.and_then(|outputs| outputs.map_err(words));
        match outputs {
            Ok(outputs) => Ok(outputs.into_iter().map(TValue::into_arc_tensor).collect()),
            Err(reason) => {
                // A state that failed half-way may hold values of that run.
                if let Ok(state) = self.plan.spawn() {
                    self.state = state;
                }
                Err(NetworkError::Run(reason))
            }
        }
    }

    /// Runs the graph once and tells how long each node took, in their order.
    ///
    /// # Errors
    /// [`NetworkError::Run`] with tract's words.
    pub fn profile(&mut self, inputs: Vec<ArrayD<f32>>) -> Result<Vec<NodeTime>, NetworkError> {
        let mut times = Vec::with_capacity(self.steps);
        let mut before = Instant::now();
        let inputs = inputs.into_iter().map(tensor).collect();
        self.execute(inputs, &mut |node| {
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

/// One node of an optimised graph and how long it took.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeTime {
    pub name: String,
    /// tract's name of what the node does.
    pub operator: String,
    /// Shape of what it makes.
    pub output: String,
    pub milliseconds: f64,
}

/// Numbers as a tensor.
pub(super) fn tensor(values: ArrayD<f32>) -> Arc<Tensor> {
    Arc::new(Tensor::from(values))
}

/// A tensor's numbers.
///
/// # Errors
/// [`NetworkError::Run`] if they are not float32.
pub(super) fn array(tensor: &Tensor) -> Result<ArrayViewD<'_, f32>, NetworkError> {
    let view = tensor.to_plain_array_view::<f32>();
    view.map_err(|error| NetworkError::Run(words(error)))
}

/// Runs what may panic on a graph that nobody has seen before, and makes an error
/// of it. In a browser a panic ends the worker, and the page replaces it.
fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).map_err(|panic| {
        let words = panic
            .downcast_ref::<&str>()
            .map(|words| (*words).to_owned());
        let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
        words.unwrap_or_else(|| "it broke down".into())
    })
}

/// The whole chain of causes in one line.
fn words(error: TractError) -> String {
    format!("{error:#}").replace('\n', " ")
}
