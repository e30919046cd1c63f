//! Models that cannot be explained, and what is said of them.

use super::*;
use crate::gradient::attach;
use crate::onnx::{Limits, Model};

fn refused(graph: GraphBuilder, options: &AttachOptions) -> String {
    let bytes = model(graph).encode_to_vec();
    TractNetwork::load(&bytes, options, &mut |_, _| ())
        .err()
        .unwrap()
        .to_string()
}

#[test]
fn an_operator_without_a_rule_is_named_with_its_node() {
    let mut graph = graph(3, 3);
    graph.node("Det", "strange", &["l"], "s");
    let text = refused(dense(graph, "s", 3), &AttachOptions::default());
    assert!(text.contains("'strange'") && text.contains("Det"), "{text}");

    let mut graph = self::graph(3, 3);
    graph
        .node("Shrink", "strange", &["l"], "s")
        .node("Relu", "after", &["s"], "r");
    let options = AttachOptions {
        layers: vec!["l".into()],
        ..AttachOptions::default()
    };
    let text = refused(dense(graph, "r", 18), &options);
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
    graph.node("Flatten", "map", &["l"], "y").int("axis", 2);
    let text = refused(graph.output("y", &[3, 9]), &AttachOptions::default());
    assert!(text.contains("[3, 9]") && text.contains("[1, K]"), "{text}");

    let mut graph = self::graph(3, 3);
    graph.node("GlobalAveragePool", "pool", &["l"], "p");
    let options = AttachOptions {
        layers: vec!["conv9".into()],
        ..AttachOptions::default()
    };
    let text = refused(dense(graph, "p", 3), &options);
    assert!(
        text.contains("'conv9'") && text.contains("it has: l"),
        "{text}"
    );
}

#[test]
fn an_input_that_is_no_picture() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 12])]);
    graph.node("Relu", "keep", &["x"], "l");
    let text = refused(graph.output("l", &[1, 12]), &AttachOptions::default());
    assert!(
        text.contains("could be a picture") && text.contains('x'),
        "{text}"
    );
}

#[test]
fn windows_and_sizes_that_no_network_has_are_refused() {
    let pool = |set: fn(&mut GraphBuilder) -> &mut GraphBuilder| {
        let mut graph = graph(3, 3);
        graph.node("MaxPool", "odd", &["l"], "p");
        set(&mut graph);
        refused(dense(graph, "p", 3), &AttachOptions::default())
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
    let empty = refused(graph.output("y", &[1, 0]), &AttachOptions::default());
    assert!(
        empty.contains("'none'") && empty.contains("empty"),
        "{empty}"
    );
}

#[test]
fn a_layer_whose_gradient_would_have_the_name_of_the_picture_s() {
    let mut graph = graph(3, 3);
    graph
        .node("Relu", "named as the picture's", &["l"], "input")
        .node("GlobalAveragePool", "pool", &["input"], "p");
    let bytes = model(dense(graph, "p", 3)).encode_to_vec();
    let attached = |layers: &[&str], input_gradient: bool| {
        let options = AttachOptions {
            layers: layers.iter().map(|&layer| layer.into()).collect(),
            input_gradient,
            ..AttachOptions::default()
        };
        let mut model = Model::decode(&bytes, Limits::default()).unwrap();
        let done = attach(&mut model, &options).map_err(|error| error.to_string());
        let outputs = model.graph().output.iter();
        done.map(|_| {
            outputs
                .map(|output| output.name.clone())
                .collect::<Vec<_>>()
        })
    };
    let text = attached(&["l", "input"], true).unwrap_err();
    for name in ["'input'", "'x'", "'gradients.input'"] {
        assert!(text.contains(name), "{text}");
    }
    let layers = attached(&["l", "input"], false).unwrap();
    assert!(layers.contains(&"gradients.input".into()), "{layers:?}");
    let alone = attached(&["input"], true).unwrap();
    let wanted = ["logits", "activations", "gradients", "gradients.input"];
    assert_eq!(alone, wanted);
}

/// So many activations, one after the other or side by side.
fn long_and_wide(count: usize) -> [GraphBuilder; 2] {
    let (mut long, mut wide) = (graph(3, 3), graph(3, 3));
    let mut last = "l".to_owned();
    for number in 0..count {
        let next = format!("t{number}");
        long.node("Relu", &next, &[&last], &next);
        wide.node("Relu", &next, &["l"], &next);
        last = next;
    }
    long.node("GlobalAveragePool", "pool", &[&last], "p");
    // Sums of a thousand each, and their sum.
    let mut sums = Vec::new();
    for first in (0..count).step_by(1000) {
        let terms: Vec<String> = (first..count.min(first + 1000))
            .map(|number| format!("t{number}"))
            .collect();
        let terms: Vec<&str> = terms.iter().map(String::as_str).collect();
        let sum = format!("sum{first}");
        wide.node("Sum", &sum, &terms, &sum);
        sums.push(sum);
    }
    let sums: Vec<&str> = sums.iter().map(String::as_str).collect();
    wide.node("Sum", "total", &sums, "s");
    wide.node("GlobalAveragePool", "pool", &["s"], "p");
    [long, wide].map(|graph| dense(graph, "p", 3))
}

/// In time in proportion to their size; a minute each before.
#[test]
fn graphs_of_any_length_are_made_ready_or_refused() {
    let options = AttachOptions {
        layers: vec!["l".into()],
        ..AttachOptions::default()
    };
    for graph in long_and_wide(100_000) {
        let text = refused(graph, &options);
        assert!(
            text.contains("operations") && text.contains("5000"),
            "{text}"
        );
    }
    for graph in long_and_wide(1_000) {
        load(graph, 17);
    }
}
