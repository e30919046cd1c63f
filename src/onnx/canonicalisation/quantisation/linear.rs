//! The two conversions: `QuantizeLinear` and `DequantizeLinear`.

use tract_onnx::pb;

use super::emitter::Emitter;
use super::scale::Scale;
use crate::onnx::error::OnnxError;
use crate::onnx::{node, tensor};

/// 1.5 · 2²³: between 2²³ and 2²⁴ neighbouring float32 are 1 apart.
const ROUNDING: f32 = 12_582_912.0;

/// q = clip(round(x / s) + z, q_min, q_max).
///
/// # Errors
/// [`OnnxError::Node`].
pub fn quantize_linear(emitter: &mut Emitter, node: &pb::NodeProto) -> Result<(), OnnxError> {
    let scale = Scale::read(emitter, node, (1, 2))?;
    let (input, output) = ends(node)?;
    if let Some(dims) = emitter.dims_of_constant(node, input)? {
        let weights = emitter.constant_named(input).map(tensor::floats);
        let values = weights.transpose()?.unwrap_or_default();
        let place = scale.places(node, &dims, axis(node))?;
        let values = values.into_iter().enumerate();
        let quantised = values.map(|(at, value)| {
            let channel = place(at);
            let rounded = (value / scale.scales[channel]).round_ties_even();
            let (least, greatest) = scale.range;
            (rounded + scale.zero_points[channel]).clamp(least, greatest)
        });
        let quantised: Vec<f32> = quantised.collect();
        emitter.added_constant(tensor::from_floats(output, &dims, &quantised));
        return Ok(());
    }
    quantise(emitter, node, input, &scale, output)
}

/// x = (q − z) · s.
///
/// # Errors
/// [`OnnxError::Node`].
pub fn dequantize_linear(emitter: &mut Emitter, node: &pb::NodeProto) -> Result<(), OnnxError> {
    if node::int(node, "block_size").unwrap_or(0) != 0 {
        return Err(node::problem(
            node,
            "quantisation in blocks is not supported",
        ));
    }
    let scale = Scale::read(emitter, node, (1, 2))?;
    let (input, output) = ends(node)?;
    if let Some(constant) = dequantised(emitter, node, input, &scale, axis(node))? {
        let (dims, values) = constant;
        emitter.added_constant(tensor::from_floats(output, &dims, &values));
        return Ok(());
    }
    dequantise(emitter, node, input, &scale, Some(output))?;
    Ok(())
}

/// Adds the nodes of q = clip(round(x / s), q_min − z, q_max − z) + z.
///
/// # Errors
/// [`OnnxError::Node`] for several scales.
pub fn quantise(
    emitter: &mut Emitter,
    node: &pb::NodeProto,
    input: &str,
    scale: &Scale,
    output: &str,
) -> Result<(), OnnxError> {
    let (least, greatest) = scale.range;
    let (scale, zero) = scale.single(node)?;
    let divisor = emitter.scalar(scale);
    let quotient = emitter.node("Div", &[input, &divisor]);
    let rounding = emitter.scalar(ROUNDING);
    let rounded = emitter.node("Add", &[&quotient, &rounding]);
    let (low, high) = (ROUNDING + least - zero, ROUNDING + greatest - zero);
    let mut clipped = emitter.clip(&rounded, low, high);
    if emitter.holds_scores(output) {
        // What the bounds take away is a whole number, through whose Floor no gradient passes.
        let excess = emitter.node("Sub", &[&clipped, &rounded]);
        let excess = emitter.node("Floor", &[&excess]);
        clipped = emitter.node("Add", &[&rounded, &excess]);
    }
    let shift = emitter.scalar(ROUNDING - zero);
    emitter.node_named("Sub", &[&clipped, &shift], vec![], output);
    Ok(())
}

/// Adds the nodes of x = (q − z) · s, which make the tensor `output`, or one with a new name.
///
/// # Errors
/// [`OnnxError::Node`] for several scales.
pub fn dequantise(
    emitter: &mut Emitter,
    node: &pb::NodeProto,
    input: &str,
    scale: &Scale,
    output: Option<&str>,
) -> Result<String, OnnxError> {
    let (scale, zero) = scale.single(node)?;
    let mut shifted = input.to_owned();
    if zero != 0.0 {
        let zero = emitter.scalar(zero);
        shifted = emitter.node("Sub", &[input, &zero]);
    }
    let output = output.map_or_else(|| emitter.name(), str::to_owned);
    let factor = emitter.scalar(scale);
    emitter.node_named("Mul", &[&shifted, &factor], vec![], &output);
    Ok(output)
}

/// Size and values of a tensor.
type SizeAndValues = (Vec<usize>, Vec<f32>);

/// The size and the dequantised values of a constant; `None` for what is computed.
///
/// # Errors
/// [`OnnxError::Node`].
pub fn dequantised(
    emitter: &mut Emitter,
    reader: &pb::NodeProto,
    name: &str,
    scale: &Scale,
    axis: i64,
) -> Result<Option<SizeAndValues>, OnnxError> {
    let Some(dims) = emitter.dims_of_constant(reader, name)? else {
        return Ok(None);
    };
    let weights = emitter.constant_named(name);
    let values = weights.map(|weights| scale.dequantised(reader, weights, axis));
    Ok(values.transpose()?.map(|values| (dims, values)))
}

/// The axis of several scales.
fn axis(node: &pb::NodeProto) -> i64 {
    node::int(node, "axis").unwrap_or(1)
}

/// A node's first input and its only output.
///
/// # Errors
/// [`OnnxError::Node`] where they are missing.
pub fn ends(node: &pb::NodeProto) -> Result<(&str, &str), OnnxError> {
    let ends = node::input(node, 0).zip(node.output.first().map(String::as_str));
    ends.ok_or_else(|| node::problem(node, "it has no input or no output"))
}
