//! Operators that compute with quantised values: `QLinearConv` and its kind.
//!
//! Their inputs: [ONNX operators](https://onnx.ai/onnx/operators/), and
//! [onnxruntime's contrib operators](https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).

use tract_onnx::pb;

use super::emitter::Emitter;
use super::linear::{dequantise, dequantised, ends, quantise};
use super::scale::{Scale, integers};
use crate::onnx::error::OnnxError;
use crate::onnx::{node, tensor};

/// x, its scale and zero point, w, its, those of y, and the bias: integers of scale s_x · s_w.
///
/// # Errors
/// [`OnnxError::Node`], as of all functions here.
pub fn conv(emitter: &mut Emitter, node: &pb::NodeProto) -> Result<(), OnnxError> {
    let input = operand(emitter, node, 0, 0)?;
    let weights = operand(emitter, node, 3, 0)?;
    let mut inputs = vec![input, weights];
    inputs.extend(bias(emitter, node, 8, [1, 4])?);
    with_output(emitter, node, ("Conv", attributes(node, &[])), &inputs, 6)
}

/// a and b with their scales and zero points, then those of y.
pub fn mat_mul(emitter: &mut Emitter, node: &pb::NodeProto) -> Result<(), OnnxError> {
    let inputs = [
        operand(emitter, node, 0, 0)?,
        operand(emitter, node, 3, -1)?,
    ];
    with_output(emitter, node, ("MatMul", vec![]), &inputs, 6)
}

/// As [`mat_mul`], then the bias, and the scale of y, without which y is not quantised.
pub fn gemm(emitter: &mut Emitter, node: &pb::NodeProto) -> Result<(), OnnxError> {
    let axis = if node::int(node, "transB") == Some(1) {
        0
    } else {
        1
    };
    let mut inputs = vec![
        operand(emitter, node, 0, 0)?,
        operand(emitter, node, 3, axis)?,
    ];
    inputs.extend(bias(emitter, node, 6, [1, 4])?);
    if node::input(node, 7).is_some() {
        return with_output(emitter, node, ("Gemm", attributes(node, &[])), &inputs, 7);
    }
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    emitter.node_named("Gemm", &inputs, attributes(node, &[]), ends(node)?.1);
    Ok(())
}

/// a and b with their scales and zero points, then those of y.
pub fn binary(
    emitter: &mut Emitter,
    node: &pb::NodeProto,
    operator: &str,
) -> Result<(), OnnxError> {
    let inputs = [operand(emitter, node, 0, 0)?, operand(emitter, node, 3, 0)?];
    with_output(emitter, node, (operator, vec![]), &inputs, 6)
}

/// x with its scale and zero point, then those of y.
pub fn unary(emitter: &mut Emitter, node: &pb::NodeProto, operator: &str) -> Result<(), OnnxError> {
    refuse_channels_last(node)?;
    let inputs = [operand(emitter, node, 0, 0)?];
    let attributes = attributes(node, &["channels_last", "opset"]);
    with_output(emitter, node, (operator, attributes), &inputs, 3)
}

/// The same without attributes.
pub fn global_average_pool(emitter: &mut Emitter, node: &pb::NodeProto) -> Result<(), OnnxError> {
    unary(emitter, node, "GlobalAveragePool")
}

/// The scale and zero point of y, then each input with its own.
pub fn concat(emitter: &mut Emitter, node: &pb::NodeProto) -> Result<(), OnnxError> {
    let mut inputs = Vec::new();
    for position in (2..node.input.len()).step_by(3) {
        inputs.push(operand(emitter, node, position, 0)?);
    }
    with_output(emitter, node, ("Concat", attributes(node, &[])), &inputs, 0)
}

/// The dequantised input at a position, which its scale and zero point follow; several scales
/// are along `axis`.
fn operand(
    emitter: &mut Emitter,
    reader: &pb::NodeProto,
    position: usize,
    axis: i64,
) -> Result<String, OnnxError> {
    let scale = Scale::read(emitter, reader, (position + 1, position + 2))?;
    let name = node::input(reader, position);
    let name = name.ok_or_else(|| node::problem(reader, "an input is missing"))?;
    if let Some((dims, values)) = dequantised(emitter, reader, name, &scale, axis)? {
        return Ok(emitter.floats(&dims, &values));
    }
    dequantise(emitter, reader, name, &scale, None)
}

/// The bias at a position: integers of which each is worth the product of the scales at two
/// others, of the input and of the weights.
fn bias(
    emitter: &mut Emitter,
    reader: &pb::NodeProto,
    position: usize,
    scales: [usize; 2],
) -> Result<Option<String>, OnnxError> {
    let Some(bias) = emitter.constant(reader, position)? else {
        return Ok(None);
    };
    let (dims, mut values) = (tensor::dims(bias), integers(bias)?);
    for position in scales {
        let Some(scale) = emitter.constant(reader, position)? else {
            continue;
        };
        let scales = tensor::floats(scale)?;
        if scales.len() != 1 && scales.len() != values.len() {
            return Err(node::problem(
                reader,
                "its bias has not as many values as scales",
            ));
        }
        for (value, scale) in values.iter_mut().zip(scales.iter().cycle()) {
            *value *= scale;
        }
    }
    Ok(Some(emitter.floats(&dims, &values)))
}

/// Adds the operator on float32, and quantises what it gives by the scale and zero point at a
/// position.
fn with_output(
    emitter: &mut Emitter,
    node: &pb::NodeProto,
    (operator, attributes): (&str, Vec<pb::AttributeProto>),
    inputs: &[String],
    scale: usize,
) -> Result<(), OnnxError> {
    let scale = Scale::read(emitter, node, (scale, scale + 1))?;
    let output = node.output.first();
    let output = output.ok_or_else(|| node::problem(node, "it has no output"))?;
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let computed = emitter.name();
    emitter.node_named(operator, &inputs, attributes, &computed);
    quantise(emitter, node, &computed, &scale, output)
}

/// A node's attributes without some.
fn attributes(node: &pb::NodeProto, without: &[&str]) -> Vec<pb::AttributeProto> {
    let attributes = node.attribute.iter();
    let kept = attributes.filter(|attribute| !without.contains(&&*attribute.name));
    kept.cloned().collect()
}

fn refuse_channels_last(node: &pb::NodeProto) -> Result<(), OnnxError> {
    match node::int(node, "channels_last") {
        Some(1) => Err(node::problem(
            node,
            "channels that come last are not supported",
        )),
        _ => Ok(()),
    }
}
