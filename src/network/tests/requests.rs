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
fn the_layer_that_is_explained_is_not_built_again_by_its_other_names() {
    let mut graph = graph(3, 4);
    graph
        .node("Tanh", "keep2", &["l"], "m")
        // A node with the name of another layer's tensor.
        .node("Relu", "l", &["m"], "n")
        .node("GlobalAveragePool", "pool", &["n"], "p");
    let mut network = load(dense(graph, "p", 3), 17);
    assert_eq!(network.layer(), "l");
    let alias = |tensor: &str| {
        let layers = &network.description().layers;
        let layer = layers.iter().find(|layer| layer.tensor == tensor);
        layer.unwrap().alias.clone()
    };
    let names = [Some("n".to_owned()), alias("n"), Some("l".to_owned())];
    let mut built = Vec::new();
    for name in names.into_iter().map(Option::unwrap) {
        let mut count = 0;
        let mut progress = |_, _, _| count += 1;
        network.choose_layer(&name, &mut progress).unwrap();
        built.push((network.layer().to_owned(), count > 0));
    }
    // "l" is the tensor, though the layer that is explained then has a node of that name.
    let wanted = [("n", true), ("n", false), ("l", false)];
    assert_eq!(built, wanted.map(|(name, built)| (name.to_owned(), built)));
}
