//! Whole graphs against central differences of their forward run.

use ndarray::{Array3, Array4};

use super::*;
use crate::onnx::pb;

/// Compares the branch with (y(x+ε) − y(x−ε)) / 2ε for every value of the layer
/// and a cotangent that mixes all classes.
fn check(graph: GraphBuilder, size: (usize, usize), opset: i64) {
    const EPSILON: f32 = 5e-3;
    let mut network = load(graph, opset);
    let cotangent = weights(network.classes());
    let input =
        Array4::from_shape_vec((1, 3, size.0, size.1), values(3 * size.0 * size.1)).unwrap();
    let mut mixed = |input: &Array4<f32>| -> f64 {
        let run = forward(&mut network, input.clone()).unwrap();
        run.logits()
            .iter()
            .zip(&cotangent)
            .map(|(y, c)| f64::from(*y) * f64::from(*c))
            .sum()
    };
    let mut differences = Array3::<f32>::zeros((3, size.0, size.1));
    for (place, difference) in differences.indexed_iter_mut() {
        let place = [0, place.0, place.1, place.2];
        let mut moved = input.clone();
        moved[place] += EPSILON;
        let above = mixed(&moved);
        moved[place] -= 2.0 * EPSILON;
        *difference = ((above - mixed(&moved)) / f64::from(2.0 * EPSILON)) as f32;
    }
    let run = forward(&mut network, input).unwrap();
    let gradients = backward(&mut network, &run, &cotangent).unwrap();
    let greatest = differences
        .iter()
        .fold(0f32, |greatest, value| greatest.max(value.abs()));
    assert!(greatest > 1e-3, "the test sees no gradient");
    for (place, difference) in differences.indexed_iter() {
        let found = gradients[place];
        assert!(
            (found - difference).abs() < 3e-3 * greatest.max(1.0),
            "at {place:?}: {found} by the branch, {difference} by differences"
        );
    }
}

#[test]
fn global_pools_and_a_dense_layer() {
    for pool in ["GlobalAveragePool", "GlobalMaxPool"] {
        let mut graph = graph(3, 4);
        graph.node(pool, "pool", &["l"], "p");
        check(dense(graph, "p", 3), (3, 4), 17);
    }
}

#[test]
fn a_head_with_a_hidden_layer_and_a_softmax_at_the_end() {
    for opset in [9, 12, 17, 18, 21] {
        let mut graph = graph(3, 3);
        graph
            .node("GlobalAveragePool", "pool", &["l"], "p")
            .int64s("shape", &[0, -1]);
        graph.node("Reshape", "reshape", &["p", "shape"], "r");
        graph
            .floats("w1", &[3, 5], &weights(15))
            .floats("b1", &[5], &weights(5));
        graph
            .node("MatMul", "hidden", &["r", "w1"], "h")
            .node("Add", "bias", &["h", "b1"], "a");
        graph
            .node("Relu", "relu", &["a"], "u")
            .node("Dropout", "dropout", &["u"], "d");
        graph
            .floats("w2", &[5, 3], &weights(15))
            .node("MatMul", "out", &["d", "w2"], "o");
        graph
            .node("Identity", "same", &["o"], "i")
            .node("Softmax", "softmax", &["i"], "y");
        check(graph.output("y", &[1, 3]), (3, 3), opset);
    }
}

#[test]
fn a_reshape_whose_target_is_computed() {
    // What PyTorch writes for x.view(x.size(0), -1).
    let mut graph = graph(3, 3);
    graph.node("GlobalAveragePool", "pool", &["l"], "p");
    graph
        .node("Shape", "sizes", &["p"], "s")
        .int64s("zero", &[0])
        .int64s("rest", &[-1]);
    graph
        .node("Gather", "batch", &["s", "zero"], "n")
        .int("axis", 0);
    graph
        .node("Concat", "target", &["n", "rest"], "t")
        .int("axis", 0);
    graph.node("Reshape", "view", &["p", "t"], "v");
    graph
        .floats("w", &[3, 3], &weights(9))
        .floats("b", &[3], &weights(3));
    graph
        .node("Gemm", "dense", &["v", "w", "b"], "y")
        .int("transB", 1);
    check(graph.output("y", &[1, 3]), (3, 3), 17);
}

#[test]
fn means_over_channels_last() {
    let mut graph = graph(3, 4);
    graph
        .node("Transpose", "nhwc", &["l"], "t")
        .ints("perm", &[0, 2, 3, 1]);
    graph
        .node("ReduceMean", "mean", &["t"], "m")
        .ints("axes", &[1, -2])
        .int("keepdims", 0);
    check(dense(graph, "m", 3), (3, 4), 13);
}

#[test]
fn sums_with_axes_as_an_input() {
    let mut graph = graph(3, 4);
    graph
        .int64s("axes", &[2, 3])
        .node("ReduceSum", "sum", &["l", "axes"], "s");
    graph
        .node("Squeeze", "squeeze", &["s", "axes"], "q")
        .int64s("last", &[2]);
    graph.node("Unsqueeze", "unsqueeze", &["q", "last"], "q3");
    check(dense(graph, "q3", 3), (3, 4), 17);
}

