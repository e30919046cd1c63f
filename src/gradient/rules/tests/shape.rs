//! Cases for operators that change a tensor's shape and keep its values.

use super::case_generator::CaseGenerator;
use super::operator_case::OperatorCase;
use crate::onnx::pb::tensor_proto::DataType;

pub fn input(generator: &mut CaseGenerator, case: &mut OperatorCase, shape: &[usize]) -> String {
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    case.active(shape, values)
}

/// A case with one input of a random shape.
pub fn start(generator: &mut CaseGenerator, since: i64) -> (OperatorCase, String, Vec<usize>) {
    let mut case = OperatorCase::new(generator.opset(since));
    let shape = generator.shape(1..=4);
    let x = input(generator, &mut case, &shape);
    (case, x, shape)
}

pub fn signed(sizes: &[usize]) -> Vec<i64> {
    sizes.iter().map(|&size| size as i64).collect()
}

pub fn identity(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, _) = start(generator, 9);
    case.node("Identity", &[x]);
    case
}

/// Outside of training Dropout is the identity.
pub fn dropout(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, _) = start(generator, 9);
    let mut inputs = vec![x];
    if case.opset >= 12 && generator.boolean() {
        inputs.push(case.constant(&[], &[0.3]));
        if generator.boolean() {
            inputs.push(case.bools(&[], &[false]));
        }
    }
    case.node("Dropout", &inputs);
    if case.opset < 12 && generator.boolean() {
        case.graph.float("ratio", 0.3);
    }
    if generator.boolean() {
        case.graph.last().output.push("mask".into());
    }
    case
}

/// To float32 itself, or to float64 and back.
pub fn cast(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, mut x, _) = start(generator, 9);
    if generator.boolean() {
        case.node_to("Cast", &[x], "wide")
            .int("to", DataType::Double as i64);
        x = "wide".into();
    }
    case.node("Cast", &[x]).int("to", DataType::Float as i64);
    case
}

pub fn flatten(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 9);
    case.node("Flatten", &[x]);
    if shape.len() == 1 || generator.boolean() {
        let axis = generator.number(0..=shape.len());
        // The rank itself cannot be counted from the end.
        let from_end = case.opset >= 11 && axis < shape.len() && generator.boolean();
        let axis = axis as i64 - if from_end { shape.len() as i64 } else { 0 };
        case.graph.int("axis", axis);
    }
    case
}

/// Sizes permuted, merged or with a 1 inserted, with 0 and −1 among them.
pub fn reshape(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 9);
    let mut wanted: Vec<i64> = signed(&shape);
    match generator.number(0..=3) {
        0 => wanted = vec![shape.iter().product::<usize>() as i64],
        1 => {
            wanted = generator
                .permutation(shape.len())
                .into_iter()
                .map(|axis| shape[axis] as i64)
                .collect()
        }
        2 => wanted.insert(generator.number(0..=shape.len()), 1),
        _ => {
            let last = wanted.pop().unwrap();
            match wanted.last_mut() {
                Some(size) => *size *= last,
                None => wanted.push(last),
            }
        }
    }
    let allow_zero = case.opset >= 14 && generator.number(0..=3) == 3;
    for (axis, size) in wanted.iter_mut().enumerate() {
        let same = shape.get(axis).is_some_and(|&own| own as i64 == *size);
        if same && !allow_zero && generator.boolean() {
            *size = 0;
        }
    }
    if generator.boolean() {
        let axis = generator.number(0..=wanted.len() - 1);
        wanted[axis] = -1;
    }
    let wanted = case.ints(&wanted);
    case.node("Reshape", &[x, wanted]);
    if allow_zero {
        case.graph.int("allowzero", 1);
    }
    case
}

/// Axes as an attribute before operator set 13, as an input since.
fn with_axes(case: &mut OperatorCase, operator: &str, x: String, axes: &[i64]) {
    if case.opset < 13 {
        case.node(operator, &[x]).ints("axes", axes);
    } else {
        let axes = case.ints(axes);
        case.node(operator, &[x, axes]);
    }
}

pub fn squeeze(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let mut shape = generator.shape(1..=4);
    let axis = generator.number(0..=shape.len());
    shape.insert(axis, 1);
    let x = input(generator, &mut case, &shape);
    if generator.number(0..=3) == 3 {
        case.node("Squeeze", &[x]);
        return case;
    }
    let ones = (0..shape.len()).filter(|&other| shape[other] == 1);
    let chosen = ones
        .filter(|&other| other == axis || generator.boolean())
        .collect::<Vec<_>>();
    let axes: Vec<i64> = chosen
        .into_iter()
        .map(|axis| generator.maybe_from_end(axis, shape.len(), case.opset))
        .collect();
    with_axes(&mut case, "Squeeze", x, &axes);
    case
}

pub fn unsqueeze(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 9);
    let count = generator.number(1..=2);
    let rank = shape.len() + count;
    let mut axes = generator.permutation(rank);
    axes.truncate(count);
    if generator.boolean() {
        axes.sort_unstable();
    }
    let axes: Vec<i64> = axes
        .into_iter()
        .map(|axis| generator.maybe_from_end(axis, rank, case.opset))
        .collect();
    with_axes(&mut case, "Unsqueeze", x, &axes);
    case
}

pub fn transpose(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 9);
    case.node("Transpose", &[x]);
    if generator.number(0..=3) > 0 {
        let order = generator.permutation(shape.len());
        case.graph.ints("perm", &signed(&order));
    }
    case
}

pub fn depth_to_space(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let block = generator.number(1..=3);
    let mut shape = generator.shape(4..=4);
    shape[1] = block * block * generator.number(1..=2);
    let x = input(generator, &mut case, &shape);
    case.node("DepthToSpace", &[x])
        .int("blocksize", block as i64);
    if case.opset >= 11
        && let Some(mode) = generator.pick(&[None, Some("DCR"), Some("CRD")])
    {
        case.graph.text("mode", mode);
    }
    case
}

pub fn space_to_depth(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let block = generator.number(1..=3);
    let mut shape = generator.shape(4..=4);
    shape[2] *= block;
    shape[3] *= block;
    let x = input(generator, &mut case, &shape);
    case.node("SpaceToDepth", &[x])
        .int("blocksize", block as i64);
    case
}

/// Either the input or the target shape may have the longer axes.
pub fn expand(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let whole = generator.shape(1..=4);
    let mut own = generator.broadcastable(&whole);
    if own.is_empty() {
        own = vec![1];
    }
    let x = input(generator, &mut case, &own);
    let lead = whole.len() - own.len();
    let asked = (0..whole.len()).map(|axis| {
        let has_it = axis >= lead && own[axis - lead] == whole[axis];
        if has_it && generator.boolean() {
            1
        } else {
            whole[axis] as i64
        }
    });
    let asked: Vec<i64> = asked.collect();
    let asked = case.ints(&asked);
    case.node("Expand", &[x, asked]);
    case
}
