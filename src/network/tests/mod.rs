//! The gradient branch, run by tract.
//!
//! - `central_differences`: against central differences of the forward run
//! - `ties`: exact cases, where differences say nothing
//! - `requests`: what a network answers
//! - `computations`: pieces, changed activations, other sites and policies
//! - `legalisation`: forms of operators that tract does not run as they are
//! - `quantised`: networks in int8
//! - `refusals`: models that are refused, with a sentence that names the place

mod central_differences;
mod computations;
mod legalisation;
mod quantised;
mod refusals;
mod requests;
mod ties;

use prost::Message;

use ndarray::{Array3, Array4};

use super::{Computation, Network, NetworkError, Run, Site, TractNetwork, compute};
use crate::gradient::{AttachOptions, ReluPolicy};
use crate::onnx::testing::{GraphBuilder, model};

/// A picture [1, 3, h, w] that the layer under test, `l`, simply repeats.
fn graph(height: usize, width: usize) -> GraphBuilder {
    let mut graph = GraphBuilder::new(&[("x", &[1, 3, height, width])]);
    graph.node("Relu", "keep", &["x"], "l");
    graph
}

fn load(graph: GraphBuilder, opset: i64) -> TractNetwork {
    let mut proto = model(graph);
    proto.opset_import[0].version = opset;
    let options = AttachOptions {
        layers: vec!["l".into()],
        ..AttachOptions::default()
    };
    TractNetwork::load(proto.encode_to_vec(), &options, &mut |_, _| ()).unwrap()
}

/// The layer under test, by its tensor.
const LAYER: &str = "l";

fn forward(network: &mut TractNetwork, input: Array4<f32>) -> Result<Run, NetworkError> {
    let layers = vec![LAYER.to_owned()];
    compute(
        network,
        Computation::Forward { input, layers },
        &mut |_, _| (),
    )?
    .into_run()
}

/// The gradient at the layer under test.
fn backward(
    network: &mut TractNetwork,
    run: &Run,
    cotangent: &[f32],
) -> Result<Array3<f32>, NetworkError> {
    gradient(network, run, Site::Layer(LAYER.to_owned()), cotangent)
}

fn gradient(
    network: &mut TractNetwork,
    run: &Run,
    site: Site,
    cotangent: &[f32],
) -> Result<Array3<f32>, NetworkError> {
    let gradient = Computation::Gradient {
        run: run.clone(),
        site,
        policy: ReluPolicy::Plain,
        cotangent: cotangent.to_vec(),
    };
    compute(network, gradient, &mut |_, _| ())?.into_gradient()
}

/// Positive numbers, no two alike, in no order.
fn values(count: usize) -> Vec<f32> {
    (0..count)
        .map(|n| 0.3 + ((n * 37 + 11) % 101) as f32 / 50.0 + n as f32 * 1e-3)
        .collect()
}

fn weights(count: usize) -> Vec<f32> {
    values(count).iter().map(|value| value - 1.2).collect()
}

/// Ends a graph whose tensor `from` holds `features` values with a Dense layer.
fn dense(mut graph: GraphBuilder, from: &str, features: usize) -> GraphBuilder {
    graph.node("Flatten", "flatten", &[from], "f");
    graph
        .floats("w", &[3, features], &weights(3 * features))
        .floats("b", &[3], &[0.1, -0.2, 0.3]);
    graph
        .node("Gemm", "dense", &["f", "w", "b"], "y")
        .int("transB", 1);
    graph.output("y", &[1, 3])
}
