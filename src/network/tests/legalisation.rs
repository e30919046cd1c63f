//! Forms of operators that tract refuses or takes for something else: the file
//! as it was, evaluated in f64, against what becomes of it, in tract.

use std::collections::HashMap;

use ndarray::{ArrayD, IxDyn};

use super::*;
use crate::network::ExecutionPlan;
use crate::onnx::evaluator::{Value, evaluate};
use crate::onnx::{Limits, Model, infer_shapes, legalise};

/// Runs a graph whose output is `y`, with inputs of these shapes, both ways.
fn check(what: &str, mut graph: GraphBuilder, opset: i64, inputs: &[&[usize]]) {
    let names = ["a", "b"];
    let mut given = Vec::new();
    for (name, shape) in names.iter().zip(inputs) {
        let input = crate::onnx::node::float_value(name, shape);
        graph.graph.input.push(input);
        let values = weights(shape.iter().product());
        given.push(ArrayD::from_shape_vec(IxDyn(shape), values).unwrap());
    }
    let widened = |values: &ArrayD<f32>| Value::Float(values.mapv(f64::from));
    let values: HashMap<String, Value> = (names.iter().zip(&given))
        .map(|(name, values)| ((*name).to_owned(), widened(values)))
        .collect();
    let wanted = evaluate(&graph.graph, opset, &values).unwrap();
    let wanted = wanted["y"].as_floats().unwrap();

    let mut proto = model(graph.output("y", wanted.shape()));
    proto.opset_import[0].version = opset;
    let mut model = Model::decode(&proto.encode_to_vec(), Limits::default()).unwrap();
    let shapes = infer_shapes(&model, &[]).unwrap();
    assert_eq!(shapes.get("y"), Some(wanted.shape()), "{what}");
    legalise(&mut model, &shapes).unwrap();
    let mut plan = ExecutionPlan::new(&model).unwrap_or_else(|error| panic!("{what}: {error}"));
    let found = plan.run(given, &mut |_, _| ()).unwrap().remove(0);
    assert_eq!(found.shape(), wanted.shape(), "{what}");
    for (found, wanted) in found.iter().zip(wanted) {
        let off = (f64::from(*found) - wanted).abs();
        assert!(
            off <= 1e-4 * wanted.abs().max(1.0),
            "{what}: {found}, {wanted} wanted"
        );
    }
}

fn empty() -> GraphBuilder {
    GraphBuilder::new(&[])
}

#[test]
fn transposed_convolutions_whose_pads_follow_from_the_size() {
    type Set = for<'a> fn(&'a mut GraphBuilder) -> &'a mut GraphBuilder;
    let sizes: [(&str, Set); 5] = [
        ("SAME_UPPER", |g| g.text("auto_pad", "SAME_UPPER")),
        ("SAME_LOWER", |g| g.text("auto_pad", "SAME_LOWER")),
        ("a size", |g| g.ints("output_shape", &[8, 6])),
        ("a size, SAME_UPPER", |g| {
            g.ints("output_shape", &[8, 6])
                .text("auto_pad", "SAME_UPPER")
        }),
        ("a size and output_padding", |g| {
            g.ints("output_shape", &[8, 7])
                .ints("output_padding", &[1, 0])
        }),
    ];
    for (what, set) in sizes {
        let mut graph = empty();
        graph
            .floats("w", &[2, 2, 3, 3], &weights(36))
            .floats("bias", &[4], &weights(4))
            .node("ConvTranspose", "larger", &["a", "w", "bias"], "y")
            .int("group", 2)
            .ints("strides", &[2, 2]);
        set(&mut graph);
        check(what, graph, 11, &[&[1, 2, 4, 3]]);
    }
}

#[test]
fn squeeze_without_axes() {
    for (opset, shape) in [
        (9, [1, 3, 1, 2]),
        (12, [1, 3, 1, 2]),
        (13, [1, 3, 1, 2]),
        (9, [2, 3, 2, 2]),
    ] {
        let mut graph = empty();
        graph.node("Squeeze", "squeeze", &["a"], "y");
        check("Squeeze", graph, opset, &[&shape]);
    }
}

