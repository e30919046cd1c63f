//! What a network that is ready answers.

use ndarray::Array4;

use super::*;
use crate::gradient::survey;
use crate::onnx::pb::type_proto::Value;
use crate::onnx::{Limits, Model};
use crate::picture::Layout;

#[test]
fn a_layer_that_does_not_separate_the_graph() {
    // The picture reaches the logits past the layer, too.
    let mut graph = graph(3, 3);
    graph
        .node("Mul", "gate", &["l", "x"], "g")
        .node("GlobalAveragePool", "pool", &["g"], "p");
    let mut network = load(dense(graph, "p", 3), 17);
    let input = Array4::from_shape_vec((1, 3, 3, 3), values(27)).unwrap();
    let run = forward(&mut network, input.clone()).unwrap();
    let gradients = backward(&mut network, &run, &[1.0, 0.0, 0.0]).unwrap();
    let weights = weights(9);
    assert_eq!(run.activations(LAYER).unwrap().shape(), [3, 3, 3]);
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
        network.advance(&mut |_, _| true),
        Err(NetworkError::NoForward)
    ));
    let wrong = forward(&mut network, Array4::zeros((1, 2, 3, 4))).unwrap_err();
    assert!(wrong.to_string().contains("[1, 3, 3, 4]"), "{wrong}");
    let run = forward(&mut network, Array4::zeros((1, 3, 3, 4))).unwrap();
    let wrong = backward(&mut network, &run, &[1.0; 2]).unwrap_err();
    assert!(matches!(
        wrong,
        NetworkError::CotangentLength {
            wanted: 3,
            found: 2
        }
    ));
    let layers = vec!["nobody".to_owned()];
    let input = Array4::zeros((1, 3, 3, 4));
    let wrong = network.start(Computation::Forward { input, layers });
    assert!(wrong.unwrap_err().to_string().contains("'nobody'"));
}

#[test]
fn the_order_of_the_axes_can_be_said_where_the_file_leaves_it_open() {
    let picture = |shape: [usize; 4], open: &[usize], layout: Option<Layout>| {
        let mut graph = GraphBuilder::new(&[("x", &shape)]);
        graph
            .node("Relu", "keep", &["x"], "l")
            .node("ReduceMean", "pool", &["l"], "p")
            .ints("axes", &[1, 2, 3])
            .int("keepdims", 0);
        graph
            .int64s("row", &[1, 1])
            .node("Reshape", "rows", &["p", "row"], "y");
        let mut proto = model(graph.output("y", &[1, 1]));
        let input = &mut proto.graph.as_mut().unwrap().input[0];
        if let Some(Value::TensorType(tensor)) = &mut input.r#type.as_mut().unwrap().value {
            for &axis in open {
                tensor.shape.as_mut().unwrap().dim[axis].value = None;
            }
        }
        let options = AttachOptions {
            layout,
            size: Some([8, 8]),
            ..AttachOptions::default()
        };
        let model = Model::decode(&proto.encode_to_vec(), Limits::default()).unwrap();
        let selection = survey(&model, &options).unwrap().selection;
        let found = selection.picture;
        (found.layout, found.layout_is_open, found.size())
    };
    let (first, last) = (Layout::Nchw, Layout::Nhwc);
    assert_eq!(picture([1, 3, 4, 3], &[], None), (first, true, [4, 3, 3]));
    let said = picture([1, 3, 4, 3], &[], Some(last));
    assert_eq!(said, (last, true, [3, 4, 3]));
    let symbolic = picture([1, 3, 4, 4], &[1, 2, 3], Some(last));
    assert_eq!(symbolic, (last, true, [8, 8, 3]));
    // The file's own word stands.
    assert_eq!(
        picture([1, 3, 4, 4], &[], Some(last)),
        (first, false, [4, 4, 3])
    );
    assert_eq!(
        picture([1, 4, 4, 3], &[], Some(first)),
        (last, false, [4, 4, 3])
    );
}

#[test]
fn a_layer_has_its_tensor_before_its_node_before_its_alias() {
    let mut graph = graph(3, 4);
    graph
        .node("Tanh", "keep2", &["l"], "m")
        // A node with the name of another layer's tensor.
        .node("Relu", "l", &["m"], "n")
        .node("GlobalAveragePool", "pool", &["n"], "p");
    let network = load(dense(graph, "p", 3), 17);
    let layers = &network.description().layers;
    let layer = layers.iter().find(|layer| layer.tensor == "n").unwrap();
    let names = ["n", "l", layer.alias.as_deref().unwrap()];
    let found = names.map(|name| network.resolve_layer(name).unwrap());
    assert_eq!(found, ["n", "l", "n"]);
    let wrong = network.resolve_layer("nobody").unwrap_err().to_string();
    assert!(wrong.contains("'nobody'"), "{wrong}");
}
