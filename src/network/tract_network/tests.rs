//! Weights whose bytes are freed when a branch back to the picture is ready, and the engine's own
//! node for the gradient of MaxPool.

use ndarray::{Array3, Array4};
use prost::Message as _;

use super::TractNetwork;
use crate::gradient::{AttachOptions, ReluPolicy, attach};
use crate::network::{Computation, ExecutionPlan, Run, Site, compute};
use crate::onnx::testing::{GraphBuilder, model};
use crate::onnx::{Limits, Model};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Numbers between −1 and 1 in no order.
fn numbers(count: usize, seed: usize) -> Vec<f32> {
    (0..count)
        .map(|place| ((place * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0)
        .collect()
}

/// x [1, 3, 5, 5] → pointwise convolution, batch norm, ReLU → pointwise convolution, ReLU →
/// mean → 2 logits.
fn network() -> TractNetwork {
    let mut graph = GraphBuilder::new(&[("x", &[1, 3, 5, 5])]);
    graph
        .floats("w", &[6, 3, 1, 1], &numbers(18, 1))
        .floats("v", &[4, 6, 1, 1], &numbers(24, 2))
        .floats("d", &[4, 2], &numbers(8, 3));
    for (name, seed) in [("scale", 5), ("shift", 6), ("mean", 7), ("variance", 8)] {
        let values: Vec<f32> = numbers(6, seed).iter().map(|value| value + 1.5).collect();
        graph.floats(name, &[6], &values);
    }
    let norm = ["c", "scale", "shift", "mean", "variance"];
    graph
        .node("Conv", "first", &["x", "w"], "c")
        .node("BatchNormalization", "norm", &norm, "n")
        .node("Relu", "first_relu", &["n"], "r")
        .node("Conv", "second", &["r", "v"], "e")
        .node("Relu", "second_relu", &["e"], "s")
        .node("GlobalAveragePool", "pool", &["s"], "p")
        .node("Flatten", "flatten", &["p"], "f")
        .node("Gemm", "dense", &["f", "d"], "y");
    let file = model(graph.output("y", &[1, 2])).encode_to_vec();
    TractNetwork::load(file, &AttachOptions::default(), &mut |_, _| ()).unwrap()
}

fn picture() -> Array4<f32> {
    Array4::from_shape_vec((1, 3, 5, 5), numbers(75, 9)).unwrap()
}

fn gradient(network: &mut TractNetwork, run: &Run, site: Site) -> Array3<f32> {
    let gradient = Computation::Gradient {
        run: run.clone(),
        site,
        policy: ReluPolicy::Plain,
        cotangent: vec![1.0, -0.5],
    };
    let computed = compute(network, gradient, &mut |_, _| ()).unwrap();
    computed.into_gradient().unwrap()
}

/// The picture's gradient, after which weights are released.
fn input_gradient(network: &mut TractNetwork) -> Array3<f32> {
    let taped = Computation::TapedForward { input: picture() };
    let run = compute(network, taped, &mut |_, _| ()).unwrap();
    gradient(network, &run.into_run().unwrap(), Site::Input)
}

/// The names of the weights that have no bytes.
fn released(network: &TractNetwork) -> Vec<&str> {
    let weights = network.plans.file.graph().initializer.iter();
    let released = weights.filter(|weights| weights.raw_data.is_empty());
    released.map(|weights| weights.name.as_str()).collect()
}

#[test]
fn other_layers_are_explained_after_weights_were_released() {
    let (mut fresh, mut released_network) = (network(), network());
    input_gradient(&mut released_network);
    assert_eq!(released(&fresh), [""; 0]);
    assert_eq!(released(&released_network), ["w", "v"]);
    // The first's batch norm cannot be folded any more.
    for layer in ["c", "r", "e"] {
        let [wanted, found] = [&mut fresh, &mut released_network].map(|network| {
            let (input, layers) = (picture(), vec![layer.to_owned()]);
            let forward = Computation::Forward { input, layers };
            let run = compute(network, forward, &mut |_, _| ()).unwrap();
            let run = run.into_run().unwrap();
            let gradient = gradient(network, &run, Site::Layer(layer.to_owned()));
            (run.activations(layer).unwrap(), gradient)
        });
        assert_eq!(found, wanted, "{layer}");
    }
    assert_eq!(
        input_gradient(&mut released_network),
        input_gradient(&mut fresh)
    );
}

#[test]
fn random_weights_are_those_of_a_file_with_all_its_bytes() {
    let (fresh, mut released_network) = (network(), network());
    input_gradient(&mut released_network);
    let files = [&fresh, &released_network].map(|network| {
        let mut number = 0.0;
        let mut normals = |_| {
            let next = move || {
                number += 0.25;
                number
            };
            Box::new(next) as Box<dyn FnMut() -> f64>
        };
        network.plans.randomised(2, &mut normals).unwrap().encode()
    });
    assert!(files[0] == files[1]);
}

/// x [1, 3, 9, 8] → MaxPools of several kinds, which overlap, and a shortcut.
fn pools() -> Vec<u8> {
    let mut graph = GraphBuilder::new(&[("x", &[1, 3, 9, 8])]);
    graph.floats("d", &[3, 2], &numbers(6, 3));
    graph.node("Relu", "relu", &["x"], "r");
    graph
        .node("MaxPool", "first", &["r"], "m")
        .ints("kernel_shape", &[3, 3])
        .ints("strides", &[2, 1])
        .text("auto_pad", "SAME_UPPER");
    graph
        .node("MaxPool", "second", &["m"], "n")
        .ints("kernel_shape", &[3, 2])
        .ints("strides", &[2, 3])
        .ints("pads", &[1, 1, 0, 1])
        .int("ceil_mode", 1);
    graph
        .node("GlobalAveragePool", "mean", &["n"], "p")
        .node("Flatten", "flatten", &["p"], "f")
        .node("Gemm", "dense", &["f", "d"], "y");
    model(graph.output("y", &[1, 2])).encode_to_vec()
}

#[test]
fn the_engine_s_own_node_gives_the_gradient_of_the_others() {
    let file = pools();
    let options = AttachOptions {
        input_gradient: true,
        ..AttachOptions::default()
    };
    // Rounded, so that windows have several maxima.
    let input = numbers(216, 4).into_iter().map(|x| (4.0 * x).round());
    let input = Array4::from_shape_vec((1, 3, 9, 8), input.collect()).unwrap();
    let mut model = Model::decode(&file, Limits::default()).unwrap();
    attach(&mut model, &options).unwrap();
    let is_maximum = |node: &&crate::onnx::pb::NodeProto| node.op_type == "Less";
    assert_eq!(model.graph().node.iter().filter(is_maximum).count(), 15);
    let cotangent = ndarray::arr2(&[[1.0, -0.5]]).into_dyn();
    let mut plan = ExecutionPlan::new(&model).unwrap();
    let inputs = vec![input.clone().into_dyn(), cotangent];
    let wanted = plan.run(inputs, &mut |_, _| ()).unwrap().pop().unwrap();

    let mut network = TractNetwork::load(file, &options, &mut |_, _| ()).unwrap();
    let taped = Computation::TapedForward { input };
    let run = compute(&mut network, taped, &mut |_, _| ()).unwrap();
    let found = gradient(&mut network, &run.into_run().unwrap(), Site::Input);
    let bits = |values: Vec<f32>| values.into_iter().map(f32::to_bits).collect::<Vec<_>>();
    assert!(wanted.iter().any(|&value| value != 0.0));
    assert_eq!(
        bits(found.into_iter().collect()),
        bits(wanted.into_iter().collect())
    );
}
