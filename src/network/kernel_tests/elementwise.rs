//! Fused elementwise operations beside tract's own, one by one.

use proptest::prelude::*;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::tvec;

use super::random::{cases, random_tensor};
use crate::network::kernels::declutter;
use crate::onnx::pb;
use crate::onnx::testing::{self, GraphBuilder};

/// Numbers at which comparisons, signs and bounds change.
const CORNERS: [f32; 9] = [
    0.0,
    -0.0,
    f32::NAN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    1e-45,
    -1e-45,
    6.0,
    -3.0,
];

fn values(tensor: &Tensor) -> Vec<f32> {
    let plain = tensor.try_as_plain_ram().unwrap();
    plain.as_slice::<f32>().unwrap().to_vec()
}

/// Random numbers, every third of them a corner.
fn numbers(shape: &[usize], seed: u64) -> Tensor {
    let random = random_tensor(shape, seed);
    let mut values = values(&random);
    for (index, value) in values.iter_mut().enumerate() {
        if index % 3 == 1 {
            *value = CORNERS[(index / 3 + seed as usize) % CORNERS.len()];
        }
    }
    Tensor::from_shape(shape, &values).unwrap()
}

/// The graph as tract has it, and with our operations; the fused ones' number of inputs.
fn compare(graph: GraphBuilder, inputs: &[Tensor]) -> Vec<usize> {
    let proto = testing::model(graph);
    let parsed = || {
        let model = tract_onnx::onnx().model_for_proto_model(&proto).unwrap();
        model.into_typed().unwrap()
    };
    let run = |model: TypedModel| {
        let inputs = inputs.iter().map(|input| input.clone().into_tvalue());
        let plan = model.into_runnable().unwrap();
        let output = plan.run(inputs.collect()).unwrap().remove(0);
        values(&output)
    };
    let own = declutter(parsed()).unwrap();
    let fused = own
        .nodes()
        .iter()
        .filter(|node| node.op.name() == "GradcamElementwise");
    let fused = fused.map(|node| node.inputs.len()).collect();
    let wanted = run(parsed().into_decluttered().unwrap());
    for (found, wanted) in run(own).into_iter().zip(wanted) {
        let is_same = found == wanted || (found.is_nan() && wanted.is_nan());
        assert!(is_same, "{found} instead of {wanted}");
    }
    fused
}

/// y = f(x, g) with the gradient's shape; a graph that `write` gives its nodes.
fn graph_of(shape: &[usize], write: impl FnOnce(&mut GraphBuilder)) -> GraphBuilder {
    let mut graph = GraphBuilder::new(&[("x", shape), ("g", shape)]);
    graph
        .floats("zero", &[], &[0.0])
        .floats("half", &[], &[0.5])
        .floats("three", &[], &[3.0])
        .floats("six", &[], &[6.0]);
    write(&mut graph);
    graph.output("y", shape)
}

fn both(shape: &[usize], seed: u64) -> [Tensor; 2] {
    [numbers(shape, seed), numbers(shape, seed + 1)]
}

#[test]
fn the_gradient_of_a_bounded_rectifier_is_one_operation() {
    for shape in [[1, 3, 7, 9], [1, 1, 1, 1], [1, 5, 16, 8]] {
        let graph = graph_of(&shape, |graph| {
            graph.node("Greater", "greater", &["x", "zero"], "above");
            graph.node("Less", "less", &["x", "six"], "below");
            graph.node("And", "and", &["above", "below"], "inside");
            graph.node("Cast", "cast", &["inside"], "mask");
            graph.int("to", i64::from(pb::tensor_proto::DataType::Float as i32));
            graph.node("Mul", "product", &["g", "mask"], "y");
        });
        assert_eq!(compare(graph, &both(&shape, 5)), [2]);
        let graph = graph_of(&shape, |graph| {
            graph.node("Sub", "distance", &["six", "x"], "d");
            graph.node("Sign", "above", &["x"], "a");
            graph.node("Sign", "below", &["d"], "b");
            graph.node("Mul", "inside", &["a", "b"], "mask");
            graph.node("Mul", "product", &["g", "mask"], "y");
        });
        assert_eq!(compare(graph, &both(&shape, 5)), [2]);
    }
}

#[test]
fn a_choice_between_tensors_is_one_operation() {
    let shape = [1, 3, 11, 13];
    let graph = graph_of(&shape, |graph| {
        graph.node("Mul", "slope", &["x", "half"], "s");
        graph.node("Add", "derivative", &["s", "half"], "d");
        graph.node("Mul", "inner", &["g", "d"], "i");
        graph.node("Less", "less", &["x", "three"], "l");
        graph.node("Where", "upper", &["l", "i", "g"], "u");
        graph.node("LessOrEqual", "closed", &["x", "zero"], "c");
        graph.node("Not", "open", &["c"], "o");
        graph.node("Where", "both", &["o", "u", "zero"], "y");
    });
    assert_eq!(compare(graph, &both(&shape, 3)), [2]);
}

