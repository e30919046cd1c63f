//! Cases that go forward only, for the evaluator: operators without a rule of
//! their own that branches are made of, and forms that no rule takes.

use super::case::{Case, Draw};
use super::dice::Dice;
use crate::onnx::pb::tensor_proto::DataType;

pub const OPERATORS: &[(&str, Draw)] = &[
    ("Abs", |dice| function(dice, "Abs", 9)),
    ("Reciprocal", |dice| function(dice, "Reciprocal", 9)),
    ("Sign", |dice| function(dice, "Sign", 9)),
    ("Floor", |dice| function(dice, "Floor", 9)),
    ("Ceil", |dice| function(dice, "Ceil", 9)),
    ("Softsign", |dice| function(dice, "Softsign", 9)),
    ("ThresholdedRelu", |dice| {
        function(dice, "ThresholdedRelu", 10)
    }),
    ("ReduceMin", |dice| function(dice, "ReduceMin", 9)),
    ("ReduceProd", |dice| function(dice, "ReduceProd", 9)),
    ("ArgMax", arg_max),
    ("CumSum", cumulative_sum),
    ("Tile", tile),
    ("Pad wrap", wrap),
    ("GatherElements", gather_elements),
    ("ScatterElements", scatter_elements),
    ("ScatterND", scatter_nd),
    ("OneHot", one_hot),
    ("Equal", |dice| comparison(dice, "Equal", 11)),
    ("Less", |dice| comparison(dice, "Less", 9)),
    ("LessOrEqual", |dice| comparison(dice, "LessOrEqual", 12)),
    ("Greater", |dice| comparison(dice, "Greater", 9)),
    ("GreaterOrEqual", |dice| {
        comparison(dice, "GreaterOrEqual", 12)
    }),
    ("And", |dice| logic(dice, "And")),
    ("Or", |dice| logic(dice, "Or")),
    ("Xor", |dice| logic(dice, "Xor")),
    ("Shape and Size", sizes),
    ("ConstantOfShape", constant_of_shape),
    ("Range", range),
    ("MaxPool indices", pool_indices),
    ("Einsum diagonal", diagonal),
];

fn start(dice: &mut Dice, since: i64) -> (Case, String, Vec<usize>) {
    let mut case = Case::new(dice.opset(since));
    let shape = dice.shape(1..=4);
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    (case, x, shape)
}

/// Makes the tensor `raw`, which holds no floats, the output.
fn finish(case: &mut Case) {
    case.node("Cast", &["raw"])
        .int("to", DataType::Float as i64);
}

fn function(dice: &mut Dice, operator: &str, since: i64) -> Case {
    let (mut case, x, _) = start(dice, since);
    case.node(operator, &[x]);
    case
}

/// Small whole numbers, so that there are ties.
fn arg_max(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let shape = dice.shape(1..=4);
    let values = dice.numbers(shape.iter().product(), 0..=2);
    let x = case.active(
        &shape,
        values.into_iter().map(|value| value as f32).collect(),
    );
    let axis = dice.number(0..=shape.len() - 1);
    let axis = dice.signed(axis, shape.len(), case.opset);
    case.node_to("ArgMax", &[x], "raw").int("axis", axis);
    if dice.coin() {
        case.graph.int("keepdims", 0);
    }
    if case.opset >= 12 && dice.coin() {
        case.graph.int("select_last_index", 1);
    }
    finish(&mut case);
    case
}

fn cumulative_sum(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 11);
    let axis = dice.number(0..=shape.len() - 1);
    let axis = dice.signed(axis, shape.len(), case.opset);
    let axis = case.shaped_ints(&[], &[axis]);
    let (exclusive, reverse) = (dice.coin(), dice.coin());
    case.node("CumSum", &[x, axis])
        .int("exclusive", exclusive.into())
        .int("reverse", reverse.into());
    case
}

fn tile(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 9);
    let repeats: Vec<i64> = shape.iter().map(|_| dice.number(1..=3) as i64).collect();
    let repeats = case.ints(&repeats);
    case.node("Tile", &[x, repeats]);
    case
}

fn wrap(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 19);
    let twice = [shape.as_slice(), &shape].concat();
    let pads: Vec<i64> = twice
        .iter()
        .map(|&size| dice.number(0..=size) as i64)
        .collect();
    let pads = case.ints(&pads);
    case.node("Pad", &[x, pads]).text("mode", "wrap");
    case
}

/// Indices into `size` places for a tensor of this shape.
fn indices(dice: &mut Dice, case: &mut Case, shape: &[usize], size: usize) -> String {
    let numbers = dice.numbers(shape.iter().product(), 0..=size - 1);
    let numbers: Vec<i64> = numbers
        .into_iter()
        .map(|number| dice.signed(number, size, case.opset))
        .collect();
    case.shaped_ints(shape, &numbers)
}

fn gather_elements(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 11);
    let axis = dice.number(0..=shape.len() - 1);
    let mut wanted = shape.clone();
    wanted[axis] = dice.number(1..=4);
    let indices = indices(dice, &mut case, &wanted, shape[axis]);
    case.node("GatherElements", &[x, indices])
        .int("axis", axis as i64);
    case
}

