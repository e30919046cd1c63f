//! Weights that are normalised by their own mean and deviation: exporters write weight
//! standardisation (of BiT and NF-Nets, for example) as a BatchNormalization, in training mode
//! or with a mean and a variance that other nodes compute.

use ndarray::{ArrayD, Axis, IxDyn};
use tract_onnx::pb;

use crate::onnx::attributes::reduced_axes;
use crate::onnx::error::OnnxError;
use crate::onnx::node;
use crate::onnx::value::Value;

/// Whether [`evaluate`] has this operator.
pub fn supports(operator: &str) -> bool {
    matches!(operator, "BatchNormalization" | "ReduceMean")
}

/// Whether a node normalises by the statistics of its own input. Its first output alone is
/// folded then, and those that it reads from before count for nothing.
pub fn uses_own(node: &pb::NodeProto) -> bool {
    node.op_type == "BatchNormalization" && node::int(node, "training_mode") == Some(1)
}

/// How many inputs are read.
pub fn read_inputs(node: &pb::NodeProto) -> usize {
    if uses_own(node) { 3 } else { node.input.len() }
}

/// The first output of a node; `None` where the operator does not take these types.
///
/// # Errors
/// [`OnnxError::Node`] where an attribute contradicts an input.
pub fn evaluate(
    node: &pb::NodeProto,
    inputs: &[Option<Value>],
) -> Result<Option<Value>, OnnxError> {
    Ok(match node.op_type.as_str() {
        "BatchNormalization" => normalised(node, inputs),
        _ => mean(node, inputs)?,
    })
}

fn floats(inputs: &[Option<Value>], position: usize) -> Option<&ArrayD<f32>> {
    match inputs.get(position)? {
        Some(Value::Floats(values)) => Some(values),
        _ => None,
    }
}

/// (x − mean) / √(variance + ε) · scale + bias for each channel, the second axis.
fn normalised(node: &pb::NodeProto, inputs: &[Option<Value>]) -> Option<Value> {
    let (values, scale, bias) = (floats(inputs, 0)?, floats(inputs, 1)?, floats(inputs, 2)?);
    let channels = *values.shape().get(1)?;
    let given = floats(inputs, 3).zip(floats(inputs, 4));
    let given = given.filter(|_| !uses_own(node));
    let lengths = [scale.len(), bias.len()];
    let given_lengths = given.map_or([channels; 2], |(mean, variance)| {
        [mean.len(), variance.len()]
    });
    if lengths != [channels; 2] || given_lengths != [channels; 2] {
        return None;
    }
    let (scale, bias) = (flat(scale), flat(bias));
    let given = given.map(|(mean, variance)| (flat(mean), flat(variance)));
    let epsilon = f64::from(node::float(node, "epsilon").unwrap_or(1e-5));
    let mut normalised = values.clone();
    for (number, mut channel) in normalised.axis_iter_mut(Axis(1)).enumerate() {
        let own = || {
            let count = channel.len() as f64;
            let mean = channel.iter().map(|&x| f64::from(x)).sum::<f64>() / count;
            let square = |&x: &f32| (f64::from(x) - mean).powi(2);
            (mean, channel.iter().map(square).sum::<f64>() / count)
        };
        let (mean, variance) = given
            .as_ref()
            .map_or_else(own, |(mean, variance)| (mean[number], variance[number]));
        let factor = scale[number] / (variance + epsilon).sqrt();
        channel.mapv_inplace(|x| ((f64::from(x) - mean) * factor + bias[number]) as f32);
    }
    Some(Value::Floats(normalised))
}

fn flat(values: &ArrayD<f32>) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

/// The mean along axes.
fn mean(node: &pb::NodeProto, inputs: &[Option<Value>]) -> Result<Option<Value>, OnnxError> {
    let Some(values) = floats(inputs, 0) else {
        return Ok(None);
    };
    let listed = node::ints_or_input(node, "axes", || {
        let axes = inputs.get(1).and_then(Option::as_ref);
        Ok::<_, OnnxError>(axes.and_then(Value::ints))
    })?;
    let mut axes = reduced_axes(node, listed, values.ndim())?;
    axes.sort_unstable();
    let keeps = node::int(node, "keepdims") != Some(0);
    let mut means = values.mapv(f64::from);
    for &axis in axes.iter().rev() {
        let Some(reduced) = means.mean_axis(Axis(axis)) else {
            return Ok(None);
        };
        means = reduced;
    }
    let means = means.mapv(|mean| mean as f32);
    let shape: Vec<usize> = (values.shape().iter().enumerate())
        .filter(|(axis, _)| keeps || !axes.contains(axis))
        .map(|(axis, &size)| if axes.contains(&axis) { 1 } else { size })
        .collect();
    Ok(means
        .into_shape_with_order(IxDyn(&shape))
        .ok()
        .map(Value::Floats))
}
