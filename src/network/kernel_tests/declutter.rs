use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::Approximation;

use super::random::random_tensor;
use crate::network::kernels::declutter;
use crate::onnx::testing::{self, GraphBuilder};

/// Input → depthwise 3×3 of stride 1 → ReLU → depthwise of stride 2 → ReLU6 →
/// max pooling.
fn network() -> TypedModel {
    let mut graph = GraphBuilder::new(&[("x", &[1, 3, 9, 11])]);
    let weights: Vec<f32> = (0..27)
        .map(|number| (number % 7) as f32 / 3.0 - 1.0)
        .collect();
    graph.floats("w", &[3, 1, 3, 3], &weights);
    graph.floats("b", &[3], &[0.5, -0.25, 1.0]);
    graph.floats("zero", &[], &[0.0]).floats("six", &[], &[6.0]);
    graph.node("Conv", "first", &["x", "w", "b"], "c");
    graph.int("group", 3).ints("pads", &[1, 1, 1, 1]);
    graph.node("Relu", "relu", &["c"], "r");
    graph.node("Conv", "second", &["r", "w"], "d");
    graph
        .int("group", 3)
        .ints("strides", &[2, 2])
        .text("auto_pad", "SAME_UPPER");
    graph.node("Clip", "relu6", &["d", "zero", "six"], "s");
    graph.node("MaxPool", "pool", &["s"], "y");
    graph.ints("kernel_shape", &[2, 2]).ints("strides", &[2, 2]);
    let proto = testing::model(graph.output("y", &[1, 3, 2, 3]));
    tract_onnx::onnx()
        .model_for_proto_model(&proto)
        .unwrap()
        .into_typed()
        .unwrap()
}

fn operators(model: &TypedModel) -> Vec<String> {
    let order = model.eval_order().unwrap();
    let names = order
        .into_iter()
        .map(|node| model.node(node).op.name().into_owned());
    names
        .filter(|name| name != "Const" && name != "Source")
        .collect()
}

#[test]
fn windows_are_replaced_and_their_relus_fused() {
    let model = declutter(network()).unwrap();
    let wanted = ["GradcamDepthwise", "GradcamDepthwise", "GradcamMaxPooling"];
    assert_eq!(operators(&model), wanted);
}

#[test]
fn the_rewritten_graph_computes_the_same() {
    let run = |model: TypedModel| {
        let plan = model.into_runnable().unwrap();
        let input = random_tensor(&[1, 3, 9, 11], 11).into_tvalue();
        plan.run(tvec!(input)).unwrap().remove(0).into_tensor()
    };
    let plain = run(network().into_decluttered().unwrap());
    run(declutter(network()).unwrap())
        .close_enough(&plain, Approximation::Approximate)
        .unwrap();
}

#[test]
fn a_relu_that_others_read_stays() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2, 4, 4])]);
    graph.floats("w", &[2, 1, 1, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    graph.node("Relu", "relu", &["x"], "r");
    graph
        .node("Conv", "convolution", &["r", "w"], "c")
        .int("group", 2);
    graph.ints("pads", &[0, 1, 0, 1]);
    graph.node("Mul", "product", &["c", "r"], "y");
    let proto = testing::model(graph.output("y", &[1, 2, 4, 4]));
    let model = tract_onnx::onnx().model_for_proto_model(&proto).unwrap();
    let model = declutter(model.into_typed().unwrap()).unwrap();
    assert_eq!(operators(&model), ["Max", "GradcamDepthwise", "Mul"]);
}

#[test]
fn windows_beyond_the_memory_limit_stay_with_tract() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2, 8, 8])]);
    graph.floats("w", &[2, 1, 2, 2], &[1.0; 8]);
    graph
        .node("Conv", "spread", &["x", "w"], "y")
        .int("group", 2);
    graph
        .ints("dilations", &[60_000; 2])
        .ints("pads", &[30_000; 4]);
    let proto = testing::model(graph.output("y", &[1, 2, 8, 8]));
    let model = tract_onnx::onnx().model_for_proto_model(&proto).unwrap();
    let model = declutter(model.into_typed().unwrap()).unwrap();
    assert!(
        !operators(&model)
            .iter()
            .any(|name| name == "GradcamDepthwise")
    );
}

#[test]
fn a_large_weight_with_two_readers_is_packed_once() {
    const SIDE: usize = 1100;
    let mut graph = GraphBuilder::new(&[("x", &[1, SIDE])]);
    let weights: Vec<f32> = (0..SIDE * SIDE)
        .map(|number| (number % 5) as f32 - 2.0)
        .collect();
    graph.floats("w", &[SIDE, SIDE], &weights);
    graph.node("Gemm", "forward", &["x", "w"], "h");
    graph
        .node("Gemm", "back", &["h", "w"], "y")
        .int("transB", 1);
    let proto = testing::model(graph.output("y", &[1, SIDE]));
    let model = tract_onnx::onnx().model_for_proto_model(&proto).unwrap();
    let mut model = declutter(model.into_typed().unwrap()).unwrap();
    model.optimize().unwrap();
    // Only vectors are left to be packed in a run.
    for id in model.eval_order().unwrap() {
        let node = model.node(id);
        let inputs = model.node_input_facts(id).unwrap();
        let large = inputs
            .iter()
            .any(|fact| fact.shape.volume() == (SIDE * SIDE).to_dim());
        assert!(!(large && node.op.name() == "OptMatMulPack"), "{node}");
    }
}