/// Places are taken once, unless what comes there is summed.
fn scatter_elements(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 11);
    let axis = dice.number(0..=shape.len() - 1);
    let add = case.opset >= 16 && dice.coin();
    let mut wanted = shape.clone();
    wanted[axis] = if add {
        dice.number(1..=4.min(shape[axis]))
    } else {
        1
    };
    let indices = indices(dice, &mut case, &wanted, shape[axis]);
    let values = dice.values(wanted.iter().product(), -2.0, 2.0);
    let updates = case.constant(&wanted, &values);
    case.node("ScatterElements", &[x, indices, updates])
        .int("axis", axis as i64);
    if add {
        case.graph.text("reduction", "add");
    }
    case
}

fn scatter_nd(dice: &mut Dice) -> Case {
    let (mut case, x, shape) = start(dice, 11);
    let add = case.opset >= 16 && dice.coin();
    let count = if add { 3 } else { 1 };
    let depth = dice.number(1..=shape.len());
    let places: Vec<i64> = (0..count)
        .flat_map(|_| shape[..depth].to_vec())
        .map(|size| dice.number(0..=size - 1) as i64)
        .collect();
    let indices = case.shaped_ints(&[count, depth], &places);
    let wanted = [&[count], &shape[depth..]].concat();
    let values = dice.values(wanted.iter().product(), -2.0, 2.0);
    let updates = case.constant(&wanted, &values);
    case.node("ScatterND", &[x, indices, updates]);
    if add {
        case.graph.text("reduction", "add");
    }
    case
}

fn one_hot(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(11));
    let shape = dice.shape(1..=3);
    let indices = indices(dice, &mut case, &shape, 4);
    let depth = case.shaped_ints(&[], &[4]);
    let values = case.active(&[2], vec![-1.0, 2.0]);
    let axis = dice.number(0..=shape.len());
    case.node("OneHot", &[indices, depth, values])
        .int("axis", axis as i64);
    case
}

/// Small whole numbers, so that some are equal.
fn small(dice: &mut Dice, case: &mut Case, shape: &[usize]) -> String {
    let values = dice.numbers(shape.iter().product(), 0..=2);
    case.active(
        shape,
        values.into_iter().map(|value| value as f32).collect(),
    )
}

fn comparison(dice: &mut Dice, operator: &str, since: i64) -> Case {
    let mut case = Case::new(dice.opset(since));
    let shape = dice.shape(1..=4);
    let other = dice.narrower(&shape);
    let (a, b) = (
        small(dice, &mut case, &shape),
        small(dice, &mut case, &other),
    );
    case.node_to(operator, &[a, b], "raw");
    finish(&mut case);
    case
}

fn logic(dice: &mut Dice, operator: &str) -> Case {
    let mut case = Case::new(dice.opset(9));
    let shape = dice.shape(1..=4);
    let other = dice.narrower(&shape);
    for (name, shape) in [("a", &shape), ("b", &other)] {
        let x = small(dice, &mut case, shape);
        case.node_to("Cast", &[x], name)
            .int("to", DataType::Bool as i64);
    }
    case.node_to("Not", &["b"], "not b");
    case.node_to(operator, &["a", "not b"], "raw");
    finish(&mut case);
    case
}

fn sizes(dice: &mut Dice) -> Case {
    let (mut case, x, _) = start(dice, 15);
    let start = dice.number(0..=3) as i64 - 1;
    case.node_to("Shape", &[&x], "shape").int("start", start);
    case.node_to("Size", &[&x], "size");
    case.node_to("Mul", &["shape", "size"], "raw");
    finish(&mut case);
    case
}

fn constant_of_shape(dice: &mut Dice) -> Case {
    let (mut case, x, _) = start(dice, 9);
    case.node_to("Shape", &[&x], "shape");
    case.node_to("ConstantOfShape", &["shape"], "zeros");
    case.node("Add", &[&x, "zeros"]);
    case
}

fn range(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(11));
    let bounds = dice.pick(&[[0, 5, 1], [2, 9, 3], [4, -3, -2]]);
    let bounds = bounds.map(|bound| case.shaped_ints(&[], &[bound]));
    case.node_to("Range", &bounds, "numbers");
    case.node_to("Cast", &["numbers"], "raw")
        .int("to", DataType::Float as i64);
    let x = case.active(&[1], vec![0.5]);
    case.node("Mul", &["raw", &x]);
    case
}

fn pool_indices(dice: &mut Dice) -> Case {
    let mut case = super::pooling::max(dice);
    let pool = case.graph.last();
    pool.name = "pool".into();
    pool.output = vec!["value".into(), "raw".into()];
    finish(&mut case);
    case
}

fn diagonal(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(12));
    let size = dice.number(1..=3);
    let values = dice.values(2 * size * size, -2.0, 2.0);
    let (a, b) = values.split_at(size * size);
    let a = case.active(&[size, size], a.to_vec());
    let b = case.active(&[size, size], b.to_vec());
    let equation = dice.pick(&["ii,ij->j", "ij,jj->i", "ii,jj", "ii,ii->i"]);
    case.node("Einsum", &[a, b]).text("equation", equation);
    case
}
