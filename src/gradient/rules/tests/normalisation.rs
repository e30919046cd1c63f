//! Cases for normalisations.

use super::case::Case;
use super::dice::Dice;

/// A tensor whose last axes hold several values, so that there is a variance.
fn input(dice: &mut Dice, case: &mut Case, channels: usize) -> (String, Vec<usize>) {
    let spatial = dice.pick(&[2, 2, 2, 1, 3]);
    let mut shape = vec![dice.number(1..=2), channels];
    shape.extend(dice.numbers(spatial, 2..=3));
    *shape.last_mut().unwrap() += 2;
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    (case.active(&shape, values), shape)
}

fn list(dice: &mut Dice, case: &mut Case, shape: &[usize]) -> String {
    let values = dice.values_off_zero(shape.iter().product());
    case.constant(shape, &values)
}

fn epsilon(dice: &mut Dice, case: &mut Case) {
    if let Some(epsilon) = dice.pick(&[None, Some(1e-3), Some(0.1)]) {
        case.graph.float("epsilon", epsilon);
    }
}

/// With statistics of a training that know nothing of x.
pub fn batch(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let mut shape = dice.shape(2..=5);
    shape[1] = dice.number(1..=4);
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    let (scale, bias) = (
        list(dice, &mut case, &shape[1..2]),
        list(dice, &mut case, &shape[1..2]),
    );
    let centre = list(dice, &mut case, &shape[1..2]);
    let spread = dice.values(shape[1], 0.1, 3.0);
    let spread = case.constant(&shape[1..2], &spread);
    case.node("BatchNormalization", &[x, scale, bias, centre, spread]);
    epsilon(dice, &mut case);
    if dice.coin() {
        case.graph.float("momentum", 0.8);
    }
    case
}

pub fn instance(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let channels = dice.number(1..=3);
    let (x, shape) = input(dice, &mut case, channels);
    let (scale, bias) = (
        list(dice, &mut case, &shape[1..2]),
        list(dice, &mut case, &shape[1..2]),
    );
    case.node("InstanceNormalization", &[x, scale, bias]);
    epsilon(dice, &mut case);
    case
}

pub fn layer(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(17));
    let mut shape = dice.shape(1..=4);
    *shape.last_mut().unwrap() += 3;
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    let mut inputs = vec![case.active(&shape, values)];
    let axis = if dice.coin() {
        dice.number(0..=shape.len() - 1)
    } else {
        shape.len() - 1
    };
    inputs.push(list(dice, &mut case, &shape[axis..]));
    if dice.coin() {
        inputs.push(list(dice, &mut case, &shape[axis..]));
    }
    case.node("LayerNormalization", &inputs);
    if axis + 1 < shape.len() || dice.coin() {
        let axis = dice.signed(axis, shape.len(), case.opset);
        case.graph.int("axis", axis);
    }
    epsilon(dice, &mut case);
    case
}

/// Scale and bias for each group before operator set 21, for each channel since.
pub fn group(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(18));
    let groups = dice.number(1..=3);
    let channels = groups * dice.number(1..=3);
    let (x, _) = input(dice, &mut case, channels);
    let lists = if case.opset < 21 { groups } else { channels };
    let (scale, bias) = (
        list(dice, &mut case, &[lists]),
        list(dice, &mut case, &[lists]),
    );
    case.node("GroupNormalization", &[x, scale, bias])
        .int("num_groups", groups as i64);
    epsilon(dice, &mut case);
    case
}

pub fn local_response(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let channels = dice.number(1..=6);
    let (x, _) = input(dice, &mut case, channels);
    let size = dice.pick(&[3, 5, 1, 7, 2, 4]);
    case.node("LRN", &[x]).int("size", size);
    for (name, values) in [
        ("alpha", [0.5, 1.5]),
        ("beta", [0.5, 1.2]),
        ("bias", [0.7, 2.0]),
    ] {
        if dice.coin() {
            case.graph.float(name, dice.pick(&values));
        }
    }
    case
}