#[test]
fn squashing_functions_between() {
    for function in ["Sigmoid", "Tanh", "Softmax"] {
        for opset in [11, 17] {
            let mut graph = graph(2, 2);
            graph
                .node("Flatten", "rows", &["l"], "r")
                .node(function, "squash", &["r"], "s");
            check(dense(graph, "s", 12), (2, 2), opset);
        }
    }
}

#[test]
fn sums_differences_and_products_with_broadcasting() {
    let mut graph = graph(2, 3);
    graph
        .floats("c", &[3, 1, 1], &[0.5, -2.0, 1.5])
        .node("Mul", "scale", &["c", "l"], "m");
    graph
        .floats("d", &[1], &[3.0])
        .node("Sub", "less", &["d", "m"], "s");
    graph
        .node("Mul", "square", &["s", "s"], "q")
        .node("Add", "twice", &["q", "l"], "a");
    graph
        .node("GlobalAveragePool", "pool", &["l"], "p")
        .node("Sub", "centre", &["a", "p"], "z");
    check(dense(graph, "z", 18), (2, 3), 17);
}

#[test]
fn windows_of_every_kind() {
    type Set = for<'a> fn(&'a mut GraphBuilder) -> &'a mut GraphBuilder;
    let windows: [(&str, Set, usize); 5] = [
        (
            "2×2, stride 2",
            |g| g.ints("kernel_shape", &[2, 2]).ints("strides", &[2, 2]),
            3 * 2 * 3,
        ),
        (
            "3×3, stride 2, padded",
            |g| {
                g.ints("kernel_shape", &[3, 3])
                    .ints("strides", &[2, 2])
                    .ints("pads", &[1, 1, 1, 1])
            },
            3 * 3 * 3,
        ),
        (
            "3×2, stride 2, ceil_mode",
            |g| {
                g.ints("kernel_shape", &[3, 2])
                    .ints("strides", &[2, 2])
                    .int("ceil_mode", 1)
            },
            3 * 2 * 3,
        ),
        (
            "2×3, stride 1",
            |g| g.ints("kernel_shape", &[2, 3]),
            3 * 4 * 4,
        ),
        ("all of it", |g| g.ints("kernel_shape", &[5, 6]), 3),
    ];
    for (name, set, features) in windows {
        for pool in ["MaxPool", "AveragePool"] {
            for include in [0, 1] {
                println!("{pool} {name}, count_include_pad {include}");
                let mut graph = graph(5, 6);
                graph.node(pool, "pool", &["l"], "p");
                set(&mut graph);
                if pool == "AveragePool" {
                    graph.int("count_include_pad", include);
                }
                check(dense(graph, "p", features), (5, 6), 12);
            }
        }
    }
}

/// The type of a Where is that of its second input, not that of its condition.
#[test]
fn a_mask_and_a_cast_behind_it() {
    let mut graph = graph(3, 4);
    graph.graph.initializer.push(pb::TensorProto {
        name: "mask".into(),
        dims: vec![1, 1, 3, 4],
        data_type: pb::tensor_proto::DataType::Bool as i32,
        raw_data: (0..12).map(|n| u8::from(n % 5 == 1)).collect(),
        ..Default::default()
    });
    graph
        .floats("fill", &[], &[-1.5])
        .node("Where", "masked_fill", &["mask", "fill", "l"], "m")
        .node("Cast", "float", &["m"], "c")
        .int("to", pb::tensor_proto::DataType::Float as i64);
    check(dense(graph, "c", 36), (3, 4), 17);

    // The mask's own Cast is nearer to the last one than any of numbers.
    let mut computed = self::graph(3, 4);
    computed
        .node("Sub", "nothing", &["l", "l"], "n")
        .node("Cast", "as_mask", &["n"], "mask")
        .int("to", pb::tensor_proto::DataType::Bool as i64);
    computed
        .floats("fill", &[], &[-1.5])
        .node("Where", "masked_fill", &["mask", "fill", "l"], "m")
        .node("Cast", "float", &["m"], "c")
        .int("to", pb::tensor_proto::DataType::Float as i64);
    check(dense(computed, "c", 36), (3, 4), 17);
}

/// The gradient of the mean is a broadcast, which tract moves into the product.
#[test]
fn products_and_resizes_before_a_mean() {
    let mut product = graph(3, 4);
    product
        .floats("m", &[4, 5], &weights(20))
        .node("MatMul", "mix", &["l", "m"], "s");
    let mut einsum = graph(3, 4);
    einsum
        .floats("m", &[3, 5], &weights(15))
        .node("Einsum", "mix", &["l", "m"], "s")
        .text("equation", "bcij,ik->bckj");
    let mut resize = graph(3, 4);
    resize
        .floats("scales", &[4], &[1.0, 1.0, 2.0, 2.0])
        .node("Resize", "grow", &["l", "", "scales"], "s")
        .text("mode", "nearest")
        .text("coordinate_transformation_mode", "asymmetric")
        .text("nearest_mode", "floor");
    for mut graph in [product, einsum, resize] {
        graph.node("GlobalAveragePool", "pool", &["s"], "p");
        check(dense(graph, "p", 3), (3, 4), 17);
    }
}
