//! Graphs with lowered layers against the evaluator of ONNX.

use std::collections::HashMap;
use std::sync::Arc;

use ndarray::{ArrayD, IxDyn};
use prost::Message as _;

use super::{PackedWeights, lower};
use crate::network::ExecutionPlan;
use crate::onnx::evaluator::{Value, evaluate};
use crate::onnx::testing::{GraphBuilder, model};
use crate::onnx::{Limits, Model, extract_without_large_weights};

/// Numbers between −1 and 1 in no order.
fn numbers(count: usize, seed: usize) -> Vec<f32> {
    (0..count)
        .map(|place| ((place * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0)
        .collect()
}

fn input(shape: &[usize]) -> ArrayD<f32> {
    let count = shape.iter().product();
    ArrayD::from_shape_vec(IxDyn(shape), numbers(count, 3)).unwrap()
}

fn decoded(graph: GraphBuilder) -> Model {
    Model::decode(&model(graph).encode_to_vec(), Limits::default()).unwrap()
}

/// Runs a graph from x [shape] to y, here and by the evaluator.
fn check(graph: GraphBuilder, shape: &[usize]) {
    let x = input(shape);
    let wide = Value::Float(x.mapv(f64::from));
    let given = HashMap::from([("x".to_owned(), wide)]);
    let wanted = evaluate(&graph.graph, 17, &given).unwrap();
    let wanted = wanted["y"].as_floats().unwrap();
    let model = decoded(graph.output("y", wanted.shape()));
    let mut plan = ExecutionPlan::new(&model).unwrap();
    let found = plan.run(vec![x], &mut |_, _| ()).unwrap().remove(0);
    assert_eq!(found.shape(), wanted.shape());
    for (found, wanted) in found.iter().zip(wanted) {
        let off = (f64::from(*found) - wanted).abs();
        assert!(
            off <= 1e-4 * wanted.abs().max(1.0),
            "{found}, {wanted} wanted"
        );
    }
}

/// The operators that are left for tract's parser.
fn operators(model: &Model) -> Vec<String> {
    let rest = lower(model, model, &mut PackedWeights::default()).unwrap();
    let nodes = rest.proto.graph.unwrap().node;
    nodes.into_iter().map(|node| node.op_type).collect()
}

/// x [1, 3, 9, 8] → 3×3 convolution of stride 2 → batch norm → ReLU6, and a shortcut
/// of 1×1 that is added before.
fn block() -> GraphBuilder {
    let mut graph = GraphBuilder::new(&[("x", &[1, 3, 9, 8])]);
    graph
        .floats("w", &[5, 3, 3, 3], &numbers(135, 1))
        .floats("b", &[5], &numbers(5, 2))
        .floats("v", &[5, 3, 1, 1], &numbers(15, 4));
    for (name, seed) in [("scale", 5), ("shift", 6), ("mean", 7), ("variance", 8)] {
        let values: Vec<f32> = numbers(5, seed).iter().map(|value| value + 1.5).collect();
        graph.floats(name, &[5], &values);
    }
    graph.floats("zero", &[], &[0.0]).floats("six", &[], &[6.0]);
    graph.node("Conv", "main", &["x", "w", "b"], "c");
    graph
        .ints("strides", &[2, 2])
        .text("auto_pad", "SAME_UPPER");
    let norm = ["c", "scale", "shift", "mean", "variance"];
    graph
        .node("BatchNormalization", "norm", &norm, "n")
        .float("epsilon", 0.01);
    graph
        .node("Conv", "shortcut", &["x", "v"], "s")
        .ints("strides", &[2, 2]);
    graph.node("Add", "sum", &["s", "n"], "a");
    graph.node("Clip", "relu6", &["a", "zero", "six"], "y");
    graph
}

#[test]
fn a_block_with_a_batch_norm_and_a_shortcut() {
    check(block(), &[1, 3, 9, 8]);
    let model = decoded(block().output("y", &[1, 5, 5, 4]));
    assert_eq!(operators(&model), ["gradcam.0", "gradcam.1", "Add", "Clip"]);
}

#[test]
fn a_batch_norm_whose_input_is_given_out_stays() {
    let model = decoded(
        block()
            .output("y", &[1, 5, 5, 4])
            .output("c", &[1, 5, 5, 4]),
    );
    let wanted = [
        "gradcam.0",
        "BatchNormalization",
        "gradcam.1",
        "Add",
        "Clip",
    ];
    assert_eq!(operators(&model), wanted);
}

#[test]
fn dense_layers_of_every_form() {
    for (transposed, rows) in [(0, 1), (1, 1), (0, 3), (1, 9), (0, 9)] {
        let mut graph = GraphBuilder::new(&[("x", &[rows, 6])]);
        let dims = if transposed == 1 { [4, 6] } else { [6, 4] };
        graph
            .floats("w", &dims, &numbers(24, 1))
            .floats("b", &[4], &numbers(4, 2));
        graph
            .node("Gemm", "dense", &["x", "w", "b"], "y")
            .int("transB", transposed);
        check(graph, &[rows, 6]);
    }
    for shape in [[1, 2, 6], [2, 5, 6]] {
        let mut graph = GraphBuilder::new(&[("x", &shape)]);
        graph.floats("w", &[6, 4], &numbers(24, 1));
        graph.node("MatMul", "dense", &["x", "w"], "y");
        check(graph, &shape);
    }
}

#[test]
fn weights_that_are_no_constants_and_groups_stay_with_tract() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 4, 5, 5])]);
    graph
        .floats("w", &[6, 2, 3, 3], &numbers(108, 1))
        .floats("v", &[2, 6, 1, 1], &numbers(12, 2));
    graph
        .node("Conv", "groups", &["x", "w"], "g")
        .int("group", 2);
    graph.node("Relu", "weights", &["v"], "r");
    graph.node("Conv", "computed", &["g", "r"], "y");
    let shape = [1, 4, 5, 5];
    let names = ["Conv", "Relu", "Conv"];
    let mut same = GraphBuilder::new(&[]);
    same.graph.clone_from(&graph.graph);
    assert_eq!(operators(&decoded(same.output("y", &[1, 2, 3, 3]))), names);
    check(graph, &shape);
}

