//! Element types of tensors, as in `TensorProto.DataType`.

use tract_onnx::pb::{self, tensor_proto::DataType};

use crate::onnx::model::Model;
use crate::onnx::node;
use crate::onnx::shapes::Shapes;

/// Keeps the types of inputs and initialisers; weights that count as float32 are.
pub fn given_types(model: &Model, shapes: &mut Shapes) {
    let graph = model.graph();
    for input in &graph.input {
        let kind = input.r#type.as_ref().and_then(|kind| kind.value.as_ref());
        if let Some(pb::type_proto::Value::TensorType(tensor)) = kind {
            shapes.insert_type(&input.name, tensor.elem_type);
        }
    }
    for weights in &graph.initializer {
        let element_type = if model.is_float32(weights) {
            DataType::Float as i32
        } else {
            weights.data_type
        };
        shapes.insert_type(&weights.name, element_type);
    }
}

/// Keeps the types of a node's outputs, where they follow from its inputs'.
pub fn infer_types(node: &pb::NodeProto, shapes: &mut Shapes) {
    for (position, output) in node.output.iter().enumerate() {
        if let Some(element_type) = output_type(node, position, shapes) {
            shapes.insert_type(output, element_type);
        }
    }
}

/// The type of a node's output; `None` where it does not follow.
fn output_type(node: &pb::NodeProto, output: usize, shapes: &Shapes) -> Option<i32> {
    let of_input = |position| shapes.element_type(node::input(node, position)?);
    let attribute = |name| i32::try_from(node::int(node, name)?).ok();
    match (node.op_type.as_str(), output) {
        ("Cast", _) => attribute("to"),
        ("MaxPool" | "TopK", 1) | ("Shape" | "Size" | "ArgMax" | "ArgMin" | "NonZero", _) => {
            Some(DataType::Int64 as i32)
        }
        ("Dropout", 1)
        | (
            "Equal" | "Less" | "LessOrEqual" | "Greater" | "GreaterOrEqual" | "And" | "Or" | "Xor"
            | "Not" | "IsNaN" | "IsInf",
            _,
        ) => Some(DataType::Bool as i32),
        // The first input is a condition, or quantised.
        ("Where" | "CastLike" | "DequantizeLinear", _) => of_input(1),
        ("QuantizeLinear", _) => of_input(2).or(Some(DataType::Uint8 as i32)),
        ("DynamicQuantizeLinear", 0 | 2) => Some(DataType::Uint8 as i32),
        ("ConvInteger" | "MatMulInteger", _) => Some(DataType::Int32 as i32),
        // The first inputs are indices and a depth.
        ("OneHot", _) => of_input(2),
        ("EyeLike", _) => attribute("dtype").or_else(|| of_input(0)),
        ("ConstantOfShape", _) => {
            let mut attributes = node.attribute.iter();
            let value = attributes.find(|attribute| attribute.name == "value");
            let value = value.and_then(|attribute| attribute.t.as_ref());
            Some(value.map_or(DataType::Float as i32, |value| value.data_type))
        }
        _ => of_input(0),
    }
}
