//! Operators whose scale depends on the picture: `DynamicQuantizeLinear` and what reads it.
//!
//! The float network that they approximate rounds nothing there.

use tract_onnx::pb;

use super::emitter::Emitter;
use super::linear::ends;
use super::scale::integers;
use crate::onnx::error::OnnxError;
use crate::onnx::{node, tensor};

/// y = x with the scale 1 and the zero point 0.
///
/// # Errors
/// [`OnnxError::Node`], as of all functions here.
pub fn quantize(emitter: &mut Emitter, node: &pb::NodeProto) -> Result<(), OnnxError> {
    let (input, output) = ends(node)?;
    emitter.node_named("Identity", &[input], vec![], output);
    for (name, value) in node.output.iter().skip(1).zip([1.0, 0.0]) {
        emitter.added_constant(tensor::from_floats(name, &[], &[value]));
    }
    Ok(())
}

/// a ∗ (b − its zero point) for `ConvInteger` and `MatMulInteger`, whose inputs are a, b and the
/// zero points of both.
pub fn on_integers(
    emitter: &mut Emitter,
    node: &pb::NodeProto,
    operator: &str,
) -> Result<(), OnnxError> {
    let (input, output) = ends(node)?;
    let mut inputs = Vec::new();
    for (position, name) in [Some(input), node::input(node, 1)].into_iter().enumerate() {
        let name = name.ok_or_else(|| node::problem(node, "an input is missing"))?;
        let zero = emitter.constant(node, position + 2)?;
        let zero = zero.map(|zero| Ok((tensor::dims(zero), integers(zero)?)));
        let zero = zero
            .transpose()?
            .filter(|(_, values)| values.iter().any(|&zero| zero != 0.0));
        let Some((_, values)) = zero else {
            inputs.push(as_floats(emitter, node, name)?);
            continue;
        };
        // Of a convolution's weights [M, C, k, k] each filter has its own, of a product's
        // [K, N] each column.
        let dims = match (operator, values.len()) {
            (_, 1) => vec![],
            ("Conv", count) => vec![count, 1, 1, 1],
            (_, count) => vec![count],
        };
        let zero = emitter.floats(&dims, &values);
        let name = as_floats(emitter, node, name)?;
        inputs.push(emitter.node("Sub", &[&name, &zero]));
    }
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    emitter.node_named(operator, &inputs, node.attribute.clone(), output);
    Ok(())
}

/// A constant of integers as one of float32; what is computed is float32 already.
fn as_floats(
    emitter: &mut Emitter,
    reader: &pb::NodeProto,
    name: &str,
) -> Result<String, OnnxError> {
    let Some(dims) = emitter.dims_of_constant(reader, name)? else {
        return Ok(name.to_owned());
    };
    let values = emitter.constant_named(name).map(integers);
    let values = values.transpose()?.unwrap_or_default();
    Ok(emitter.floats(&dims, &values))
}