/// As gradients read them: exchanged by a Transpose, which goes where no one else reads it.
#[test]
fn transposed_pointwise_weights_are_packed_from_the_stored_ones() {
    let network = |is_read_twice: bool| {
        let mut graph = GraphBuilder::new(&[("x", &[1, 4, 5, 5])]);
        graph.floats("w", &[4, 6, 1, 1], &numbers(24, 1)).floats(
            "v",
            &[6, 4, 3, 3],
            &numbers(216, 2),
        );
        graph
            .node("Transpose", "exchange", &["w"], "t")
            .ints("perm", &[1, 0, 2, 3]);
        graph
            .node("Transpose", "windows", &["v"], "u")
            .ints("perm", &[1, 0, 2, 3]);
        graph.node("Conv", "pointwise", &["x", "t"], "p");
        graph.node("Conv", "windowed", &["p", "u"], "c");
        if is_read_twice {
            graph.node("ReduceSum", "total", &["t"], "s");
            graph.node("Add", "sum", &["c", "s"], "y");
        } else {
            graph.node("Relu", "relu", &["c"], "y");
        }
        graph
    };
    for is_read_twice in [false, true] {
        check(network(is_read_twice), &[1, 4, 5, 5]);
    }
    let model = decoded(network(false).output("y", &[1, 4, 3, 3]));
    let left = ["Transpose", "gradcam.0", "Conv", "Relu"];
    assert_eq!(operators(&model), left);
    let mut weights = PackedWeights::new(&model);
    lower(&model, &model, &mut weights).unwrap();
    let kept = weights
        .convolutions
        .keys()
        .map(|key| (key.weights.as_str(), key.is_transposed));
    assert_eq!(kept.collect::<Vec<_>>(), [("w", true)]);
}

#[test]
fn plans_of_one_file_share_its_weights_and_no_others() {
    let whole = decoded(block().output("y", &[1, 5, 5, 4]));
    let graph = whole.graph();
    let part = extract_without_large_weights(&whole, &graph.input, &graph.output, 0).unwrap();
    assert!(part.graph().initializer.is_empty());
    let convolutions = |weights: &mut PackedWeights| {
        lower(&part, &whole, weights).unwrap();
        let mut all: Vec<_> = weights.convolutions.values().map(Arc::as_ptr).collect();
        all.sort();
        all
    };
    let mut weights = PackedWeights::new(&whole);
    let first = convolutions(&mut weights);
    assert_eq!(first.len(), 2);
    assert_eq!(convolutions(&mut weights), first);
    assert!(convolutions(&mut PackedWeights::default()).is_empty());
    ExecutionPlan::of_subgraph(&part, &whole, &mut weights).unwrap();
}

