//! Networks in int8: read as the float32 network that they approximate.
//!
//! Tensors of quantised values become float32 tensors that hold the same integers, and each
//! operator on them one on float32 between the two conversions:
//!
//! - `QuantizeLinear` becomes clip(round(x / s), q_min − z, q_max − z) + z, so that the forward
//!   run rounds where onnxruntime rounds;
//! - `DequantizeLinear` becomes (q − z) · s;
//! - `QLinearConv` and its kind: inputs dequantised, the operator, its output quantised;
//! - `DynamicQuantizeLinear`: nothing is rounded, q = x with s = 1 and z = 0, since its scale
//!   depends on the picture.
//!
//! Rounding is the sum and the difference with 1.5 · 2²³, in whose binade neighbours of float32
//! are 1 apart: it rounds half to even as ONNX asks, and its derivative is 1. So the gradient
//! passes straight where the value is in the range, and is 0 outside, as PyTorch's FakeQuantize
//! has it (Jacob et al. 2018, arXiv:1712.05877, section 3; Bengio et al. 2013, arXiv:1308.3432).
//!
//! The scores of the last layer are bounded in the forward run alone, and their derivative is 1
//! everywhere: mostly the likeliest class's score is the end of the range that was calibrated, and
//! would have no gradient.
//!
//! - `last_layer`: where scores are quantised
//! - `emitter`: new nodes and constants in the graph's operator set
//! - `scale`: a scale with its zero point and range
//! - `linear`: the two conversions; `operators`: those that compute with quantised values;
//!   `dynamic`: those whose scale depends on the picture
//!
//! To add an operator: a line in [`REWRITTEN`] or [`foreign`] and in [`rewrite`], and its function.

mod dynamic;
mod emitter;
mod last_layer;
mod linear;
mod operators;
mod scale;
#[cfg(test)]
mod tests;

use tract_onnx::pb::{self, tensor_proto::DataType, type_proto::Value};

use self::emitter::Emitter;
use crate::onnx::error::OnnxError;
use crate::onnx::operators::foreign;
use crate::onnx::{node, tensor};

/// Operators of the standard domain that are rewritten here; those of onnxruntime's own are in
/// [`foreign`].
const REWRITTEN: [&str; 7] = [
    "QuantizeLinear",
    "DequantizeLinear",
    "DynamicQuantizeLinear",
    "QLinearConv",
    "QLinearMatMul",
    "ConvInteger",
    "MatMulInteger",
];

fn is_rewritten(node: &pb::NodeProto) -> bool {
    let is_standard = node::is_standard(&node.domain);
    is_standard && REWRITTEN.contains(&node.op_type.as_str()) || foreign::is_rewritten(node)
}

/// Rewrites every node on quantised values. `opset` is the version of the standard operator set.
///
/// # Errors
/// [`OnnxError::Node`] for scales, zero points or shapes that are none.
pub fn dequantise_graph(graph: &mut pb::GraphProto, opset: i64) -> Result<(), OnnxError> {
    if !graph.node.iter().any(is_rewritten) {
        return Ok(());
    }
    let scores = last_layer::quantised_scores(graph);
    let mut emitter = Emitter::new(graph, opset, scores);
    for node in std::mem::take(&mut graph.node) {
        if is_rewritten(&node) {
            rewrite(&mut emitter, &node)?;
        } else {
            emitter.keep(node);
        }
    }
    emitter.write_into(graph);
    widen_integers(graph);
    Ok(())
}

fn rewrite(emitter: &mut Emitter, node: &pb::NodeProto) -> Result<(), OnnxError> {
    emitter.begin(node);
    match node.op_type.as_str() {
        "QuantizeLinear" => linear::quantize_linear(emitter, node),
        "DequantizeLinear" => linear::dequantize_linear(emitter, node),
        "DynamicQuantizeLinear" => dynamic::quantize(emitter, node),
        "ConvInteger" => dynamic::on_integers(emitter, node, "Conv"),
        "MatMulInteger" => dynamic::on_integers(emitter, node, "MatMul"),
        "QLinearConv" => operators::conv(emitter, node),
        "QLinearMatMul" => operators::mat_mul(emitter, node),
        "QGemm" => operators::gemm(emitter, node),
        "QLinearAdd" => operators::binary(emitter, node, "Add"),
        "QLinearMul" => operators::binary(emitter, node, "Mul"),
        "QLinearConcat" => operators::concat(emitter, node),
        "QLinearGlobalAveragePool" => operators::global_average_pool(emitter, node),
        "QLinearAveragePool" => operators::unary(emitter, node, "AveragePool"),
        "QLinearLeakyRelu" => operators::unary(emitter, node, "LeakyRelu"),
        "QLinearSigmoid" => operators::unary(emitter, node, "Sigmoid"),
        _ => operators::unary(emitter, node, "Softmax"),
    }
}

/// What is left of 8 bits is float32 now: padding values, inputs and outputs, and what the file
/// declares of the tensors between.
fn widen_integers(graph: &mut pb::GraphProto) {
    let is_byte = |data_type: i32| {
        [DataType::Int8, DataType::Uint8]
            .iter()
            .any(|&byte| data_type == byte as i32)
    };
    for weights in &mut graph.initializer {
        if is_byte(weights.data_type)
            && let Ok(values) = scale::integers(weights)
        {
            *weights = tensor::from_floats(&weights.name, &tensor::dims(weights), &values);
        }
    }
    let element_type = |value: &pb::ValueInfoProto| {
        let Some(Value::TensorType(tensor)) = value.r#type.as_ref()?.value.as_ref() else {
            return None;
        };
        Some(tensor.elem_type)
    };
    let is_float = |value: &pb::ValueInfoProto| element_type(value) == Some(DataType::Float as i32);
    graph.value_info.retain(is_float);
    for value in graph.input.iter_mut().chain(&mut graph.output) {
        let declared = value.r#type.as_mut().and_then(|of| of.value.as_mut());
        if let Some(Value::TensorType(tensor)) = declared
            && is_byte(tensor.elem_type)
        {
            tensor.elem_type = DataType::Float as i32;
        }
    }
}
