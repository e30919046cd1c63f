//! Cases for normalisations.

use super::case_generator::CaseGenerator;
use super::operator_case::OperatorCase;

/// A tensor whose last axes hold several values, so that there is a variance.
fn input(
    generator: &mut CaseGenerator,
    case: &mut OperatorCase,
    channels: usize,
) -> (String, Vec<usize>) {
    let spatial = generator.pick(&[2, 2, 2, 1, 3]);
    let mut shape = vec![generator.number(1..=2), channels];
    shape.extend(generator.numbers(spatial, 2..=3));
    *shape.last_mut().unwrap() += 2;
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    (case.active(&shape, values), shape)
}

fn list(generator: &mut CaseGenerator, case: &mut OperatorCase, shape: &[usize]) -> String {
    let values = generator.values_away_from_zero(shape.iter().product());
    case.constant(shape, &values)
}

fn epsilon(generator: &mut CaseGenerator, case: &mut OperatorCase) {
    if let Some(epsilon) = generator.pick(&[None, Some(1e-3), Some(0.1)]) {
        case.graph.float("epsilon", epsilon);
    }
}

/// With stored statistics that are independent of x.
pub fn batch(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let mut shape = generator.shape(2..=5);
    shape[1] = generator.number(1..=4);
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    let (scale, bias) = (
        list(generator, &mut case, &shape[1..2]),
        list(generator, &mut case, &shape[1..2]),
    );
    let mean = list(generator, &mut case, &shape[1..2]);
    let variance = generator.values(shape[1], 0.1, 3.0);
    let variance = case.constant(&shape[1..2], &variance);
    case.node("BatchNormalization", &[x, scale, bias, mean, variance]);
    epsilon(generator, &mut case);
    if generator.boolean() {
        case.graph.float("momentum", 0.8);
    }
    case
}

pub fn instance(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let channels = generator.number(1..=3);
    let (x, shape) = input(generator, &mut case, channels);
    let (scale, bias) = (
        list(generator, &mut case, &shape[1..2]),
        list(generator, &mut case, &shape[1..2]),
    );
    case.node("InstanceNormalization", &[x, scale, bias]);
    epsilon(generator, &mut case);
    case
}

pub fn layer(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(17));
    let mut shape = generator.shape(1..=4);
    *shape.last_mut().unwrap() += 3;
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    let mut inputs = vec![case.active(&shape, values)];
    let axis = if generator.boolean() {
        generator.number(0..=shape.len() - 1)
    } else {
        shape.len() - 1
    };
    inputs.push(list(generator, &mut case, &shape[axis..]));
    if generator.boolean() {
        inputs.push(list(generator, &mut case, &shape[axis..]));
    }
    case.node("LayerNormalization", &inputs);
    if axis + 1 < shape.len() || generator.boolean() {
        let axis = generator.maybe_from_end(axis, shape.len(), case.opset);
        case.graph.int("axis", axis);
    }
    epsilon(generator, &mut case);
    case
}

/// Scale and bias for each group before operator set 21, for each channel since.
pub fn group(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(18));
    let groups = generator.number(1..=3);
    let channels = groups * generator.number(1..=3);
    let (x, _) = input(generator, &mut case, channels);
    let lists = if case.opset < 21 { groups } else { channels };
    let (scale, bias) = (
        list(generator, &mut case, &[lists]),
        list(generator, &mut case, &[lists]),
    );
    case.node("GroupNormalization", &[x, scale, bias])
        .int("num_groups", groups as i64);
    epsilon(generator, &mut case);
    case
}

pub fn local_response(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let channels = generator.number(1..=6);
    let (x, _) = input(generator, &mut case, channels);
    let size = generator.pick(&[3, 5, 1, 7, 2, 4]);
    case.node("LRN", &[x]).int("size", size);
    for (name, values) in [
        ("alpha", [0.5, 1.5]),
        ("beta", [0.5, 1.2]),
        ("bias", [0.7, 2.0]),
    ] {
        if generator.boolean() {
            case.graph.float(name, generator.pick(&values));
        }
    }
    case
}