#[test]
fn weights_for_another_number_of_channels_are_named() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 3, 9, 8])]);
    graph.floats("w", &[5, 2, 3, 3], &numbers(90, 1));
    graph.node("Conv", "main", &["x", "w"], "y");
    let error = ExecutionPlan::new(&decoded(graph.output("y", &[1, 5, 7, 6])))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("main") && error.contains("3 channels"),
        "{error}"
    );
}

#[test]
fn windows_spread_over_more_memory_than_there_is_are_refused() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2, 5, 5])]);
    graph.floats("w", &[1, 2, 2, 2], &numbers(8, 1));
    graph.node("Conv", "hostile", &["x", "w"], "y");
    graph
        .ints("dilations", &[16_000, 16_000])
        .ints("pads", &[8000, 8000, 8000, 8000]);
    let error = ExecutionPlan::new(&decoded(graph.output("y", &[1, 1, 5, 5])))
        .err()
        .unwrap()
        .to_string();
    assert!(
        error.contains("hostile") && error.contains("memory"),
        "{error}"
    );
}

/// x [1, 3, 4, 5] as a network in int8 passes it on: divided, rounded, bounded, shifted, multiplied.
fn conversions() -> GraphBuilder {
    let mut graph = GraphBuilder::new(&[("x", &[1, 3, 4, 5])]);
    let scalars = [("s", 0.03), ("r", 12_582_912.0), ("low", 12_582_900.0)];
    let others = [
        ("high", 12_582_930.0),
        ("shift", 12_582_922.0),
        ("z", -10.0),
    ];
    for (name, value) in scalars.into_iter().chain(others) {
        graph.floats(name, &[], &[value]);
    }
    graph.node("Div", "quotient", &["x", "s"], "q");
    graph.node("Add", "rounded", &["r", "q"], "a");
    graph.node("Clip", "bounded", &["a", "low", "high"], "c");
    graph.node("Sub", "quantised", &["c", "shift"], "d");
    graph.node("Sub", "shifted", &["d", "z"], "e");
    graph.node("Mul", "dequantised", &["e", "s"], "y");
    graph
}

#[test]
fn a_chain_on_scalars_is_one_operation() {
    let shape = [1, 3, 4, 5];
    let model = decoded(conversions().output("y", &shape));
    assert_eq!(operators(&model), ["gradcam.0"]);
    let x = input(&shape);
    let mut plan = ExecutionPlan::new(&model).unwrap();
    let found = plan.run(vec![x.clone()], &mut |_, _| ()).unwrap();
    // The evaluator, in float64, would not round.
    let wanted = x.mapv(|x| (x / 0.03).round_ties_even().clamp(-12.0, 18.0) * 0.03);
    assert_eq!(found[0], wanted);
}

#[test]
fn a_chain_that_others_read_from_is_left() {
    // The quotient is read twice, what is quantised is an output.
    let mut twice = conversions();
    twice.node("Add", "sum", &["q", "y"], "t");
    let twice = decoded(twice.output("t", &[1, 3, 4, 5]));
    assert_eq!(operators(&twice), ["Div", "Add", "gradcam.0", "Add"]);
    let given_out = conversions()
        .output("y", &[1, 3, 4, 5])
        .output("d", &[1, 3, 4, 5]);
    assert_eq!(operators(&decoded(given_out)), ["gradcam.0", "Sub", "Mul"]);
}

