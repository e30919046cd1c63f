//! What a network that is ready answers.

use ndarray::Array4;

use super::*;

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
