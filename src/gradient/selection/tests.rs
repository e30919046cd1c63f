//! Aliases of the layers of small networks, and the layers of networks that attend.

use prost::Message;

use crate::gradient::{AttachOptions, survey};
use crate::onnx::testing::{GraphBuilder, model};
use crate::onnx::{Limits, Model};

/// The aliases of a network that ends with a pooled Dense layer, by tensor.
fn aliases(mut graph: GraphBuilder, from: &str) -> Vec<(String, String)> {
    graph.node("GlobalAveragePool", "head", &[from], "p");
    graph.node("Flatten", "flatten", &["p"], "f");
    graph.floats("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]);
    graph.node("MatMul", "dense", &["f", "w"], "y");
    let file = model(graph.output("y", &[1, 2])).encode_to_vec();
    let model = Model::decode(&file, Limits::default()).unwrap();
    let layers = survey(&model, &AttachOptions::default()).unwrap().layers;
    let named = layers.into_iter();
    named
        .filter_map(|layer| Some((layer.tensor, layer.alias?)))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |&(tensor, alias): &(&str, &str)| (tensor.to_owned(), alias.to_owned());
    expected.iter().map(owned).collect()
}

#[test]
fn a_block_ends_where_forks_meet() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2, 8, 8])]);
    graph.node("Relu", "stem", &["x"], "s");
    graph.node("Tanh", "left", &["s"], "l");
    graph.node("Sigmoid", "right", &["s"], "r");
    graph.node("Add", "meet", &["l", "r"], "m");
    graph.node("Tanh", "branch", &["m"], "b");
    graph.node("Add", "again", &["b", "m"], "a");
    graph.node("Relu", "tail", &["a"], "t");
    let expected = [
        ("s", "block 1"),
        ("m", "block 2"),
        ("a", "block 3"),
        ("t", "block 4"),
    ];
    assert_eq!(aliases(graph, "t"), pairs(&expected));
}

#[test]
fn without_forks_each_size_is_a_block() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2, 8, 8])]);
    graph.node("Relu", "one", &["x"], "a");
    graph.node("Tanh", "two", &["a"], "b");
    graph
        .node("MaxPool", "pool", &["b"], "c")
        .ints("kernel_shape", &[2, 2])
        .ints("strides", &[2, 2]);
    graph.node("Relu", "three", &["c"], "d");
    graph
        .node("MaxPool", "last", &["d"], "e")
        .ints("kernel_shape", &[2, 2])
        .ints("strides", &[2, 2]);
    let expected = [("b", "block 1"), ("d", "block 2")];
    assert_eq!(aliases(graph, "e"), pairs(&expected));
}

#[test]
fn where_shapes_cannot_be_told_their_first_node_is_named() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2, 8, 8])]);
    graph.floats("slope", &[1], &[0.1]);
    graph.node("PRelu", "first", &["x", "slope"], "a");
    graph.node("NonZero", "where", &["a"], "b");
    graph.node("Add", "sum", &["b", "a"], "c");
    graph.node("Flatten", "flatten", &["c"], "y");
    let mut graph = graph.output("y", &[]);
    graph.graph.output[0].r#type = None;
    let file = model(graph).encode_to_vec();
    let model = Model::decode(&file, Limits::default()).unwrap();
    let said = survey(&model, &AttachOptions::default())
        .unwrap_err()
        .to_string();
    assert!(said.contains("'where' (NonZero)"), "{said}");
}

#[test]
fn a_layer_is_found_by_the_name_of_an_output_that_is_another_view_of_it() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2, 8, 8])]);
    graph.node("Relu", "layer", &["x"], "l");
    graph
        .node("Transpose", "order", &["l"], "t")
        .ints("perm", &[0, 2, 3, 1]);
    graph.node("Identity", "name", &["t"], "features");
    graph.node("GlobalAveragePool", "pool", &["l"], "p");
    graph.node("Flatten", "flatten", &["p"], "y");
    let graph = graph.output("y", &[1, 2]).output("features", &[1, 8, 8, 2]);
    let file = model(graph).encode_to_vec();
    let model = Model::decode(&file, Limits::default()).unwrap();
    for name in ["features", "t", "l"] {
        let options = AttachOptions {
            layers: vec![name.into()],
            ..AttachOptions::default()
        };
        let found = survey(&model, &options).unwrap();
        assert_eq!(found.selection.layer.tensor, "l", "{name}");
    }
}