/// The gradient g of [`conversions`], whose conditions have names that begin so.
fn gradient_of_conversions(prefix: &str) -> GraphBuilder {
    let shape = [1, 3, 4, 5];
    let mut graph = GraphBuilder::new(&[("x", &shape), ("g", &shape)]);
    for (name, value) in [("s", 0.03), ("low", -12.0), ("high", 18.0), ("zero", 0.0)] {
        graph.floats(name, &[], &[value]);
    }
    let [less, above, greater, below, both] =
        ["less", "above", "greater", "below", "both"].map(|name| format!("{prefix}{name}"));
    graph.node("Div", "quotient", &["x", "s"], "q");
    graph.node("Mul", "of product", &["g", "s"], "m");
    graph.node("Less", "less", &["q", "low"], &less);
    graph.node("Not", "above", &[&less], &above);
    graph.node("Greater", "greater", &["q", "high"], &greater);
    graph.node("Not", "below", &[&greater], &below);
    graph.node("And", "both", &[&above, &below], &both);
    graph.node("Where", "of bounds", &[&both, "m", "zero"], "w");
    graph.node("Div", "of quotient", &["w", "s"], "y");
    graph.output("y", &shape)
}

#[test]
fn bounds_that_bound_nothing_are_left() {
    let shape = [1, 2];
    let mut graph = GraphBuilder::new(&[("x", &shape)]);
    for (from, to) in [("x", "a"), ("a", "b"), ("b", "y")] {
        graph.node("Clip", to, &[from], to);
    }
    check(graph, &shape);
}

#[test]
fn the_gradient_of_a_chain_is_one_operation() {
    let shape = [1, 3, 4, 5];
    let model = decoded(gradient_of_conversions("gradcam/"));
    assert_eq!(operators(&model), ["Div", "gradcam.0"]);
    let (x, g) = (input(&shape), input(&shape).mapv(|x| x + 0.1));
    let mut plan = ExecutionPlan::new(&model).unwrap();
    let found = plan
        .run(vec![x.clone(), g.clone()], &mut |_, _| ())
        .unwrap();
    let mut wanted = g;
    wanted.zip_mut_with(&x, |g, x| {
        let is_inside = (-12.0..=18.0).contains(&(x / 0.03));
        *g = if is_inside { *g * 0.03 / 0.03 } else { 0.0 };
    });
    assert_eq!(found[0], wanted);
    assert!(found[0].iter().any(|&value| value == 0.0));
    // A condition that others read, too, stays.
    let mut read_twice = gradient_of_conversions("gradcam/");
    read_twice.node("Not", "again", &["gradcam/both"], "again");
    let left = operators(&decoded(read_twice));
    assert!(left.contains(&"Where".to_owned()), "{left:?}");
    // The file's own: what it chooses from may have another shape.
    let own = decoded(gradient_of_conversions(""));
    assert_eq!(operators(&own).len(), 9);
}

/// x → depthwise convolution, multiplied by where x is positive: the gradient of a ReLU.
fn masked(side: usize, operator: &str) -> GraphBuilder {
    let mut graph = GraphBuilder::new(&[("x", &[1, 4, 7, 9])]);
    graph.floats("w", &[4, 1, side, side], &numbers(4 * side * side, 1));
    graph.node("Conv", "depthwise", &["x", "w"], "c");
    let pad = (side / 2) as i64;
    graph.int("group", 4).ints("pads", &[pad; 4]);
    graph.node("Relu", "relu", &["x"], "r");
    graph.node("Cast", "mask", &["r"], "m").int("to", 9);
    graph.node("Cast", "numbers", &["m"], "n").int("to", 1);
    graph.node("Mul", "product", &["c", "n"], "p");
    graph.node(operator, "last", &["p", "x"], "y");
    graph
}

#[test]
fn a_mask_behind_a_depthwise_convolution_is_part_of_it() {
    for side in [3, 5] {
        for operator in ["Add", "Sub"] {
            check(masked(side, operator), &[1, 4, 7, 9]);
            let model = decoded(masked(side, operator).output("y", &[1, 4, 7, 9]));
            let mut plan = ExecutionPlan::new(&model).unwrap();
            let nodes = plan.profile(vec![input(&[1, 4, 7, 9])]).unwrap();
            let operators: Vec<_> = nodes.iter().map(|node| &*node.operator).collect();
            assert!(operators.contains(&"GradcamNonZero"), "{operators:?}");
            // What is added is part of it, too; what is subtracted is not.
            let others = ["Mul", "Cast", "GradcamElementwise", "Add"];
            assert!(
                others.iter().all(|other| !operators.contains(other)),
                "{operators:?}"
            );
        }
    }
}
