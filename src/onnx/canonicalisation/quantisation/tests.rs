use std::collections::HashMap;

use prost::Message as _;
use tract_onnx::pb::{self, tensor_proto::DataType};

use crate::onnx::evaluator::{Value, evaluate};
use crate::onnx::operators::foreign::MICROSOFT;
use crate::onnx::testing::{GraphBuilder, model};
use crate::onnx::{Limits, Model, node, tensor};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn bytes(name: &str, dims: &[usize], data_type: DataType, values: &[i64]) -> pb::TensorProto {
    let mut constant = tensor::from_floats(name, dims, &[]);
    constant.data_type = data_type as i32;
    constant.int32_data = values.iter().map(|&value| value as i32).collect();
    constant
}

/// The values of the output `y` for an input `x`.
fn run(graph: GraphBuilder, shape: &[usize], x: &[f64]) -> Vec<f64> {
    let file = model(graph.output("y", shape)).encode_to_vec();
    let read = Model::decode(&file, Limits::default()).unwrap();
    let inputs = HashMap::from([("x".to_owned(), Value::floats(shape, x.to_vec()))]);
    let values = evaluate(read.graph(), 17, &inputs).unwrap();
    values["y"].as_floats().unwrap().iter().copied().collect()
}

fn refused(graph: GraphBuilder) -> String {
    let file = model(graph.output("y", &[1, 4])).encode_to_vec();
    let error = Model::decode(&file, Limits::default()).unwrap_err();
    error.to_string()
}

/// x → quantised → dequantised, with a scale and a zero point of this type.
fn pair(scale: f32, zero: i64, data_type: DataType) -> GraphBuilder {
    let mut graph = GraphBuilder::new(&[("x", &[1, 4])]);
    graph.floats("s", &[], &[scale]);
    graph
        .graph
        .initializer
        .push(bytes("z", &[], data_type, &[zero]));
    graph.node("QuantizeLinear", "narrow", &["x", "s", "z"], "q");
    graph.node("DequantizeLinear", "widen", &["q", "s", "z"], "y");
    graph
}

/// The derivative is 1 where the rounded value is in the range, its ends included, and 0 outside:
/// PyTorch's `fake_quantize_per_tensor_affine`.
#[test]
fn the_gradient_passes_straight_in_the_range_and_not_outside() {
    let file = model(pair(0.5, 0, DataType::Uint8).output("y", &[1, 4])).encode_to_vec();
    let read = Model::decode(&file, Limits::default()).unwrap();
    let clip = read
        .graph()
        .node
        .iter()
        .find(|node| node.op_type == "Clip")
        .unwrap();
    let bound = |position| {
        let name = node::input(clip, position).unwrap();
        let constants = &read.graph().initializer;
        let found = constants.iter().find(|weights| weights.name == name);
        tensor::floats(found.unwrap()).unwrap()[0]
    };
    // The clip comes after rounding and has no bound of 0, so that its rule counts its ends in
    // and no policy takes it for a rectifier.
    assert_eq!([bound(1), bound(2)], [12_582_912.0, 12_583_167.0]);
    let order: Vec<&str> = read
        .graph()
        .node
        .iter()
        .map(|node| &*node.op_type)
        .collect();
    assert_eq!(order, ["Div", "Add", "Clip", "Sub", "Mul"]);
}

#[test]
fn a_zero_point_is_taken_away_with_the_rounding() {
    let read = |graph: GraphBuilder| {
        let file = model(graph.output("y", &[1, 4])).encode_to_vec();
        let read = Model::decode(&file, Limits::default()).unwrap();
        let nodes = &read.graph().node;
        nodes.iter().filter(|node| node.op_type == "Sub").count()
    };
    assert_eq!(read(pair(0.5, 7, DataType::Uint8)), 1);
    let mut twice = pair(0.5, 7, DataType::Uint8);
    twice.node("DequantizeLinear", "again", &["q", "s", "z"], "t");
    twice.node("Add", "sum", &["y", "t"], "u");
    assert_eq!(read(twice), 3);
    let values = [0.3, -3.4, 200.0, -200.0];
    let found = run(pair(0.5, 7, DataType::Uint8), &[1, 4], &values);
    // In float64 hardly anything is rounded.
    for (found, wanted) in found.iter().zip([0.3, -3.4, 124.0, -3.5]) {
        assert!((found - wanted).abs() < 1e-8, "{found} {wanted}");
    }
}

