//! Cases for operators that broadcast.

use super::case::Case;
use super::dice::Dice;

/// Two shapes that go together, neither of which need be that of the result.
fn two_shapes(dice: &mut Dice) -> (Vec<usize>, Vec<usize>) {
    let whole = dice.shape(1..=4);
    let (a, b) = (dice.narrower(&whole), dice.narrower(&whole));
    match dice.number(0..=3) {
        0 => (whole.clone(), whole),
        1 => (whole, b),
        2 => (a, whole),
        _ => (a, b),
    }
}

/// Which of two operands want their gradient: at least one.
fn two_active(dice: &mut Dice, shapes: [&[usize]; 2]) -> [bool; 2] {
    let active = dice.pick(&[[true, true], [true, false], [false, true]]);
    // What wants a gradient is a tensor with axes.
    let fits = [0, 1].map(|place| active[place] && !shapes[place].is_empty());
    match fits {
        [false, false] => [0, 1].map(|place| !shapes[place].is_empty()),
        fits => fits,
    }
}

fn count(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// y = a ∘ b; `second` draws the values of b.
fn two(dice: &mut Dice, operator: &str, second: fn(&mut Dice, usize) -> Vec<f32>) -> Case {
    let mut case = Case::new(dice.opset(9));
    if dice.number(0..=7) == 7 {
        // The same tensor at both sides.
        let shape = dice.shape(1..=4);
        let values = dice.values_off_zero(count(&shape));
        let x = case.active(&shape, values);
        case.node(operator, &[&x, &x]);
        return case;
    }
    let (mut a, b) = two_shapes(dice);
    if a.is_empty() && b.is_empty() {
        a = vec![2];
    }
    let active = two_active(dice, [&a, &b]);
    let values = dice.values(count(&a), -2.0, 2.0);
    let a = case.operand(active[0], &a, values);
    let values = second(dice, count(&b));
    let b = case.operand(active[1], &b, values);
    case.node(operator, &[a, b]);
    case
}

fn any_sign(dice: &mut Dice, count: usize) -> Vec<f32> {
    dice.values(count, -2.0, 2.0)
}

pub fn add(dice: &mut Dice) -> Case {
    two(dice, "Add", any_sign)
}

pub fn sub(dice: &mut Dice) -> Case {
    two(dice, "Sub", any_sign)
}

pub fn mul(dice: &mut Dice) -> Case {
    two(dice, "Mul", any_sign)
}

pub fn div(dice: &mut Dice) -> Case {
    two(dice, "Div", Dice::values_off_zero)
}

/// A constant exponent: one for all, or one for each place.
pub fn pow(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let shape = dice.shape(1..=4);
    let whole = dice.coin();
    let exponents: &[f32] = match whole {
        true => &[2.0, 3.0, 1.0, 0.0, -1.0, -2.0],
        false => &[2.0, 0.5, -0.5, 1.5, 3.0, 1.0, 0.0, -1.0, 2.7],
    };
    let x = match whole {
        true => dice.values_off_zero(count(&shape)),
        false => dice.values(count(&shape), 0.4, 2.0),
    };
    let x = case.active(&shape, x);
    let exponent_shape = if dice.coin() {
        dice.narrower(&shape)
    } else {
        vec![]
    };
    let values = dice.numbers(count(&exponent_shape), 0..=exponents.len() - 1);
    let values: Vec<f32> = values.into_iter().map(|number| exponents[number]).collect();
    let exponent = if whole && case.opset >= 12 && dice.number(0..=3) == 3 {
        let values: Vec<i64> = values.iter().map(|&value| value as i64).collect();
        case.shaped_ints(&exponent_shape, &values)
    } else {
        case.constant(&exponent_shape, &values)
    };
    case.node("Pow", &[x, exponent]);
    case
}

/// One to four operands, some constant, one perhaps twice. All values differ.
fn several(dice: &mut Dice, operator: &str) -> Case {
    let mut case = Case::new(dice.opset(9));
    let whole = dice.shape(1..=4);
    let operands = dice.number(1..=4);
    let shapes: Vec<Vec<usize>> = (0..operands)
        .map(|place| match place == 0 || dice.coin() {
            true => whole.clone(),
            false => dice.narrower(&whole),
        })
        .collect();
    let mut values = dice.values(shapes.iter().map(|shape| count(shape)).sum(), -2.0, 2.0);
    let mut names: Vec<String> = Vec::new();
    for shape in &shapes {
        let own = values.split_off(values.len() - count(shape));
        let active = names.is_empty() || (!shape.is_empty() && dice.number(0..=2) < 2);
        names.push(case.operand(active, shape, own));
    }
    if matches!(operator, "Sum" | "Mean") && dice.number(0..=4) == 4 {
        names.push(names[0].clone());
    }
    let order = dice.order(names.len());
    let names: Vec<&String> = order.into_iter().map(|place| &names[place]).collect();
    case.node(operator, &names);
    case
}

pub fn sum(dice: &mut Dice) -> Case {
    several(dice, "Sum")
}

pub fn mean(dice: &mut Dice) -> Case {
    several(dice, "Mean")
}

pub fn max(dice: &mut Dice) -> Case {
    several(dice, "Max")
}

pub fn min(dice: &mut Dice) -> Case {
    several(dice, "Min")
}

/// The condition is a constant or is computed from one of the operands.
pub fn choice(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let (mut a, b) = two_shapes(dice);
    if a.is_empty() && b.is_empty() {
        a = vec![2];
    }
    let active = two_active(dice, [&a, &b]);
    let (yes, no) = (any_sign(dice, count(&a)), any_sign(dice, count(&b)));
    let yes = case.operand(active[0], &a, yes);
    let no = case.operand(active[1], &b, no);
    let condition = if dice.coin() {
        let zero = case.constant(&[], &[0.0]);
        case.node_to("Greater", &[&yes, &zero], "condition");
        "condition".to_owned()
    } else {
        let shape = if a.len() > b.len() {
            dice.narrower(&a)
        } else {
            dice.narrower(&b)
        };
        let values: Vec<bool> = (0..count(&shape)).map(|_| dice.coin()).collect();
        case.bools(&shape, &values)
    };
    case.node("Where", &[condition, yes, no]);
    case
}

fn one(dice: &mut Dice, operator: &str, low: f64, high: f64) -> Case {
    let mut case = Case::new(dice.opset(9));
    let shape = dice.shape(1..=4);
    let values = dice.values(count(&shape), low, high);
    let x = case.active(&shape, values);
    case.node(operator, &[x]);
    case
}

pub fn neg(dice: &mut Dice) -> Case {
    one(dice, "Neg", -2.0, 2.0)
}

pub fn reciprocal(dice: &mut Dice) -> Case {
    one(dice, "Reciprocal", 0.4, 3.0)
}

pub fn sqrt(dice: &mut Dice) -> Case {
    one(dice, "Sqrt", 0.2, 3.0)
}

pub fn exp(dice: &mut Dice) -> Case {
    one(dice, "Exp", -2.0, 2.0)
}

pub fn log(dice: &mut Dice) -> Case {
    one(dice, "Log", 0.2, 3.0)
}
