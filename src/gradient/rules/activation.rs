//! Functions of one value, and Softmax.

use super::Step;
use crate::gradient::GradientError;
use crate::onnx::node;

/// y = max(x, 0): x̄ = ȳ where y > 0. At 0 the gradient is 0, as in TensorFlow
/// and PyTorch.
pub fn relu(step: &mut Step) -> Result<(), GradientError> {
    let output = step.output();
    step.rectify(|builder| {
        let zero = builder.number(0.0);
        builder.compare("Greater", output, &zero)
    });
    Ok(())
}

/// y = 1/(1+e^−x): x̄ = ȳ · y · (1 − y).
pub fn sigmoid(step: &mut Step) -> Result<(), GradientError> {
    let one = step.builder.floats(&[], &[1.0]);
    let rest = step.builder.add("Sub", &[&one, step.output()], vec![]);
    let slope = step.builder.add("Mul", &[step.output(), &rest], vec![]);
    let cotangent = step.builder.add("Mul", &[step.cotangent, &slope], vec![]);
    step.give(0, cotangent);
    Ok(())
}

/// y = tanh x: x̄ = ȳ · (1 − y²).
pub fn tanh(step: &mut Step) -> Result<(), GradientError> {
    let one = step.builder.floats(&[], &[1.0]);
    let square = step
        .builder
        .add("Mul", &[step.output(), step.output()], vec![]);
    let slope = step.builder.add("Sub", &[&one, &square], vec![]);
    let cotangent = step.builder.add("Mul", &[step.cotangent, &slope], vec![]);
    step.give(0, cotangent);
    Ok(())
}

/// y = softmax x along an axis: x̄ = y · (ȳ − Σ ȳ·y).
///
/// Before operator set 13 the axes from `axis` on count as one.
pub fn softmax(step: &mut Step) -> Result<(), GradientError> {
    let rank = step.shape(step.output())?.len();
    let joined = step.builder.opset() < 13;
    let default = if joined { 1 } else { -1 };
    let axis = node::int(step.node, "axis").unwrap_or(default);
    let axis = usize::try_from(if axis < 0 { axis + rank as i64 } else { axis })
        .ok()
        .filter(|&axis| axis < rank)
        .ok_or_else(|| step.unsupported(format!("there is no axis {axis} among {rank}")))?;
    let axes: Vec<usize> = if joined {
        (axis..rank).collect()
    } else {
        vec![axis]
    };
    let weighted = step
        .builder
        .add("Mul", &[step.cotangent, step.output()], vec![]);
    let mean = step.builder.reduce_sum(&weighted, &axes);
    let rest = step.builder.add("Sub", &[step.cotangent, &mean], vec![]);
    let cotangent = step.builder.add("Mul", &[step.output(), &rest], vec![]);
    step.give(0, cotangent);
    Ok(())
}