#[test]
fn a_quantised_product_is_that_of_the_dequantised() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
    graph
        .floats("xs", &[], &[0.1])
        .floats("ws", &[2], &[0.5, 0.25])
        .floats("ys", &[], &[0.01]);
    graph.graph.initializer.extend([
        bytes("xz", &[], DataType::Uint8, &[100]),
        bytes("w", &[2, 2], DataType::Int8, &[1, 2, -3, 4]),
        bytes("wz", &[2], DataType::Int8, &[0, 1]),
        bytes("yz", &[], DataType::Int8, &[-5]),
    ]);
    graph.node("QuantizeLinear", "in", &["x", "xs", "xz"], "q");
    let inputs = ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"];
    graph.node("QLinearMatMul", "product", &inputs, "p");
    graph.node("DequantizeLinear", "out", &["p", "ys", "yz"], "y");
    // [0.3, -0.2] · [[0.5, 0.25], [-1.5, 0.75]]
    let found = run(graph, &[1, 2], &[0.3, -0.2]);
    for (found, wanted) in found.iter().zip([0.45, -0.075]) {
        assert!((found - wanted).abs() <= 0.005 + 1e-6, "{found} {wanted}");
    }
}

#[test]
fn operators_of_onnxruntime_are_read() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 4])]);
    graph.floats("s", &[], &[0.5]);
    graph
        .graph
        .initializer
        .push(bytes("z", &[], DataType::Uint8, &[128]));
    graph.node("QuantizeLinear", "in", &["x", "s", "z"], "q");
    let sum = ["q", "s", "z", "q", "s", "z", "s", "z"];
    graph.node("QLinearAdd", "sum", &sum, "a");
    graph.last().domain = MICROSOFT.into();
    graph
        .node("QLinearLeakyRelu", "leak", &["a", "s", "z", "s", "z"], "l")
        .float("alpha", 0.5);
    graph.last().domain = MICROSOFT.into();
    graph.node("DequantizeLinear", "out", &["l", "s", "z"], "y");
    assert_eq!(
        run(graph, &[1, 4], &[1.0, 2.5, -1.0, -3.0]),
        [2.0, 5.0, -1.0, -3.0]
    );
    let mut other = GraphBuilder::new(&[("x", &[1, 4])]);
    other.node("QLinearWhere", "choose", &["x"], "y");
    other.last().domain = MICROSOFT.into();
    assert!(refused(other).contains(MICROSOFT));
}

#[test]
fn dynamic_quantisation_rounds_nothing() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
    graph.node("DynamicQuantizeLinear", "in", &["x"], "q");
    graph.last().output.extend(["s".into(), "z".into()]);
    graph.graph.initializer.extend([
        bytes("w", &[2, 2], DataType::Uint8, &[130, 126, 128, 129]),
        bytes("wz", &[], DataType::Uint8, &[128]),
    ]);
    graph.node("MatMulInteger", "product", &["q", "w", "z", "wz"], "p");
    graph
        .node("Cast", "float", &["p"], "f")
        .int("to", DataType::Float as i64);
    graph.node("Mul", "scaled", &["f", "s"], "y");
    // x · [[2, -2], [0, 1]]
    let found = run(graph, &[1, 2], &[0.3, 0.7]);
    for (found, wanted) in found.iter().zip([0.6, 0.1]) {
        assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    }
}

#[test]
fn scales_and_zero_points_that_are_none_are_refused() {
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let text = refused(pair(scale, 0, DataType::Uint8));
        assert!(
            text.contains("'narrow'") && text.contains("scale"),
            "{text}"
        );
    }
    assert!(refused(pair(0.5, 256, DataType::Uint8)).contains("zero point of 256"));
    assert!(refused(pair(0.5, 0, DataType::Bool)).contains("element type"));
    let mut lengths = pair(0.5, 0, DataType::Int8);
    lengths.graph.initializer[0] = tensor::from_floats("s", &[3], &[0.5; 3]);
    assert!(refused(lengths).contains("3 scales"));
    let mut computed = GraphBuilder::new(&[("x", &[1, 4])]);
    computed.node("QuantizeLinear", "narrow", &["x", "x"], "y");
    assert!(refused(computed).contains("not a constant"));
}

#[test]
fn the_same_weights_again_and_again_are_refused() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 4])]);
    graph.floats("s", &[], &[0.5]);
    let mut weights = tensor::from_floats("w", &[1 << 14, 1 << 10], &[]);
    weights.data_type = DataType::Int8 as i32;
    weights.raw_data = vec![1; 1 << 24];
    graph.graph.initializer.push(weights);
    for number in 0..6 {
        graph.node(
            "DequantizeLinear",
            &format!("w{number}"),
            &["w", "s"],
            &format!("w{number}"),
        );
    }
    graph.node("Relu", "relu", &["x"], "y");
    assert!(refused(graph).contains("choose a smaller model"));
}
