//! Cases without a gradient, which check the evaluator: operators that have no rule
//! but are used in branches, and forms that rules refuse.

use super::case_generator::CaseGenerator;
use super::indexing::indices;
use super::operator_case::{DrawCase, OperatorCase};
use crate::onnx::pb::tensor_proto::DataType;

pub const OPERATORS: &[(&str, DrawCase)] = &[
    ("Abs", |generator| function(generator, "Abs", 9)),
    ("Reciprocal", |generator| {
        function(generator, "Reciprocal", 9)
    }),
    ("Sign", |generator| function(generator, "Sign", 9)),
    ("Floor", |generator| function(generator, "Floor", 9)),
    ("Ceil", |generator| function(generator, "Ceil", 9)),
    ("Softsign", |generator| function(generator, "Softsign", 9)),
    ("ThresholdedRelu", |generator| {
        function(generator, "ThresholdedRelu", 10)
    }),
    ("ReduceProd", |generator| {
        function(generator, "ReduceProd", 9)
    }),
    ("ArgMax", arg_max),
    ("Pad wrap", wrap),
    ("OneHot", one_hot),
    ("Equal", |generator| comparison(generator, "Equal", 11)),
    ("Less", |generator| comparison(generator, "Less", 9)),
    ("LessOrEqual", |generator| {
        comparison(generator, "LessOrEqual", 12)
    }),
    ("Greater", |generator| comparison(generator, "Greater", 9)),
    ("GreaterOrEqual", |generator| {
        comparison(generator, "GreaterOrEqual", 12)
    }),
    ("And", |generator| logic(generator, "And")),
    ("Or", |generator| logic(generator, "Or")),
    ("Xor", |generator| logic(generator, "Xor")),
    ("Shape and Size", sizes),
    ("ConstantOfShape", constant_of_shape),
    ("Range", range),
    ("MaxPool indices", pool_indices),
    ("Einsum diagonal", diagonal),
];

fn start(generator: &mut CaseGenerator, since: i64) -> (OperatorCase, String, Vec<usize>) {
    let mut case = OperatorCase::new(generator.opset(since));
    let shape = generator.shape(1..=4);
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    (case, x, shape)
}

/// Makes the tensor `raw`, which is not float32, the output.
fn cast_output(case: &mut OperatorCase) {
    case.node("Cast", &["raw"])
        .int("to", DataType::Float as i64);
}

fn function(generator: &mut CaseGenerator, operator: &str, since: i64) -> OperatorCase {
    let (mut case, x, _) = start(generator, since);
    case.node(operator, &[x]);
    case
}

/// Small whole numbers, so that there are ties.
fn arg_max(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let shape = generator.shape(1..=4);
    let values = generator.numbers(shape.iter().product(), 0..=2);
    let x = case.active(
        &shape,
        values.into_iter().map(|value| value as f32).collect(),
    );
    let axis = generator.number(0..=shape.len() - 1);
    let axis = generator.maybe_from_end(axis, shape.len(), case.opset);
    case.node_to("ArgMax", &[x], "raw").int("axis", axis);
    if generator.boolean() {
        case.graph.int("keepdims", 0);
    }
    if case.opset >= 12 && generator.boolean() {
        case.graph.int("select_last_index", 1);
    }
    cast_output(&mut case);
    case
}

fn wrap(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 19);
    let twice = [shape.as_slice(), &shape].concat();
    let pads: Vec<i64> = twice
        .iter()
        .map(|&size| generator.number(0..=size) as i64)
        .collect();
    let pads = case.ints(&pads);
    case.node("Pad", &[x, pads]).text("mode", "wrap");
    case
}

fn one_hot(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(11));
    let shape = generator.shape(1..=3);
    let indices = indices(generator, &mut case, &shape, 4);
    let depth = case.shaped_ints(&[], &[4]);
    let values = case.active(&[2], vec![-1.0, 2.0]);
    let axis = generator.number(0..=shape.len());
    case.node("OneHot", &[indices, depth, values])
        .int("axis", axis as i64);
    case
}

/// Small whole numbers, so that some are equal.
fn small(generator: &mut CaseGenerator, case: &mut OperatorCase, shape: &[usize]) -> String {
    let values = generator.numbers(shape.iter().product(), 0..=2);
    case.active(
        shape,
        values.into_iter().map(|value| value as f32).collect(),
    )
}

fn comparison(generator: &mut CaseGenerator, operator: &str, since: i64) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(since));
    let shape = generator.shape(1..=4);
    let other = generator.broadcastable(&shape);
    let (a, b) = (
        small(generator, &mut case, &shape),
        small(generator, &mut case, &other),
    );
    case.node_to(operator, &[a, b], "raw");
    cast_output(&mut case);
    case
}

fn logic(generator: &mut CaseGenerator, operator: &str) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let shape = generator.shape(1..=4);
    let other = generator.broadcastable(&shape);
    for (name, shape) in [("a", &shape), ("b", &other)] {
        let x = small(generator, &mut case, shape);
        case.node_to("Cast", &[x], name)
            .int("to", DataType::Bool as i64);
    }
    case.node_to("Not", &["b"], "not b");
    case.node_to(operator, &["a", "not b"], "raw");
    cast_output(&mut case);
    case
}

fn sizes(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, _) = start(generator, 15);
    let start = generator.number(0..=3) as i64 - 1;
    case.node_to("Shape", &[&x], "shape").int("start", start);
    case.node_to("Size", &[&x], "size");
    case.node_to("Mul", &["shape", "size"], "raw");
    cast_output(&mut case);
    case
}

fn constant_of_shape(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, _) = start(generator, 9);
    case.node_to("Shape", &[&x], "shape");
    case.node_to("ConstantOfShape", &["shape"], "zeros");
    case.node("Add", &[&x, "zeros"]);
    case
}

fn range(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(11));
    let bounds = generator.pick(&[[0, 5, 1], [2, 9, 3], [4, -3, -2]]);
    let bounds = bounds.map(|bound| case.shaped_ints(&[], &[bound]));
    case.node_to("Range", &bounds, "numbers");
    case.node_to("Cast", &["numbers"], "raw")
        .int("to", DataType::Float as i64);
    let x = case.active(&[1], vec![0.5]);
    case.node("Mul", &["raw", &x]);
    case
}

fn pool_indices(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = super::pooling::max(generator);
    let pool = case.graph.last();
    pool.name = "pool".into();
    pool.output = vec!["value".into(), "raw".into()];
    cast_output(&mut case);
    case
}

fn diagonal(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(12));
    let size = generator.number(1..=3);
    let values = generator.values(2 * size * size, -2.0, 2.0);
    let (a, b) = values.split_at(size * size);
    let a = case.active(&[size, size], a.to_vec());
    let b = case.active(&[size, size], b.to_vec());
    let equation = generator.pick(&["ii,ij->j", "ij,jj->i", "ii,jj", "ii,ii->i"]);
    case.node("Einsum", &[a, b]).text("equation", equation);
    case
}
