//! Cases for functions of one value, and Softmax.

use super::case::Case;
use super::dice::Dice;
use crate::onnx::testing::GraphBuilder;

/// y = f(x) in an operator set from `since` on, with x away from the corners.
fn function(dice: &mut Dice, operator: &str, since: i64, corners: &[f32]) -> Case {
    let mut case = Case::new(dice.opset(since));
    let x = input(dice, &mut case, corners);
    case.node(operator, &[x]);
    case
}

fn input(dice: &mut Dice, case: &mut Case, corners: &[f32]) -> String {
    let shape = dice.shape(1..=4);
    let values = dice.values_off(corners, shape.iter().product(), -4.0, 4.0);
    case.active(&shape, values)
}

/// Sets an attribute, or leaves it at its default.
fn perhaps(dice: &mut Dice, graph: &mut GraphBuilder, name: &str, values: &[f32]) {
    if dice.coin() {
        graph.float(name, dice.pick(values));
    }
}

pub fn relu(dice: &mut Dice) -> Case {
    function(dice, "Relu", 9, &[0.0])
}

pub fn leaky_relu(dice: &mut Dice) -> Case {
    let mut case = function(dice, "LeakyRelu", 9, &[0.0]);
    perhaps(dice, &mut case.graph, "alpha", &[0.2, 0.0, -0.3, 1.5]);
    case
}

/// The slope is one for all, one for each channel, or one for each value.
pub fn prelu(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let shape = dice.shape(1..=4);
    let values = dice.values(shape.iter().product(), -4.0, 4.0);
    let x = case.active(&shape, values);
    let slope_shape = dice.narrower(&shape);
    let slope = dice.values(slope_shape.iter().product(), -1.0, 1.0);
    let slope = case.constant(&slope_shape, &slope);
    case.node("PRelu", &[x, slope]);
    case
}

/// Bounds as attributes before operator set 11, as inputs since; either may be
/// missing.
pub fn clip(dice: &mut Dice) -> Case {
    let mut case = Case::new(dice.opset(9));
    let low = dice.pick(&[Some(-1.0), Some(0.0), None, Some(-2.5)]);
    let high = dice.pick(&[Some(1.0), Some(6.0), None, Some(2.5)]);
    let corners: Vec<f32> = [low, high].into_iter().flatten().collect();
    let x = input(dice, &mut case, &corners);
    if case.opset < 11 {
        case.node("Clip", &[x]);
        for (name, bound) in [("min", low), ("max", high)] {
            if let Some(bound) = bound {
                case.graph.float(name, bound);
            }
        }
        return case;
    }
    let mut inputs = vec![x];
    for bound in [low, high] {
        inputs.push(bound.map_or(String::new(), |bound| case.constant(&[], &[bound])));
    }
    while inputs.last().is_some_and(String::is_empty) {
        inputs.pop();
    }
    case.node("Clip", &inputs);
    case
}

pub fn elu(dice: &mut Dice) -> Case {
    let mut case = function(dice, "Elu", 9, &[0.0]);
    perhaps(dice, &mut case.graph, "alpha", &[0.5, 1.7]);
    case
}

pub fn selu(dice: &mut Dice) -> Case {
    let mut case = function(dice, "Selu", 9, &[0.0]);
    perhaps(dice, &mut case.graph, "alpha", &[1.2, 2.0]);
    perhaps(dice, &mut case.graph, "gamma", &[0.7, 1.5]);
    case
}

pub fn celu(dice: &mut Dice) -> Case {
    let mut case = function(dice, "Celu", 12, &[0.0]);
    perhaps(dice, &mut case.graph, "alpha", &[0.5, 1.7]);
    case
}

pub fn sigmoid(dice: &mut Dice) -> Case {
    function(dice, "Sigmoid", 9, &[])
}

pub fn tanh(dice: &mut Dice) -> Case {
    function(dice, "Tanh", 9, &[])
}

pub fn erf(dice: &mut Dice) -> Case {
    function(dice, "Erf", 9, &[])
}

pub fn abs(dice: &mut Dice) -> Case {
    function(dice, "Abs", 9, &[0.0])
}

pub fn softsign(dice: &mut Dice) -> Case {
    function(dice, "Softsign", 9, &[])
}

pub fn thresholded_relu(dice: &mut Dice) -> Case {
    let mut case = function(dice, "ThresholdedRelu", 10, &[0.5, 1.0]);
    perhaps(dice, &mut case.graph, "alpha", &[0.5]);
    case
}

pub fn softplus(dice: &mut Dice) -> Case {
    function(dice, "Softplus", 9, &[])
}

pub fn mish(dice: &mut Dice) -> Case {
    function(dice, "Mish", 18, &[])
}

pub fn hard_swish(dice: &mut Dice) -> Case {
    function(dice, "HardSwish", 14, &[-3.0, 3.0])
}

pub fn hard_sigmoid(dice: &mut Dice) -> Case {
    let alpha = dice.pick(&[None, Some(1.0 / 6.0), Some(0.7)]);
    let beta = dice.pick(&[None, Some(0.4), Some(0.0)]);
    let (slope, shift) = (alpha.unwrap_or(0.2), beta.unwrap_or(0.5));
    let corners = [-shift / slope, (1.0 - shift) / slope];
    let mut case = function(dice, "HardSigmoid", 9, &corners);
    for (name, value) in [("alpha", alpha), ("beta", beta)] {
        if let Some(value) = value {
            case.graph.float(name, value);
        }
    }
    case
}

pub fn gelu(dice: &mut Dice) -> Case {
    let mut case = function(dice, "Gelu", 20, &[]);
    if let Some(form) = dice.pick(&[None, Some("none"), Some("tanh")]) {
        case.graph.text("approximate", form);
    }
    case
}

/// Along one axis since operator set 13, over all axes from one on before.
fn normalised(dice: &mut Dice, operator: &str) -> Case {
    let mut case = Case::new(dice.opset(9));
    let mut shape = dice.shape(1..=4);
    // A single value has no slope.
    *shape.last_mut().unwrap() += 1;
    let values = dice.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    case.node(operator, &[x]);
    if dice.coin() || shape.len() == 1 {
        let axis = dice.number(0..=shape.len() - 1);
        let axis = dice.signed(axis, shape.len(), case.opset);
        case.graph.int("axis", axis);
    }
    case
}

pub fn softmax(dice: &mut Dice) -> Case {
    normalised(dice, "Softmax")
}

pub fn log_softmax(dice: &mut Dice) -> Case {
    normalised(dice, "LogSoftmax")
}