/// A Swin in small: patches with their channels last, 4 × 4, merged to 2 × 2; then an attention
/// whose weights [1, 1, 4, 4] look like a grid of the first size.
#[test]
fn merged_patches_are_layers_and_attention_weights_are_none() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 1, 8, 8])]);
    graph
        .floats("patch", &[2, 1, 2, 2], &[0.5; 8])
        .node("Conv", "patches", &["x", "patch"], "c")
        .ints("strides", &[2, 2]);
    graph
        .node("Transpose", "last", &["c"], "t")
        .ints("perm", &[0, 2, 3, 1]);
    graph
        .int64s("apart", &[1, 2, 2, 2, 2, 2])
        .node("Reshape", "split", &["t", "apart"], "s");
    graph
        .node("Transpose", "gather", &["s"], "g")
        .ints("perm", &[0, 1, 3, 2, 4, 5]);
    graph
        .int64s("merged", &[1, 2, 2, 8])
        .node("Reshape", "merge", &["g", "merged"], "m");
    graph
        .floats("gamma", &[8], &[1.0; 8])
        .floats("beta", &[8], &[0.0; 8])
        .node("LayerNormalization", "norm1", &["m", "gamma", "beta"], "n");
    graph
        .int64s("heads", &[1, 1, 4, 8])
        .node("Reshape", "queries", &["n", "heads"], "q");
    graph
        .node("Transpose", "keys", &["q"], "k")
        .ints("perm", &[0, 1, 3, 2]);
    graph.node("MatMul", "scores", &["q", "k"], "qk");
    graph
        .int64s("square", &[1, 1, 4, 4])
        .node("Reshape", "windows", &["qk", "square"], "w");
    graph.node("Softmax", "attention", &["w"], "a");
    graph.node("MatMul", "mixed", &["a", "q"], "v");
    graph.node("Reshape", "places", &["v", "merged"], "p");
    graph.node("Add", "residual", &["m", "p"], "r");
    graph.node("LayerNormalization", "norm", &["r", "gamma", "beta"], "e");
    graph
        .node("ReduceMean", "pool", &["e"], "y")
        .ints("axes", &[1, 2])
        .int("keepdims", 0);
    let file = model(graph.output("y", &[1, 8])).encode_to_vec();
    let model = Model::decode(&file, Limits::default()).unwrap();
    let found = survey(&model, &AttachOptions::default()).unwrap();
    let names: Vec<&str> = found.layers.iter().map(|layer| &*layer.tensor).collect();
    assert_eq!(names, ["c", "t", "m", "n", "p", "r", "e"]);
    let layer = &found.selection.layer;
    assert_eq!((&*layer.tensor, layer.shape), ("e", [8, 2, 2]));
    assert!(layer.channels_last);
}

/// What is computed of constants alone, such as a position's encoding, is no layer.
#[test]
fn what_does_not_depend_on_the_picture_is_no_layer() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2, 4, 4])]);
    graph.floats("positions", &[1, 2, 4, 4], &[0.1; 32]).node(
        "Tanh",
        "encode",
        &["positions"],
        "e",
    );
    graph.node("Add", "placed", &["x", "e"], "a");
    graph.node("Relu", "layer", &["a"], "l");
    graph.node("GlobalAveragePool", "pool", &["l"], "p");
    graph.node("Flatten", "flatten", &["p"], "y");
    let file = model(graph.output("y", &[1, 2])).encode_to_vec();
    let model = Model::decode(&file, Limits::default()).unwrap();
    let found = survey(&model, &AttachOptions::default()).unwrap();
    let names: Vec<&str> = found.layers.iter().map(|layer| &*layer.tensor).collect();
    assert_eq!(names, ["a", "l"]);
}
