//! Cases for operators that broadcast.

use super::case_generator::CaseGenerator;
use super::operator_case::OperatorCase;

/// Two shapes that broadcast to one, which may differ from both.
fn broadcast_shapes(generator: &mut CaseGenerator) -> (Vec<usize>, Vec<usize>) {
    let whole = generator.shape(1..=4);
    let (a, b) = (
        generator.broadcastable(&whole),
        generator.broadcastable(&whole),
    );
    match generator.number(0..=3) {
        0 => (whole.clone(), whole),
        1 => (whole, b),
        2 => (a, whole),
        _ => (a, b),
    }
}

/// Which of two operands are active: at least one.
fn two_active(generator: &mut CaseGenerator, shapes: [&[usize]; 2]) -> [bool; 2] {
    let active = generator.pick(&[[true, true], [true, false], [false, true]]);
    // A scalar is never active.
    let fits = [0, 1].map(|position| active[position] && !shapes[position].is_empty());
    match fits {
        [false, false] => [0, 1].map(|position| !shapes[position].is_empty()),
        fits => fits,
    }
}

fn count(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// y = a ∘ b; `second` draws the values of b.
fn binary(
    generator: &mut CaseGenerator,
    operator: &str,
    second: fn(&mut CaseGenerator, usize) -> Vec<f32>,
) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    if generator.number(0..=7) == 7 {
        // The same tensor as both operands.
        let shape = generator.shape(1..=4);
        let values = generator.values_away_from_zero(count(&shape));
        let x = case.active(&shape, values);
        case.node(operator, &[&x, &x]);
        return case;
    }
    let (mut a, b) = broadcast_shapes(generator);
    if a.is_empty() && b.is_empty() {
        a = vec![2];
    }
    let active = two_active(generator, [&a, &b]);
    let values = generator.values(count(&a), -2.0, 2.0);
    let a = case.operand(active[0], &a, values);
    let values = second(generator, count(&b));
    let b = case.operand(active[1], &b, values);
    case.node(operator, &[a, b]);
    case
}

fn any_sign(generator: &mut CaseGenerator, count: usize) -> Vec<f32> {
    generator.values(count, -2.0, 2.0)
}

pub fn add(generator: &mut CaseGenerator) -> OperatorCase {
    binary(generator, "Add", any_sign)
}

pub fn sub(generator: &mut CaseGenerator) -> OperatorCase {
    binary(generator, "Sub", any_sign)
}

pub fn mul(generator: &mut CaseGenerator) -> OperatorCase {
    binary(generator, "Mul", any_sign)
}

pub fn div(generator: &mut CaseGenerator) -> OperatorCase {
    binary(generator, "Div", CaseGenerator::values_away_from_zero)
}

/// A constant exponent: a scalar, or a tensor that broadcasts to x.
pub fn pow(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let shape = generator.shape(1..=4);
    let whole = generator.boolean();
    let exponents: &[f32] = if whole {
        &[2.0, 3.0, 1.0, 0.0, -1.0, -2.0]
    } else {
        &[2.0, 0.5, -0.5, 1.5, 3.0, 1.0, 0.0, -1.0, 2.7]
    };
    let x = if whole {
        generator.values_away_from_zero(count(&shape))
    } else {
        generator.values(count(&shape), 0.4, 2.0)
    };
    let x = case.active(&shape, x);
    let exponent_shape = if generator.boolean() {
        generator.broadcastable(&shape)
    } else {
        vec![]
    };
    let values = generator.numbers(count(&exponent_shape), 0..=exponents.len() - 1);
    let values: Vec<f32> = values.into_iter().map(|number| exponents[number]).collect();
    let exponent = if whole && case.opset >= 12 && generator.number(0..=3) == 3 {
        let values: Vec<i64> = values.iter().map(|&value| value as i64).collect();
        case.shaped_ints(&exponent_shape, &values)
    } else {
        case.constant(&exponent_shape, &values)
    };
    case.node("Pow", &[x, exponent]);
    case
}

