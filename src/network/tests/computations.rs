//! Computations in pieces, from changed activations, at other sites and under other policies.

use super::*;
use crate::network::Computed;

/// l → Neg → Relu → Mul 2 → mean → dense.
fn network() -> TractNetwork {
    let mut graph = graph(3, 4);
    graph
        .node("Neg", "turn", &["l"], "n")
        .node("Relu", "cut", &["n"], "r")
        .floats("two", &[1], &[2.0])
        .node("Mul", "double", &["r", "two"], "d")
        .node("GlobalAveragePool", "pool", &["d"], "p");
    load(dense(graph, "p", 3), 17)
}

fn picture() -> Array4<f32> {
    Array4::from_shape_vec((1, 3, 3, 4), values(36)).unwrap()
}

/// The result, and in how many pieces it was computed.
fn in_pieces(network: &mut TractNetwork, computation: Computation) -> (Computed, usize) {
    network.start(computation).unwrap();
    let mut pieces = 1;
    loop {
        if let Some(computed) = network.advance(&mut |_, _| false).unwrap() {
            return (computed, pieces);
        }
        pieces += 1;
    }
}

#[test]
fn a_run_in_pieces_is_the_same_run() {
    let mut network = network();
    let whole = forward(&mut network, picture()).unwrap();
    let layers = vec![LAYER.to_owned()];
    let input = picture();
    let (computed, pieces) = in_pieces(&mut network, Computation::Forward { input, layers });
    assert!(pieces > 2, "{pieces}");
    let run = computed.into_run().unwrap();
    assert_eq!(run.logits(), whole.logits());
    assert_eq!(
        run.activations(LAYER).unwrap(),
        whole.activations(LAYER).unwrap()
    );
    let input = picture();
    let (computed, _) = in_pieces(&mut network, Computation::Outputs { input });
    assert_eq!(computed.into_outputs().unwrap(), whole.logits());
}

#[test]
fn a_run_that_is_given_up_leaves_nothing_behind() {
    let mut network = network();
    let wanted = forward(&mut network, picture()).unwrap();
    let input = Array4::zeros((1, 3, 3, 4));
    network.start(Computation::Outputs { input }).unwrap();
    assert!(network.advance(&mut |_, _| false).unwrap().is_none());
    // Another begins in the middle of it.
    let run = forward(&mut network, picture()).unwrap();
    assert_eq!(run.logits(), wanted.logits());
}

#[test]
fn runs_are_values() {
    let mut network = network();
    let first = forward(&mut network, picture()).unwrap();
    let wanted = backward(&mut network, &first, &[1.0, 0.0, 0.0]).unwrap();
    forward(&mut network, -picture()).unwrap();
    let found = backward(&mut network, &first, &[1.0, 0.0, 0.0]).unwrap();
    assert_eq!(found, wanted);
}

#[test]
fn logits_from_changed_activations() {
    let mut network = network();
    let run = forward(&mut network, picture()).unwrap();
    let mut behind = |activations: Array3<f32>| {
        let layer = LAYER.to_owned();
        let behind = Computation::OutputsFrom { layer, activations };
        let computed = compute(&mut network, behind, &mut |_, _| ()).unwrap();
        computed.into_outputs().unwrap()
    };
    let own = run.activations(LAYER).unwrap();
    assert_eq!(behind(own.clone()), run.logits());
    // A silent layer leaves the bias.
    assert_eq!(behind(own * 0.0), [0.1, -0.2, 0.3]);
}

#[test]
fn a_layer_that_does_not_separate_the_network_has_nothing_behind_it_alone() {
    let mut graph = graph(3, 3);
    graph
        .node("Mul", "gate", &["l", "x"], "g")
        .node("GlobalAveragePool", "pool", &["g"], "p");
    let mut network = load(dense(graph, "p", 3), 17);
    let wrong = network.start(Computation::OutputsFrom {
        layer: LAYER.to_owned(),
        activations: Array3::zeros((3, 3, 3)),
    });
    let wrong = wrong.unwrap_err().to_string();
    assert!(
        wrong.contains("'l'") && wrong.contains("near the end"),
        "{wrong}"
    );
}

#[test]
fn the_gradient_at_the_input_obeys_its_policy() {
    let mut network = network();
    // Negative values pass the second rectifier, being turned over, but not the first.
    let input = picture();
    let taped = Computation::TapedForward { input };
    let run = compute(&mut network, taped, &mut |_, _| ()).unwrap();
    let run = run.into_run().unwrap();
    assert!(run.has_tape() && !run.logits().is_empty());
    let mut at_input = |policy| {
        let gradient = Computation::Gradient {
            run: run.clone(),
            site: Site::Input,
            policy,
            cotangent: vec![1.0, 0.0, 0.0],
        };
        let computed = compute(&mut network, gradient, &mut |_, _| ()).unwrap();
        computed.into_gradient().unwrap()
    };
    assert!(
        at_input(ReluPolicy::Plain)
            .iter()
            .all(|&value| value == 0.0)
    );
    assert!(
        at_input(ReluPolicy::Guided)
            .iter()
            .all(|&value| value == 0.0)
    );
    let reversed = at_input(ReluPolicy::Deconvnet);
    assert_eq!(reversed.shape(), [3, 3, 4]);
}

#[test]
fn the_gradient_at_the_input_needs_a_tape() {
    let mut network = network();
    let run = forward(&mut network, picture()).unwrap();
    let found = gradient(&mut network, &run, Site::Input, &[1.0, 0.0, 0.0]);
    assert!(matches!(found, Err(NetworkError::NoTape)));
}
