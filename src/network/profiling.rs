//! How long a model, its gradient branch and its nodes take.

use std::time::Duration;

use ndarray::{ArrayD, IxDyn};
use web_time::Instant;

use super::engine_error::EngineError;
use super::execution_plan::{ExecutionPlan, NodeTime};
use super::load_error::LoadError;
use super::network_error::NetworkError;
use crate::gradient::LOGITS;
use crate::onnx::{
    Model, Shape, check_operands, default_input_shape, extract, infer_shapes, node, pb,
};

/// The shortest of several runs.
#[derive(Clone, Copy, Debug)]
pub struct BranchTimes {
    /// From the picture to the logits.
    pub forward: Duration,
    /// From the picture to the gradients, the forward run included.
    pub branch: Duration,
}

/// Times a model with its gradient branch on a picture of noise.
///
/// # Errors
/// [`LoadError::Engine`] for a graph that tract cannot run.
pub fn time_branch(model: &Model, runs: usize) -> Result<BranchTimes, LoadError> {
    let graph = model.graph();
    let (picture, outputs) = (&graph.input[..1], &graph.output);
    let logits: Vec<_> = (outputs.iter().filter(|output| output.name == LOGITS))
        .cloned()
        .collect();
    let gradients: Vec<_> = (outputs.iter().filter(|o| o.name.starts_with("gradients")))
        .cloned()
        .collect();
    let forward = shortest_run(&extract(model, picture, &logits)?, runs)?;
    let branch = shortest_run(&extract(model, &graph.input, &gradients)?, runs)?;
    Ok(BranchTimes { forward, branch })
}

fn not_run(error: NetworkError) -> LoadError {
    LoadError::Engine(match error {
        NetworkError::Run(error) => error,
        other => EngineError::own(other.to_string()),
    })
}

fn shortest_run(model: &Model, runs: usize) -> Result<Duration, LoadError> {
    let mut plan = ExecutionPlan::new(model).map_err(LoadError::Engine)?;
    let inputs: Vec<ArrayD<f32>> = model.graph().input.iter().map(noise).collect();
    let mut shortest = Duration::MAX;
    // The first run warms up.
    for _ in 0..=runs {
        let inputs = inputs.clone();
        let started = Instant::now();
        plan.run(inputs, &mut |_, _| ()).map_err(not_run)?;
        shortest = shortest.min(started.elapsed());
    }
    Ok(shortest)
}

/// Runs a model on a picture of noise and measures each node of its
/// optimised graph: the shortest time of several runs.
///
/// # Errors
/// [`LoadError::Onnx`] for a graph that nothing can run, or only in too much memory;
/// [`LoadError::Engine`] for one that tract cannot run.
pub fn profile(model: &Model, runs: usize) -> Result<Vec<NodeTime>, LoadError> {
    let graph = model.graph();
    let shapes: Vec<(&str, Shape)> = (graph.input.iter())
        .map(|input| (&*input.name, default_input_shape(input)))
        .collect();
    check_operands(model, &infer_shapes(model, &shapes)?)?;
    let settled =
        |input: &pb::ValueInfoProto| node::float_value(&input.name, &default_input_shape(input));
    let settled: Vec<_> = graph.input.iter().map(settled).collect();
    let inputs: Vec<ArrayD<f32>> = settled.iter().map(noise).collect();
    let mut plan =
        ExecutionPlan::new(&extract(model, &settled, &graph.output)?).map_err(LoadError::Engine)?;
    plan.profile(inputs.clone()).map_err(not_run)?;
    let mut shortest = plan.profile(inputs.clone()).map_err(not_run)?;
    for _ in 1..runs {
        let times = plan.profile(inputs.clone()).map_err(not_run)?;
        for (shortest, node) in shortest.iter_mut().zip(times) {
            shortest.milliseconds = shortest.milliseconds.min(node.milliseconds);
        }
    }
    Ok(shortest)
}

/// Pseudo-random values in −1…1, the same at each call: a linear congruential generator
/// with the constants of Numerical Recipes.
fn noise(input: &pb::ValueInfoProto) -> ArrayD<f32> {
    let mut state = 1u32;
    ArrayD::from_shape_simple_fn(IxDyn(&default_input_shape(input)), || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    })
}