#[test]
fn pads_that_cut() {
    let shape: &[usize] = &[1, 2, 5, 4];
    for pads in [
        [0, 0, -1, -2, 0, 0, -1, 0],
        [0, 0, 2, -1, 0, -1, -3, 3],
        [0, -1, 0, 1, 0, 0, 0, 0],
    ] {
        for opset in [9, 10] {
            let mut graph = empty();
            graph
                .node("Pad", "pad", &["a"], "y")
                .ints("pads", &pads)
                .float("value", 0.5);
            check("Pad", graph, opset, &[shape]);
        }
        let mut graph = empty();
        graph
            .int64s("pads", &pads)
            .floats("fill", &[], &[0.5])
            .node("Pad", "pad", &["a", "pads", "fill"], "y");
        check("Pad", graph, 13, &[shape]);
    }
    let mut graph = empty();
    graph
        .int64s("pads", &[-1, 1, 1, -2])
        .int64s("axes", &[2, -1])
        .node("Pad", "pad", &["a", "pads", "", "axes"], "y");
    check("Pad with axes", graph, 18, &[shape]);
}

#[test]
fn a_product_of_two_vectors() {
    for opset in [9, 13, 18] {
        let mut graph = empty();
        graph.node("MatMul", "dot", &["a", "b"], "y");
        check("MatMul", graph, opset, &[&[5], &[5]]);
    }
}

#[test]
fn a_mean_of_unequally_many_axes() {
    for (a, b) in [(vec![3], vec![2, 3]), (vec![2, 1, 3], vec![3])] {
        let mut graph = empty();
        graph.node("Mean", "mean", &["a", "b"], "y");
        check("Mean", graph, 13, &[&a, &b]);
    }
}

#[test]
fn equations_with_one_value_as_their_result() {
    for (equation, a, b) in [
        ("ab, ab ->", vec![2, 3], vec![2, 3]),
        ("ij,ji", vec![2, 3], vec![3, 2]),
        ("ij,j->", vec![2, 3], vec![3]),
        ("i,j->", vec![2], vec![3]),
    ] {
        for opset in [12, 17] {
            let mut graph = empty();
            graph
                .node("Einsum", "sum", &["a", "b"], "y")
                .text("equation", equation);
            check(equation, graph, opset, &[&a, &b]);
        }
    }
    let mut graph = empty();
    graph
        .node("Einsum", "sum", &["a"], "y")
        .text("equation", "ij->");
    check("ij->", graph, 12, &[&[2, 3]]);
}

#[test]
fn upsampling() {
    for mode in ["nearest", "linear"] {
        let mut graph = empty();
        graph
            .floats("scales", &[4], &[1.0, 1.0, 2.0, 1.5])
            .node("Upsample", "larger", &["a", "scales"], "u")
            .text("mode", mode);
        graph
            .node("Slice", "part", &["u"], "y")
            .ints("starts", &[1])
            .ints("ends", &[5])
            .ints("axes", &[2]);
        check(mode, graph, 9, &[&[1, 2, 3, 4]]);
    }
}

#[test]
fn resizing_in_operator_set_10_rounds_down() {
    for scales in [[1.0, 1.0, 3.0, 2.25], [1.0, 1.0, 0.5, 3.0], [1.0; 4]] {
        let mut graph = empty();
        graph
            .floats("scales", &[4], &scales)
            .node("Resize", "larger", &["a", "scales"], "y");
        check("Resize", graph, 10, &[&[1, 2, 4, 4]]);
    }
}

#[test]
fn celu() {
    let mut graph = empty();
    graph.node("Celu", "celu", &["a"], "y").float("alpha", 0.3);
    check("Celu", graph, 12, &[&[2, 5]]);
}
