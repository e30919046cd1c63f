use prost::Message as _;

use super::*;
use crate::gradient::{attach, survey};
use crate::onnx::Limits;
use crate::onnx::evaluator::{Value, evaluate};
use crate::onnx::testing::{GraphBuilder, model};

/// A transformer's block on 2 × 3 patches of two features, behind a class token if there is one:
/// normalised, attended to, added; then pooled.
fn transformer(has_class_token: bool) -> Model {
    let mut graph = GraphBuilder::new(&[("x", &[1, 1, 4, 6])]);
    graph
        .floats(
            "patch",
            &[2, 1, 2, 2],
            &[0.1, 0.2, -0.3, 0.4, 0.5, -0.1, 0.2, 0.3],
        )
        .node("Conv", "cut", &["x", "patch"], "c")
        .ints("strides", &[2, 2]);
    graph
        .int64s("flat", &[1, 2, 6])
        .node("Reshape", "flatten", &["c", "flat"], "f");
    graph
        .node("Transpose", "order", &["f"], "p")
        .ints("perm", &[0, 2, 1]);
    let tokens = if has_class_token {
        graph.floats("token", &[1, 1, 2], &[0.3, -0.2]);
        graph
            .node("Concat", "with class", &["token", "p"], "t")
            .int("axis", 1);
        "t"
    } else {
        "p"
    };
    graph
        .floats("gamma", &[2], &[1.0, 0.5])
        .floats("beta", &[2], &[0.1, 0.0]);
    graph.node(
        "LayerNormalization",
        "norm1",
        &[tokens, "gamma", "beta"],
        "n",
    );
    graph
        .node("Transpose", "keys", &["n"], "k")
        .ints("perm", &[0, 2, 1]);
    graph
        .node("MatMul", "scores", &["n", "k"], "s")
        .node("Softmax", "attention", &["s"], "a");
    graph.node("MatMul", "mixed", &["a", "n"], "m");
    graph.node("Add", "residual", &[tokens, "m"], "r");
    graph.node("LayerNormalization", "norm2", &["r", "gamma", "beta"], "e");
    graph
        .node("ReduceMean", "pool", &["e"], "y")
        .ints("axes", &[1])
        .int("keepdims", 0);
    let file = model(graph.output("y", &[1, 2])).encode_to_vec();
    Model::decode(&file, Limits::default()).unwrap()
}

#[test]
fn tokens_are_layers_of_the_grid_and_the_one_before_the_last_attention_is_usual() {
    for has_class_token in [false, true] {
        let mut model = transformer(has_class_token);
        let options = AttachOptions::default();
        insert_grids(&mut model, &options).unwrap();
        let found = survey(&model, &options).unwrap();
        let layer = &found.selection.layer;
        assert_eq!(
            (&*layer.tensor, &*layer.node, &*layer.operator),
            ("n", "norm1", "LayerNormalization")
        );
        assert_eq!((layer.shape, layer.channels_last), ([2, 2, 3], true));
        let names: Vec<&str> = found.layers.iter().map(|layer| &*layer.tensor).collect();
        assert_eq!(names, ["c", "n", "r", "e"]);
    }
}

#[test]
fn the_detour_changes_no_logit() {
    for has_class_token in [false, true] {
        let plain = transformer(has_class_token);
        let mut led = plain.clone();
        attach(&mut led, &AttachOptions::default()).unwrap();
        let ramp: Vec<f64> = (0..24).map(|at| f64::from(at) * 0.1 - 1.0).collect();
        let logits = |model: &Model, output: &str| {
            let inputs = HashMap::from([
                (
                    "x".to_owned(),
                    Value::floats(&[1, 1, 4, 6], Vec::clone(&ramp)),
                ),
                (
                    "cotangent".to_owned(),
                    Value::floats(&[1, 2], vec![1.0, 0.0]),
                ),
            ]);
            let values = evaluate(model.graph(), model.opset(), &inputs).unwrap();
            values[output].clone()
        };
        let wanted = logits(&plain, "y");
        assert_eq!(wanted, logits(&led, "logits"));
        assert!(
            wanted
                .as_floats()
                .unwrap()
                .iter()
                .all(|value| value.is_finite())
        );
    }
}

#[test]
fn convolutional_networks_stay_as_they_are() {
    let file = model(GraphBuilder::linear_classifier()).encode_to_vec();
    let mut model = Model::decode(&file, Limits::default()).unwrap();
    let before = model.graph().clone();
    insert_grids(&mut model, &AttachOptions::default()).unwrap();
    assert_eq!(*model.graph(), before);
}

#[test]
fn a_file_that_was_attached_has_the_same_layers() {
    for has_class_token in [false, true] {
        let mut model = transformer(has_class_token);
        let layers = attach(&mut model, &AttachOptions::default())
            .unwrap()
            .layers;
        let mut again = Model::decode(&model.encode(), Limits::default()).unwrap();
        let found = attach(&mut again, &AttachOptions::default()).unwrap();
        assert_eq!(found.layers, layers);
        assert_eq!(found.selection.layer.node, "norm1");
    }
}
