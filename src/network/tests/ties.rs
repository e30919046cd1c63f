//! Ties and corners, as exact cases.

use ndarray::{Array3, Array4};

use super::*;

/// The gradient of the sum of all outputs at the layer, for a given input.
fn gradient_of_sum(graph: GraphBuilder, input: Array4<f32>) -> Array3<f32> {
    let mut network = load(graph, 17);
    let run = forward(&mut network, input).unwrap();
    backward(&mut network, &run, &[1.0]).unwrap()
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
