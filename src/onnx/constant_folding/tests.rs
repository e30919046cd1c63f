use prost::Message;

use crate::onnx::testing::{GraphBuilder, model};
use crate::onnx::{
    Limits, Model, Value, drop_unread_weights, fold_constants, infer_shapes, tensor,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn decoded(graph: GraphBuilder) -> Model {
    Model::decode(&model(graph).encode_to_vec(), Limits::default()).unwrap()
}

/// What PyTorch writes for `x.view(x.size(0), -1)`, and for an upsampling to
/// twice the size.
#[test]
fn targets_computed_at_run_time_are_constant() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 4, 6, 5])]);
    graph
        .node("Shape", "shape", &["x"], "s")
        .int64s("zero", &[0])
        .int64s("two", &[2])
        .int64s("four", &[4]);
    graph.node("Gather", "batch", &["s", "zero"], "n");
    graph
        .int64s("rest", &[-1])
        .node("Concat", "target", &["n", "rest"], "t")
        .int("axis", 0);
    graph
        .node("Slice", "sides", &["s", "two", "four"], "hw")
        .node("Mul", "twice", &["hw", "two"], "size");
    graph.node("Reshape", "view", &["x", "t"], "y");
    let mut model = decoded(graph.output("y", &[1, 120]));
    let shapes = infer_shapes(&model, &[]).unwrap();
    assert_eq!(shapes.get("y"), Some([1, 120].as_slice()));
    let size = shapes.constant("size").and_then(Value::ints);
    assert_eq!(size, Some(vec![12, 10]));
    fold_constants(&mut model, &shapes);
    drop_unread_weights(&mut model);
    let graph = model.graph();
    assert_eq!(graph.node.len(), 1);
    assert_eq!(graph.initializer.len(), 1);
    assert_eq!(tensor::ints(&graph.initializer[0]).unwrap(), [1, -1]);
}

#[test]
fn an_expand_idiom_with_where_and_equal() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 3])]);
    graph
        .int64s("target", &[5, -1])
        .int64s("minus", &[-1])
        .int64s("ones", &[1, 1]);
    graph.node("Equal", "open", &["target", "minus"], "o");
    graph.node("Where", "settled", &["o", "ones", "target"], "w");
    graph.node("Expand", "expand", &["x", "w"], "y");
    let shapes = infer_shapes(&decoded(graph.output("y", &[5, 3])), &[]).unwrap();
    assert_eq!(shapes.get("y"), Some([5, 3].as_slice()));
}

/// What PyTorch writes for weights that are standardised, and for padding that TensorFlow
/// calls SAME.
#[test]
fn standardised_weights_and_clipped_sizes_are_constant() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 3])]);
    let weights = [1.0, 3.0, 2.0, 2.0, 0.0, 4.0];
    graph
        .floats("w", &[1, 2, 3], &weights)
        .floats("scale", &[2], &[2.0, 1.0])
        .floats("bias", &[2], &[0.5, 0.0])
        .floats("none", &[2], &[0.0, 0.0]);
    graph
        .node(
            "BatchNormalization",
            "standard",
            &["w", "scale", "bias", "none", "none"],
            "n",
        )
        .int("training_mode", 1)
        .float("epsilon", 0.0);
    graph
        .last()
        .output
        .extend(["mean".to_owned(), "variance".to_owned()]);
    graph
        .floats("size", &[], &[-3.0])
        .floats("low", &[], &[0.0]);
    graph.node("Clip", "positive", &["size", "low"], "c");
    graph.node("Add", "sum", &["n", "c"], "m");
    graph.node("Add", "all", &["x", "m"], "y");
    let mut model = decoded(graph.output("y", &[1, 2, 3]));
    let shapes = infer_shapes(&model, &[]).unwrap();
    let Some(Value::Floats(found)) = shapes.constant("m") else {
        panic!("not constant");
    };
    // Means 2 and 2, variances 2/3 and 8/3.
    let (a, b) = ((3.0_f32 / 2.0).sqrt(), (3.0_f32 / 8.0).sqrt());
    let wanted = [0.5 - 2.0 * a, 0.5 + 2.0 * a, 0.5, 0.0, -2.0 * b, 2.0 * b];
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
    }
    fold_constants(&mut model, &shapes);
    assert_eq!(model.graph().node.len(), 1);
}