#[test]
fn factors_of_channels_are_broadcast() {
    for (shape, factors) in [
        ([1, 5, 6, 7], [1, 5, 1, 1]),
        ([1, 6, 7, 20], [1, 1, 1, 20]),
        ([2, 3, 150, 1], [2, 3, 1, 1]),
    ] {
        let mut graph = GraphBuilder::new(&[("x", &shape), ("g", &shape), ("f", &factors)]);
        graph.node("Mul", "scaled", &["x", "f"], "s");
        graph.node("Div", "quotient", &["s", "g"], "q");
        graph.node("Neg", "negative", &["q"], "n");
        graph.node("Add", "sum", &["n", "f"], "y");
        let graph = graph.output("y", &shape);
        let [x, g] = both(&shape, 7);
        assert_eq!(compare(graph, &[x, g, numbers(&factors, 9)]), [3]);
    }
}

#[test]
fn truths_from_elsewhere_are_read_as_numbers() {
    // More than a block.
    for shape in [[1, 2, 5, 5], [1, 3, 11, 13]] {
        let graph = graph_of(&shape, |graph| {
            graph.node("IsNaN", "nan", &["x"], "n");
            graph.node("Where", "choice", &["n", "three", "x"], "c");
            graph
                .node("Cast", "mask", &["n"], "m")
                .int("to", pb::tensor_proto::DataType::Float as i64);
            graph.node("Mul", "masked", &["m", "g"], "k");
            graph.node("Add", "sum", &["c", "k"], "y");
        });
        assert_eq!(compare(graph, &both(&shape, 13)), [3]);
    }
}

#[test]
fn what_others_read_or_cannot_be_computed_here_stays() {
    let shape = [1, 2, 5, 5];
    let graph = graph_of(&shape, |graph| {
        // Read twice, and one of the readers is no elementwise function of ours.
        graph.node("Mul", "shared", &["x", "g"], "s");
        graph.node("Add", "sum", &["s", "three"], "a");
        graph.node("Erf", "erf", &["s"], "e");
        graph.node("Mul", "choice", &["a", "e"], "w");
        graph.node("Mul", "product", &["w", "half"], "p");
        graph.node("Sub", "difference", &["p", "g"], "y");
    });
    assert_eq!(compare(graph, &both(&shape, 11)), [3]);
}

#[test]
fn a_nan_is_within_any_bounds() {
    let shape = [1, 1, 4, 5];
    let graph = graph_of(&shape, |graph| {
        graph.node("Add", "sum", &["x", "g"], "s");
        graph.node("Clip", "clip", &["s", "zero", "six"], "c");
        graph.node("Mul", "product", &["c", "half"], "y");
    });
    let proto = testing::model(graph);
    let model = tract_onnx::onnx().model_for_proto_model(&proto).unwrap();
    let model = declutter(model.into_typed().unwrap()).unwrap();
    let [x, g] = both(&shape, 1);
    let inputs = tvec!(x.clone().into_tvalue(), g.clone().into_tvalue());
    let output = model.into_runnable().unwrap().run(inputs).unwrap();
    let sums = values(&x).into_iter().zip(values(&g));
    for (found, (x, g)) in values(&output[0]).into_iter().zip(sums) {
        // `clamp` keeps a NaN.
        let wanted = (x + g).clamp(0.0, 6.0) * 0.5;
        assert!(
            found == wanted || (found.is_nan() && wanted.is_nan()),
            "{x} {g}"
        );
    }
}

/// One step of a random graph: the operator, and which of the tensors before it reads.
type Step = (usize, usize, usize);

proptest! {
    #![proptest_config(cases(64))]
    #[test]
    fn random_graphs_compute_the_same(
        (rows, columns) in (1_usize..9, 1_usize..40),
        seed in 1_u64..99,
        steps in proptest::collection::vec((0_usize..8, 0_usize..99, 0_usize..99), 2..40),
    ) {
        let shape = [1, 2, rows, columns];
        let graph = graph_of(&shape, |graph| random_steps(graph, &steps));
        compare(graph, &both(&shape, seed));
    }
}

fn random_steps(graph: &mut GraphBuilder, steps: &[Step]) {
    let mut tensors: Vec<String> = ["half", "six", "x", "g"].map(String::from).to_vec();
    for (index, &(operator, a, b)) in steps.iter().enumerate() {
        let is_last = index == steps.len() - 1;
        // The first operand is no constant, so that the result has the whole shape.
        let (a, b) = (2 + a % (tensors.len() - 2), b % tensors.len());
        let a = if is_last { tensors.len() - 1 } else { a };
        let (a, b) = (tensors[a].as_str(), tensors[b].as_str());
        let name = if is_last {
            "y".to_owned()
        } else {
            format!("t{index}")
        };
        match operator {
            0 => graph.node("Add", &name, &[a, b], &name),
            1 => graph.node("Sub", &name, &[a, b], &name),
            2 => graph.node("Mul", &name, &[a, b], &name),
            3 => graph.node("Div", &name, &[a, b], &name),
            4 => graph.node("Sign", &name, &[a], &name),
            5 => graph.node("Neg", &name, &[a], &name),
            _ => {
                let comparison = ["Greater", "GreaterOrEqual"][operator - 6];
                let condition = format!("c{index}");
                graph.node(comparison, &condition, &[b, a], &condition);
                graph.node("Where", &name, &[&condition, a, "g"], &name)
            }
        };
        tensors.push(name);
    }
}
