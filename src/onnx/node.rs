//! Attributes of nodes, and new nodes.

use tract_onnx::pb::{self, attribute_proto::AttributeType};

use super::error::OnnxError;

/// What to call a node in a message: its name, else its first output.
pub fn name_of(node: &pb::NodeProto) -> &str {
    match node.output.first() {
        Some(output) if node.name.is_empty() => output,
        _ => &node.name,
    }
}

/// Whether this is the domain of the standard ONNX operators.
pub fn is_standard(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

/// An error that names this node.
pub fn problem(node: &pb::NodeProto, problem: impl Into<String>) -> OnnxError {
    OnnxError::Node {
        node: name_of(node).into(),
        operator: node.op_type.clone(),
        problem: problem.into(),
    }
}

fn attribute<'node>(node: &'node pb::NodeProto, name: &str) -> Option<&'node pb::AttributeProto> {
    node.attribute
        .iter()
        .find(|attribute| attribute.name == name)
}

/// The integer attribute `name`, if the node has it.
pub fn int(node: &pb::NodeProto, name: &str) -> Option<i64> {
    attribute(node, name).map(|attribute| attribute.i)
}

/// The float attribute `name`, if the node has it.
pub fn float(node: &pb::NodeProto, name: &str) -> Option<f32> {
    attribute(node, name).map(|attribute| attribute.f)
}

/// The list of integers `name`, if the node has it.
pub fn ints<'node>(node: &'node pb::NodeProto, name: &str) -> Option<&'node [i64]> {
    attribute(node, name).map(|attribute| attribute.ints.as_slice())
}

/// The list of integers that older operator sets hold as the attribute `name` and
/// newer ones as an input; `input` gives the values of that input.
///
/// # Errors
/// That of `input`.
pub fn ints_or_input<E>(
    node: &pb::NodeProto,
    name: &str,
    input: impl FnOnce() -> Result<Option<Vec<i64>>, E>,
) -> Result<Option<Vec<i64>>, E> {
    ints(node, name).map_or_else(input, |values| Ok(Some(values.to_vec())))
}

/// The list of floats `name`, if the node has it.
pub fn floats<'node>(node: &'node pb::NodeProto, name: &str) -> Option<&'node [f32]> {
    attribute(node, name).map(|attribute| attribute.floats.as_slice())
}

/// The text attribute `name`, if the node has it.
pub fn text(node: &pb::NodeProto, name: &str) -> Option<String> {
    attribute(node, name).map(|attribute| String::from_utf8_lossy(&attribute.s).into_owned())
}

/// A tensor attribute, if the node has it.
pub fn tensor<'node>(node: &'node pb::NodeProto, name: &str) -> Option<&'node pb::TensorProto> {
    attribute(node, name).and_then(|attribute| attribute.t.as_ref())
}

/// Name of the input at `position`, from 0; `None` where it is left out.
pub fn input(node: &pb::NodeProto, position: usize) -> Option<&str> {
    node.input
        .get(position)
        .map(String::as_str)
        .filter(|name| !name.is_empty())
}

/// A node of the standard domain, named as its only output.
pub fn new(operator: &str, inputs: &[&str], output: &str) -> pb::NodeProto {
    pb::NodeProto {
        name: output.into(),
        op_type: operator.into(),
        input: inputs.iter().map(|&name| name.into()).collect(),
        output: vec![output.into()],
        ..Default::default()
    }
}

pub fn int_attribute(name: &str, value: i64) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        r#type: AttributeType::Int as i32,
        i: value,
        ..Default::default()
    }
}

pub fn text_attribute(name: &str, value: &str) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        r#type: AttributeType::String as i32,
        s: value.into(),
        ..Default::default()
    }
}

pub fn ints_attribute(name: &str, values: &[i64]) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        r#type: AttributeType::Ints as i32,
        ints: values.to_vec(),
        ..Default::default()
    }
}

pub fn float_attribute(name: &str, value: f32) -> pb::AttributeProto {
    pb::AttributeProto {
        name: name.into(),
        r#type: AttributeType::Float as i32,
        f: value,
        ..Default::default()
    }
}

/// A float32 input or output with a fixed shape.
pub fn float_value(name: &str, shape: &[usize]) -> pb::ValueInfoProto {
    value(name, shape, pb::tensor_proto::DataType::Float)
}

/// An input or output of a type with a fixed shape.
pub fn value(
    name: &str,
    shape: &[usize],
    element_type: pb::tensor_proto::DataType,
) -> pb::ValueInfoProto {
    use pb::tensor_shape_proto::{Dimension, dimension::Value};
    let dim = shape
        .iter()
        .map(|&size| Dimension {
            value: Some(Value::DimValue(size as i64)),
            ..Default::default()
        })
        .collect();
    let tensor = pb::type_proto::Tensor {
        elem_type: element_type as i32,
        shape: Some(pb::TensorShapeProto { dim }),
    };
    pb::ValueInfoProto {
        name: name.into(),
        r#type: Some(pb::TypeProto {
            value: Some(pb::type_proto::Value::TensorType(tensor)),
            ..Default::default()
        }),
        ..Default::default()
    }
}
