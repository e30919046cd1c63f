//! Operators of other domains than ONNX's own that canonicalisation rewrites.

use tract_onnx::pb;

/// onnxruntime's own, by which it quantises.
pub const MICROSOFT: &str = "com.microsoft";

/// Those of them that `canonicalisation::quantisation` rewrites.
const QUANTISED: [&str; 11] = [
    "QuantizeLinear",
    "DequantizeLinear",
    "QLinearAdd",
    "QLinearMul",
    "QLinearGlobalAveragePool",
    "QLinearAveragePool",
    "QLinearLeakyRelu",
    "QLinearSigmoid",
    "QLinearConcat",
    "QGemm",
    "QLinearSoftmax",
];

/// Whether a node of another domain is one that is rewritten.
pub fn is_rewritten(node: &pb::NodeProto) -> bool {
    node.domain == MICROSOFT && QUANTISED.contains(&node.op_type.as_str())
}