/// One to four operands, some constant, one perhaps twice. All values differ.
fn variadic(generator: &mut CaseGenerator, operator: &str) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let whole = generator.shape(1..=4);
    let operands = generator.number(1..=4);
    let shapes: Vec<Vec<usize>> = (0..operands)
        .map(|position| {
            if position == 0 || generator.boolean() {
                whole.clone()
            } else {
                generator.broadcastable(&whole)
            }
        })
        .collect();
    let mut values = generator.values(shapes.iter().map(|shape| count(shape)).sum(), -2.0, 2.0);
    let mut names: Vec<String> = Vec::new();
    for shape in &shapes {
        let own = values.split_off(values.len() - count(shape));
        let active = names.is_empty() || (!shape.is_empty() && generator.number(0..=2) < 2);
        names.push(case.operand(active, shape, own));
    }
    if matches!(operator, "Sum" | "Mean") && generator.number(0..=4) == 4 {
        names.push(names[0].clone());
    }
    let order = generator.permutation(names.len());
    let names: Vec<&String> = order.into_iter().map(|position| &names[position]).collect();
    case.node(operator, &names);
    case
}

pub fn sum(generator: &mut CaseGenerator) -> OperatorCase {
    variadic(generator, "Sum")
}

pub fn mean(generator: &mut CaseGenerator) -> OperatorCase {
    variadic(generator, "Mean")
}

pub fn max(generator: &mut CaseGenerator) -> OperatorCase {
    variadic(generator, "Max")
}

pub fn min(generator: &mut CaseGenerator) -> OperatorCase {
    variadic(generator, "Min")
}

/// The condition is a constant or is computed from one of the operands.
pub fn choice(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let (mut a, b) = broadcast_shapes(generator);
    if a.is_empty() && b.is_empty() {
        a = vec![2];
    }
    let active = two_active(generator, [&a, &b]);
    let (yes, no) = (
        any_sign(generator, count(&a)),
        any_sign(generator, count(&b)),
    );
    let yes = case.operand(active[0], &a, yes);
    let no = case.operand(active[1], &b, no);
    let condition = if generator.boolean() {
        let zero = case.constant(&[], &[0.0]);
        case.node_to("Greater", &[&yes, &zero], "condition");
        "condition".to_owned()
    } else {
        let shape = if a.len() > b.len() {
            generator.broadcastable(&a)
        } else {
            generator.broadcastable(&b)
        };
        let values: Vec<bool> = (0..count(&shape)).map(|_| generator.boolean()).collect();
        case.bools(&shape, &values)
    };
    case.node("Where", &[condition, yes, no]);
    case
}

fn unary(generator: &mut CaseGenerator, operator: &str, low: f64, high: f64) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let shape = generator.shape(1..=4);
    let values = generator.values(count(&shape), low, high);
    let x = case.active(&shape, values);
    case.node(operator, &[x]);
    case
}

pub fn neg(generator: &mut CaseGenerator) -> OperatorCase {
    unary(generator, "Neg", -2.0, 2.0)
}

pub fn reciprocal(generator: &mut CaseGenerator) -> OperatorCase {
    unary(generator, "Reciprocal", 0.4, 3.0)
}

pub fn sqrt(generator: &mut CaseGenerator) -> OperatorCase {
    unary(generator, "Sqrt", 0.2, 3.0)
}

pub fn sin(generator: &mut CaseGenerator) -> OperatorCase {
    unary(generator, "Sin", -3.0, 3.0)
}

pub fn cos(generator: &mut CaseGenerator) -> OperatorCase {
    unary(generator, "Cos", -3.0, 3.0)
}

pub fn exp(generator: &mut CaseGenerator) -> OperatorCase {
    unary(generator, "Exp", -2.0, 2.0)
}

pub fn log(generator: &mut CaseGenerator) -> OperatorCase {
    unary(generator, "Log", 0.2, 3.0)
}
