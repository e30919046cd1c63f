//! Cases for operators that read or write at indices, and for sums along an axis that
//! leave its length.

use super::case_generator::CaseGenerator;
use super::operator_case::{OperatorCase, Y};
use super::shape::start;

/// Indices into `size` positions for a tensor of this shape.
pub fn indices(
    generator: &mut CaseGenerator,
    case: &mut OperatorCase,
    shape: &[usize],
    size: usize,
) -> String {
    let numbers = generator.numbers(shape.iter().product(), 0..=size - 1);
    let numbers: Vec<i64> = numbers
        .into_iter()
        .map(|number| generator.maybe_from_end(number, size, case.opset))
        .collect();
    case.shaped_ints(shape, &numbers)
}

pub fn gather_elements(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 16);
    let axis = generator.number(0..=shape.len() - 1);
    let mut wanted = shape.clone();
    wanted[axis] = generator.number(1..=4);
    let indices = indices(generator, &mut case, &wanted, shape[axis]);
    case.node("GatherElements", &[x, indices])
        .int("axis", axis as i64);
    case
}

/// No index occurs twice, unless the updates are summed.
pub fn scatter_elements(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 11);
    let axis = generator.number(0..=shape.len() - 1);
    let add = case.opset >= 16 && generator.boolean();
    let mut wanted = shape.clone();
    wanted[axis] = if add {
        generator.number(1..=4.min(shape[axis]))
    } else {
        1
    };
    let indices = indices(generator, &mut case, &wanted, shape[axis]);
    let values = generator.values(wanted.iter().product(), -2.0, 2.0);
    let is_active = generator.boolean();
    let updates = case.operand(is_active, &wanted, values);
    case.node("ScatterElements", &[x, indices, updates])
        .int("axis", axis as i64);
    if add {
        case.graph.text("reduction", "add");
    }
    case
}

pub fn scatter_nd(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 11);
    let add = case.opset >= 16 && generator.boolean();
    let count = if add { 3 } else { 1 };
    let depth = generator.number(1..=shape.len());
    let positions: Vec<i64> = (0..count)
        .flat_map(|_| shape[..depth].to_vec())
        .map(|size| generator.number(0..=size - 1) as i64)
        .collect();
    let indices = case.shaped_ints(&[count, depth], &positions);
    let wanted = [&[count], &shape[depth..]].concat();
    let values = generator.values(wanted.iter().product(), -2.0, 2.0);
    let is_active = generator.boolean();
    let updates = case.operand(is_active, &wanted, values);
    case.node("ScatterND", &[x, indices, updates]);
    if add {
        case.graph.text("reduction", "add");
    }
    case
}

/// Indices of some first axes, any of them twice.
pub fn gather_nd(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 16);
    let depth = generator.number(1..=shape.len());
    let count = generator.number(1..=3);
    let positions: Vec<i64> = (0..count)
        .flat_map(|_| shape[..depth].to_vec())
        .map(|size| generator.number(0..=size - 1) as i64)
        .collect();
    let indices = case.shaped_ints(&[count, depth], &positions);
    case.node("GatherND", &[x, indices]);
    case
}

/// Values that are far from each other, so that none changes its place.
pub fn top_k(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(11));
    let shape = generator.shape(1..=4);
    let order = generator.permutation(shape.iter().product());
    let values = order.into_iter().map(|place| place as f32 * 0.25 - 1.0);
    let x = case.active(&shape, values.collect());
    let axis = generator.number(0..=shape.len() - 1);
    let k = generator.number(1..=shape[axis]);
    let k = case.ints(&[k as i64]);
    case.node("TopK", &[x, k]);
    case.graph.last().output = vec![Y.into(), "places".into()];
    if axis + 1 < shape.len() || generator.boolean() {
        let axis = generator.maybe_from_end(axis, shape.len(), case.opset);
        case.graph.int("axis", axis);
    }
    if generator.boolean() {
        case.graph.int("largest", 0);
    }
    case
}

/// Matrices and stacks of them, and a diagonal beside the main one.
pub fn trilu(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(14));
    let shape = generator.shape(2..=4);
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    let mut inputs = vec![case.active(&shape, values)];
    if generator.boolean() {
        let beside = generator.number(0..=4) as i64 - 2;
        inputs.push(case.shaped_ints(&[], &[beside]));
    }
    case.node("Trilu", &inputs);
    if generator.boolean() {
        case.graph.int("upper", 0);
    }
    case
}

pub fn cumulative_sum(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 11);
    let axis = generator.number(0..=shape.len() - 1);
    let axis = generator.maybe_from_end(axis, shape.len(), case.opset);
    let axis = case.shaped_ints(&[], &[axis]);
    let (exclusive, reverse) = (generator.boolean(), generator.boolean());
    case.node("CumSum", &[x, axis])
        .int("exclusive", exclusive.into())
        .int("reverse", reverse.into());
    case
}

pub fn tile(generator: &mut CaseGenerator) -> OperatorCase {
    let (mut case, x, shape) = start(generator, 9);
    let repeats: Vec<i64> = shape
        .iter()
        .map(|_| generator.number(1..=3) as i64)
        .collect();
    let repeats = case.ints(&repeats);
    case.node("Tile", &[x, repeats]);
    case
}
