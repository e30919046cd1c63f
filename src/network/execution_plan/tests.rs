//! The order of nodes, and what leaves a run early.

use super::*;
use crate::onnx::Limits;
use crate::onnx::testing::{GraphBuilder, model};
use prost::Message as _;

#[test]
fn what_does_not_depend_on_the_last_input_is_computed_when_it_is_read() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 2]), ("z", &[1, 2])]);
    graph
        .node("Exp", "exp", &["x"], "a")
        .node("Sqrt", "sqrt", &["a"], "b")
        .node("Tanh", "tanh", &["z"], "c")
        .node("Cos", "cos", &["c"], "d")
        .node("Mul", "product", &["b", "d"], "y");
    let file = model(graph.output("y", &[1, 2])).encode_to_vec();
    let model = Model::decode(&file, Limits::default()).unwrap();
    let plan = ExecutionPlan::new(&model).unwrap();
    let nodes = plan.plan.model().nodes();
    let order = plan.last_uses.order.iter();
    let names: Vec<&str> = order.map(|&node| nodes[node].name.as_str()).collect();
    let place = |name: &str| names.iter().position(|found| found.contains(name)).unwrap();
    assert!(
        place("tanh") < place("cos") && place("cos") < place("exp"),
        "{names:?}"
    );
    assert!(
        place("exp") < place("sqrt") && place("sqrt") < place("product"),
        "{names:?}"
    );
}

#[test]
fn outputs_leave_a_run_when_no_step_reads_them_any_more() {
    let mut graph = GraphBuilder::new(&[("x", &[1, 1, 1, 2])]);
    graph
        .node("Exp", "exp", &["x"], "a")
        .node("Sqrt", "sqrt", &["a"], "b")
        .node("Tanh", "tanh", &["b"], "c");
    for output in ["a", "b", "c"] {
        graph = graph.output(output, &[1, 1, 1, 2]);
    }
    let file = model(graph).encode_to_vec();
    let model = Model::decode(&file, Limits::default()).unwrap();
    let mut plan = ExecutionPlan::new(&model).unwrap();
    let input = || {
        tensor(
            ndarray::arr1(&[0.0, 1.0])
                .into_shape_with_order((1, 1, 1, 2))
                .unwrap()
                .into_dyn(),
        )
    };
    let whole = plan.run_tensors(vec![input()], &mut |_, _| ()).unwrap();
    plan.start(vec![input()]).unwrap();
    let mut taken = Vec::new();
    let rest = loop {
        if let Some(rest) = plan.advance(&mut |_, _| false).unwrap() {
            break rest;
        }
        taken.extend(plan.take_outputs());
    };
    let numbers: Vec<usize> = taken.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [0]);
    assert_eq!(taken[0].1, whole[0]);
    let sizes: Vec<usize> = rest.iter().map(|tensor| tensor.len()).collect();
    assert_eq!(sizes, [0, 2, 2]);
    // The next run is whole again.
    let again = plan.run_tensors(vec![input()], &mut |_, _| ()).unwrap();
    assert_eq!(again, whole);
}
