//! Strided copies beside tract's own slices, transpositions and paddings.

use proptest::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::tvec;

use super::random::{cases, random_tensor};
use crate::network::kernels::declutter;
use crate::onnx::testing::{self, GraphBuilder};

/// Runs a graph of one input as tract has it and with our operations; both outputs must
/// have the same bits. The names of the operations that are ours.
fn compare(graph: GraphBuilder, shape: &[usize]) -> Vec<String> {
    let proto = testing::model(graph);
    let parsed = || {
        let model = tract_onnx::onnx().model_for_proto_model(&proto).unwrap();
        model.into_typed().unwrap()
    };
    let run = |model: TypedModel| {
        let input = random_tensor(shape, 5).into_tvalue();
        let plan = model.into_runnable().unwrap();
        plan.run(tvec!(input)).unwrap().remove(0).into_tensor()
    };
    let own = declutter(parsed()).unwrap();
    let names = own.nodes().iter().map(|node| node.op.name().into_owned());
    let names = names.filter(|name| name.starts_with("Gradcam")).collect();
    assert_eq!(run(own), run(parsed().into_decluttered().unwrap()));
    names
}

/// A graph whose output has any shape.
fn graph_of(shape: &[usize], write: impl FnOnce(&mut GraphBuilder)) -> GraphBuilder {
    let mut graph = GraphBuilder::new(&[("x", shape)]);
    write(&mut graph);
    graph.output("y", &[])
}

#[test]
fn zero_insertion_is_two_copies() {
    let shape = [1, 3, 5, 7];
    let graph = graph_of(&shape, |graph| {
        graph.int64s("separated", &[1, 3, 5, 1, 7, 1]);
        graph.int64s("pads", &[0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1]);
        graph.int64s("merged", &[1, 3, 10, 14]);
        graph
            .int64s("zero", &[0, 0])
            .int64s("ends", &[9, 13])
            .int64s("axes", &[2, 3]);
        graph.node("Reshape", "separate", &["x", "separated"], "s");
        graph.node("Pad", "pad", &["s", "pads"], "p");
        graph.node("Reshape", "merge", &["p", "merged"], "m");
        graph.node("Slice", "slice", &["m", "zero", "ends", "axes"], "y");
    });
    assert_eq!(compare(graph, &shape), ["GradcamStridedCopy"; 2]);
}

#[test]
fn a_transposition_of_one_channel_is_none() {
    let shape = [1, 1, 5, 7];
    let graph = graph_of(&shape, |graph| {
        graph.node("Transpose", "transpose", &["x"], "t");
        graph.ints("perm", &[0, 2, 3, 1]);
        graph.node("Erf", "erf", &["t"], "y");
    });
    assert!(compare(graph, &shape).is_empty());
}

#[test]
fn a_copy_that_others_read_stays() {
    let shape = [1, 6, 5, 7];
    let graph = graph_of(&shape, |graph| {
        graph.node("Transpose", "first", &["x"], "t");
        graph.ints("perm", &[0, 2, 3, 1]);
        graph.node("Erf", "erf", &["t"], "e");
        graph.node("Transpose", "second", &["t"], "u");
        graph.ints("perm", &[0, 2, 1, 3]);
        graph.node("Transpose", "third", &["e"], "f");
        graph.ints("perm", &[0, 2, 1, 3]);
        graph.node("Sub", "difference", &["u", "f"], "y");
    });
    compare(graph, &shape);
}

/// A permutation of four axes.
fn permutation() -> impl Strategy<Value = Vec<i64>> {
    Just(vec![0_i64, 1, 2, 3]).prop_shuffle()
}

proptest! {
    #![proptest_config(cases(200))]
    #[test]
    fn chains_of_copies_compute_the_same(
        shape in proptest::collection::vec(1_usize..20, 4),
        cut in proptest::collection::vec(0_usize..100, 4),
        (first, second) in (permutation(), permutation()),
        pads in proptest::option::of(proptest::collection::vec(0_i64..3, 8)),
    ) {
        let graph = graph_of(&shape, |graph| {
            graph.node("Transpose", "first", &["x"], "t");
            graph.ints("perm", &first);
            // Each axis from the cut on, or to it.
            let sizes = first.iter().map(|&axis| shape[axis as usize]);
            let bounds = sizes.zip(&cut).map(|(size, cut)| match (cut % size, cut % 2) {
                (0, _) => (0, size as i64),
                (cut, 0) => (cut as i64, size as i64),
                (cut, _) => (0, cut as i64),
            });
            let (starts, ends): (Vec<i64>, Vec<i64>) = bounds.unzip();
            graph.int64s("starts", &starts).int64s("ends", &ends);
            graph.node("Slice", "slice", &["t", "starts", "ends"], "s");
            graph.node("Transpose", "second", &["s"], "u");
            graph.ints("perm", &second);
            let last = if let Some(pads) = &pads {
                graph.int64s("pads", pads).floats("value", &[], &[-1.5]);
                graph.node("Pad", "pad", &["u", "pads", "value"], "p");
                "p"
            } else {
                "u"
            };
            graph.node("Erf", "erf", &[last], "y");
        });
        compare(graph, &shape);
    }
}
