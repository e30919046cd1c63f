//! Networks in float16 or bfloat16, as a whole or between two `Cast` nodes: read as float32.
//!
//! No engine here computes in half precision, and a browser's processor would not do so faster.
//! What is rounded at each step there is rounded less here.

use std::collections::HashSet;

use tract_onnx::pb::{self, tensor_proto::DataType, type_proto::Value};

use crate::onnx::tensor;

/// Weights of more values stay in half the size until they are used.
const MAX_WIDENED_VALUES: usize = 1 << 12;

/// Makes every tensor of half precision one of float32. Returns the names of weights that are
/// stored as they were, and count as float32 from here on.
pub fn widen_half_precision(graph: &mut pb::GraphProto) -> HashSet<String> {
    let values = (graph.input.iter_mut())
        .chain(&mut graph.output)
        .chain(&mut graph.value_info);
    for value in values {
        widen_declared(value);
    }
    for node in &mut graph.node {
        for attribute in &mut node.attribute {
            let is_type = matches!((&*node.op_type, &*attribute.name), ("Cast", "to"));
            if is_type && is_half(attribute.i) {
                attribute.i = DataType::Float as i64;
            }
            if let Some(constant) = &mut attribute.t {
                widen(constant);
            }
        }
    }
    let mut kept = HashSet::new();
    for weights in &mut graph.initializer {
        let values = tensor::element_count(weights).unwrap_or(0);
        if weights.data_type == DataType::Float16 as i32 && values > MAX_WIDENED_VALUES {
            kept.insert(weights.name.clone());
        } else {
            widen(weights);
        }
    }
    kept
}

fn is_half(data_type: i64) -> bool {
    [DataType::Float16, DataType::Bfloat16]
        .iter()
        .any(|&half| data_type == half as i64)
}

fn widen(constant: &mut pb::TensorProto) {
    if is_half(constant.data_type.into())
        && let Ok(values) = tensor::floats(constant)
    {
        *constant = tensor::from_floats(&constant.name, &tensor::dims(constant), &values);
    }
}

fn widen_declared(value: &mut pb::ValueInfoProto) {
    let declared = value.r#type.as_mut().and_then(|of| of.value.as_mut());
    if let Some(Value::TensorType(tensor)) = declared
        && is_half(tensor.elem_type.into())
    {
        tensor.elem_type = DataType::Float as i32;
    }
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::onnx::testing::{GraphBuilder, model};
    use crate::onnx::{Limits, Model, node};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn halves(name: &str, values: &[f32]) -> pb::TensorProto {
        let bytes = values
            .iter()
            .flat_map(|&value| half::f16::from_f32(value).to_le_bytes());
        pb::TensorProto {
            name: name.into(),
            dims: vec![values.len() as i64],
            data_type: DataType::Float16 as i32,
            raw_data: bytes.collect(),
            ..Default::default()
        }
    }

    #[test]
    fn a_network_in_float16_is_one_in_float32() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 5000])]);
        graph.graph.initializer.push(halves("small", &[0.5]));
        graph.graph.initializer.push(halves("large", &[-2.0; 5000]));
        graph
            .node("Cast", "narrow", &["x"], "h")
            .int("to", DataType::Float16 as i64);
        graph.node("Mul", "scale", &["h", "small"], "s");
        graph.node("Add", "shift", &["s", "large"], "y");
        let mut graph = graph.output("y", &[1, 5000]);
        narrow_declared(&mut graph.graph.output[0]);
        let file = model(graph).encode_to_vec();
        let read = Model::decode(&file, Limits::default()).unwrap();
        let cast = &read.graph().node[0];
        assert_eq!(node::int(cast, "to"), Some(DataType::Float as i64));
        assert!(
            read.graph()
                .initializer
                .iter()
                .all(|weights| read.is_float32(weights))
        );
        let large = read
            .graph()
            .initializer
            .iter()
            .find(|weights| weights.name == "large");
        let large = large.unwrap();
        assert_eq!(
            large.data_type,
            DataType::Float16 as i32,
            "in half the size"
        );
        let wide = read.to_float32(large);
        assert_eq!(tensor::floats(&wide).unwrap(), [-2.0; 5000]);
        let output = read.graph().output[0]
            .r#type
            .clone()
            .unwrap()
            .value
            .unwrap();
        let Value::TensorType(output) = output;
        assert_eq!(output.elem_type, DataType::Float as i32);
    }

    fn narrow_declared(value: &mut pb::ValueInfoProto) {
        let declared = value.r#type.as_mut().and_then(|of| of.value.as_mut());
        if let Some(Value::TensorType(tensor)) = declared {
            tensor.elem_type = DataType::Float16 as i32;
        }
    }
}
