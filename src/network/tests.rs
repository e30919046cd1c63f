//! The gradient branch, run by tract, against central differences of the
//! forward run, for every rule; and the ties, where differences say nothing.

use ndarray::{Array3, Array4};
use prost::Message;

use super::{Network, NetworkError, TractNetwork};
use crate::gradient::Choices;
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
    let choices = Choices {
        layers: vec!["l".into()],
        ..Choices::default()
    };
    TractNetwork::load(proto.encode_to_vec(), &choices, &mut |_, _| ()).unwrap()
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

/// Compares the branch with (y(x+ε) − y(x−ε)) / 2ε for every value of the layer
/// and a cotangent that mixes all classes.
fn check(graph: GraphBuilder, size: (usize, usize), opset: i64) {
    const EPSILON: f32 = 5e-3;
    let mut network = load(graph, opset);
    let cotangent = weights(network.classes());
    let input =
        Array4::from_shape_vec((1, 3, size.0, size.1), values(3 * size.0 * size.1)).unwrap();
    let mut mixed = |input: &Array4<f32>| -> f64 {
        let logits = network
            .forward(input.clone(), &mut |_, _| ())
            .unwrap()
            .logits;
        logits
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
    mixed(&input);
    let gradients = network.backward(&cotangent).unwrap();
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

/// The gradient of the sum of all outputs at the layer, for a given input.
fn gradient_of_sum(graph: GraphBuilder, input: Array4<f32>) -> Array3<f32> {
    let mut network = load(graph, 17);
    network.forward(input, &mut |_, _| ()).unwrap();
    network.backward(&[1.0]).unwrap()
}

fn ones_head(mut graph: GraphBuilder, from: &str, features: usize) -> GraphBuilder {
    graph.node("Flatten", "flatten", &[from], "f").floats(
        "w",
        &[features, 1],
        &vec![1.0; features],
    );
    graph.node("MatMul", "dense", &["f", "w"], "y");
    graph.output("y", &[1, 1])
}

#[test]
fn ties_of_a_maximum_go_to_the_first_in_row_major_order() {
    let mut windows = graph(2, 4);
    windows
        .node("MaxPool", "pool", &["l"], "p")
        .ints("kernel_shape", &[2, 2])
        .ints("strides", &[2, 2]);
    let gradient = gradient_of_sum(ones_head(windows, "p", 6), Array4::ones((1, 3, 2, 4)));
    let first = ndarray::arr2(&[[1.0, 0.0, 1.0, 0.0], [0.0; 4]]);
    assert_eq!(gradient.index_axis(ndarray::Axis(0), 1), first);

    let mut global = graph(2, 2);
    global.node("GlobalMaxPool", "pool", &["l"], "p");
    let gradient = gradient_of_sum(ones_head(global, "p", 3), Array4::ones((1, 3, 2, 2)));
    assert_eq!(
        gradient.index_axis(ndarray::Axis(0), 0),
        ndarray::arr2(&[[1.0, 0.0], [0.0, 0.0]])
    );
}

#[test]
fn relu_at_zero_has_no_gradient() {
    let mut graph = graph(1, 2);
    graph.node("Relu", "relu", &["l"], "r");
    let input = Array4::from_shape_vec((1, 3, 1, 2), vec![0.0, 1.0, -1.0, 2.0, 0.0, 3.0]).unwrap();
    let gradient = gradient_of_sum(ones_head(graph, "r", 6), input);
    assert_eq!(
        gradient.iter().copied().collect::<Vec<_>>(),
        [0.0, 1.0, 0.0, 1.0, 0.0, 1.0]
    );
}

#[test]
fn a_layer_that_does_not_separate_the_graph() {
    // The picture reaches the logits past the layer, too.
    let mut graph = graph(3, 3);
    graph
        .node("Mul", "gate", &["l", "x"], "g")
        .node("GlobalAveragePool", "pool", &["g"], "p");
    let mut network = load(dense(graph, "p", 3), 17);
    let input = Array4::from_shape_vec((1, 3, 3, 3), values(27)).unwrap();
    let forward = network.forward(input.clone(), &mut |_, _| ()).unwrap();
    let gradients = network.backward(&[1.0, 0.0, 0.0]).unwrap();
    let weights = weights(9);
    assert_eq!(forward.activations.shape(), [3, 3, 3]);
    for ((channel, y, x), found) in gradients.indexed_iter() {
        let wanted = weights[channel] * input[[0, channel, y, x]] / 9.0;
        assert!((found - wanted).abs() < 1e-5, "{found} and {wanted}");
    }
}

#[test]
fn requests_that_do_not_fit_are_refused() {
    let mut graph = graph(3, 4);
    graph.node("GlobalAveragePool", "pool", &["l"], "p");
    let mut network = load(dense(graph, "p", 3), 17);
    assert!(matches!(
        network.backward(&[1.0; 3]),
        Err(NetworkError::NoForward)
    ));
    let wrong = network
        .forward(Array4::zeros((1, 2, 3, 4)), &mut |_, _| ())
        .unwrap_err();
    assert!(wrong.to_string().contains("[1, 3, 3, 4]"), "{wrong}");
    network
        .forward(Array4::zeros((1, 3, 3, 4)), &mut |_, _| ())
        .unwrap();
    let wrong = network.backward(&[1.0; 2]).unwrap_err();
    assert!(matches!(
        wrong,
        NetworkError::CotangentLength {
            wanted: 3,
            found: 2
        }
    ));
}

fn refused(graph: GraphBuilder, choices: &Choices) -> String {
    let bytes = model(graph).encode_to_vec();
    TractNetwork::load(&bytes, choices, &mut |_, _| ())
        .err()
        .unwrap()
        .to_string()
}

#[test]
fn an_operator_without_a_rule_is_named_with_its_node() {
    let mut graph = graph(3, 3);
    graph.node("Det", "strange", &["l"], "s");
    let text = refused(dense(graph, "s", 3), &Choices::default());
    assert!(text.contains("'strange'") && text.contains("Det"), "{text}");

    let mut graph = self::graph(3, 3);
    graph
        .node("Shrink", "strange", &["l"], "s")
        .node("Relu", "after", &["s"], "r");
    let choices = Choices {
        layers: vec!["l".into()],
        ..Choices::default()
    };
    let text = refused(dense(graph, "r", 18), &choices);
    assert!(
        text.contains("'strange'")
            && text.contains("Shrink")
            && text.contains("without crossing it"),
        "{text}"
    );
}

#[test]
fn outputs_that_are_no_logits_and_layers_that_are_not_there() {
    let mut graph = graph(3, 3);
    graph.node("Relu", "map", &["l"], "y");
    let text = refused(graph.output("y", &[1, 3, 3, 3]), &Choices::default());
    assert!(
        text.contains("[1, 3, 3, 3]") && text.contains("[1, K]"),
        "{text}"
    );

    let mut graph = self::graph(3, 3);
    graph.node("GlobalAveragePool", "pool", &["l"], "p");
    let choices = Choices {
        layers: vec!["conv9".into()],
        ..Choices::default()
    };
    let text = refused(dense(graph, "p", 3), &choices);
    assert!(
        text.contains("'conv9'") && text.contains("it has: l"),
        "{text}"
    );
}

#[test]
fn an_input_that_is_no_picture() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 4, 5, 5])]);
    graph
        .node("Relu", "keep", &["x"], "l")
        .node("GlobalAveragePool", "pool", &["l"], "p");
    let text = refused(dense(graph, "p", 4), &Choices::default());
    assert!(text.contains("4 channels"), "{text}");
}

