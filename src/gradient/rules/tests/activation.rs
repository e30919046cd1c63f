//! Cases for activation functions, Softmax included.

use super::case_generator::CaseGenerator;
use super::operator_case::OperatorCase;
use crate::onnx::testing::GraphBuilder;

/// y = f(x) in an operator set from `since` on, with x away from the corners.
fn function(
    generator: &mut CaseGenerator,
    operator: &str,
    since: i64,
    corners: &[f32],
) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(since));
    let x = input(generator, &mut case, corners);
    case.node(operator, &[x]);
    case
}

fn input(generator: &mut CaseGenerator, case: &mut OperatorCase, corners: &[f32]) -> String {
    let shape = generator.shape(1..=4);
    let values = generator.values_away_from(corners, shape.iter().product(), -4.0, 4.0);
    case.active(&shape, values)
}

/// Sets an attribute, or leaves it at its default.
fn perhaps(generator: &mut CaseGenerator, graph: &mut GraphBuilder, name: &str, values: &[f32]) {
    if generator.boolean() {
        graph.float(name, generator.pick(values));
    }
}

pub fn relu(generator: &mut CaseGenerator) -> OperatorCase {
    function(generator, "Relu", 9, &[0.0])
}

pub fn leaky_relu(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = function(generator, "LeakyRelu", 9, &[0.0]);
    perhaps(generator, &mut case.graph, "alpha", &[0.2, 0.0, -0.3, 1.5]);
    case
}

/// The slope is one for all, one for each channel, or one for each value.
pub fn prelu(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let shape = generator.shape(1..=4);
    let values = generator.values(shape.iter().product(), -4.0, 4.0);
    let x = case.active(&shape, values);
    let slope_shape = generator.broadcastable(&shape);
    let slope = generator.values(slope_shape.iter().product(), -1.0, 1.0);
    let slope = case.constant(&slope_shape, &slope);
    case.node("PRelu", &[x, slope]);
    case
}

/// Bounds as attributes before operator set 11, as inputs since; either may be
/// missing.
pub fn clip(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let low = generator.pick(&[Some(-1.0), Some(0.0), None, Some(-2.5)]);
    let high = generator.pick(&[Some(1.0), Some(6.0), None, Some(2.5)]);
    let corners: Vec<f32> = [low, high].into_iter().flatten().collect();
    let x = input(generator, &mut case, &corners);
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

pub fn elu(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = function(generator, "Elu", 9, &[0.0]);
    perhaps(generator, &mut case.graph, "alpha", &[0.5, 1.7]);
    case
}

pub fn selu(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = function(generator, "Selu", 9, &[0.0]);
    perhaps(generator, &mut case.graph, "alpha", &[1.2, 2.0]);
    perhaps(generator, &mut case.graph, "gamma", &[0.7, 1.5]);
    case
}

pub fn celu(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = function(generator, "Celu", 12, &[0.0]);
    perhaps(generator, &mut case.graph, "alpha", &[0.5, 1.7]);
    case
}

pub fn sigmoid(generator: &mut CaseGenerator) -> OperatorCase {
    function(generator, "Sigmoid", 9, &[])
}

pub fn tanh(generator: &mut CaseGenerator) -> OperatorCase {
    function(generator, "Tanh", 9, &[])
}

pub fn erf(generator: &mut CaseGenerator) -> OperatorCase {
    function(generator, "Erf", 9, &[])
}

pub fn abs(generator: &mut CaseGenerator) -> OperatorCase {
    function(generator, "Abs", 9, &[0.0])
}

pub fn softsign(generator: &mut CaseGenerator) -> OperatorCase {
    function(generator, "Softsign", 9, &[])
}

pub fn thresholded_relu(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = function(generator, "ThresholdedRelu", 10, &[0.5, 1.0]);
    perhaps(generator, &mut case.graph, "alpha", &[0.5]);
    case
}

pub fn softplus(generator: &mut CaseGenerator) -> OperatorCase {
    function(generator, "Softplus", 9, &[])
}

pub fn mish(generator: &mut CaseGenerator) -> OperatorCase {
    function(generator, "Mish", 18, &[])
}

pub fn hard_swish(generator: &mut CaseGenerator) -> OperatorCase {
    function(generator, "HardSwish", 14, &[-3.0, 3.0])
}

pub fn hard_sigmoid(generator: &mut CaseGenerator) -> OperatorCase {
    let alpha = generator.pick(&[None, Some(1.0 / 6.0), Some(0.7)]);
    let beta = generator.pick(&[None, Some(0.4), Some(0.0)]);
    let (slope, shift) = (alpha.unwrap_or(0.2), beta.unwrap_or(0.5));
    let corners = [-shift / slope, (1.0 - shift) / slope];
    let mut case = function(generator, "HardSigmoid", 9, &corners);
    for (name, value) in [("alpha", alpha), ("beta", beta)] {
        if let Some(value) = value {
            case.graph.float(name, value);
        }
    }
    case
}

pub fn gelu(generator: &mut CaseGenerator) -> OperatorCase {
    let mut case = function(generator, "Gelu", 20, &[]);
    if let Some(form) = generator.pick(&[None, Some("none"), Some("tanh")]) {
        case.graph.text("approximate", form);
    }
    case
}

/// Along one axis since operator set 13, over all axes from one on before.
fn normalised(generator: &mut CaseGenerator, operator: &str) -> OperatorCase {
    let mut case = OperatorCase::new(generator.opset(9));
    let mut shape = generator.shape(1..=4);
    // A single value has no slope.
    *shape.last_mut().unwrap() += 1;
    let values = generator.values(shape.iter().product(), -2.0, 2.0);
    let x = case.active(&shape, values);
    case.node(operator, &[x]);
    if generator.boolean() || shape.len() == 1 {
        let axis = generator.number(0..=shape.len() - 1);
        let axis = generator.maybe_from_end(axis, shape.len(), case.opset);
        case.graph.int("axis", axis);
    }
    case
}

pub fn softmax(generator: &mut CaseGenerator) -> OperatorCase {
    normalised(generator, "Softmax")
}

pub fn log_softmax(generator: &mut CaseGenerator) -> OperatorCase {
    normalised(generator, "LogSoftmax")
}