#[test]
fn windows_and_sizes_that_no_network_has_are_refused() {
    let pool = |set: fn(&mut GraphBuilder) -> &mut GraphBuilder| {
        let mut graph = graph(3, 3);
        graph.node("MaxPool", "odd", &["l"], "p");
        set(&mut graph);
        refused(dense(graph, "p", 3), &Choices::default())
    };
    let endless = pool(|g| g.ints("kernel_shape", &[1 << 60, 3]));
    assert!(endless.contains("'odd'"), "{endless}");
    let negative = pool(|g| g.ints("kernel_shape", &[-1, 3]));
    assert!(negative.contains("'odd'"), "{negative}");
    let wide = pool(|g| {
        g.ints("kernel_shape", &[33, 33])
            .ints("pads", &[32, 32, 32, 32])
    });
    assert!(wide.contains("1089 pixels"), "{wide}");

    let mut graph = graph(3, 3);
    graph.node("GlobalAveragePool", "pool", &["l"], "p");
    graph
        .floats("w", &[0, 3], &[])
        .node("Flatten", "flatten", &["p"], "f");
    graph
        .node("Gemm", "none", &["f", "w"], "y")
        .int("transB", 1);
    let empty = refused(graph.output("y", &[1, 0]), &Choices::default());
    assert!(
        empty.contains("'none'") && empty.contains("empty"),
        "{empty}"
    );
}
