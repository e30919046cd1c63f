//! `Constant` nodes.

use tract_onnx::pb;

use crate::onnx::error::OnnxError;
use crate::onnx::size_limits::Limits;
use crate::onnx::validation::check_tensor;
use crate::onnx::{node, tensor};

/// Puts initialisers in the place of `Constant` nodes.
///
/// # Errors
/// [`OnnxError::Node`] for one that holds no number, and as [`check_tensor`].
pub fn constants_to_initialisers(graph: &mut pb::GraphProto) -> Result<(), OnnxError> {
    let mut kept = Vec::with_capacity(graph.node.len());
    for constant in std::mem::take(&mut graph.node) {
        match (constant.op_type.as_str(), constant.output.first()) {
            ("Constant", Some(output)) if constant.output.len() == 1 => {
                let mut value = constant_value(&constant)?;
                value.name.clone_from(output);
                check_tensor(&value, Limits::default())?;
                graph.initializer.push(value);
            }
            _ => kept.push(constant),
        }
    }
    graph.node = kept;
    Ok(())
}

fn constant_value(constant: &pb::NodeProto) -> Result<pb::TensorProto, OnnxError> {
    if let Some(value) = node::tensor(constant, "value") {
        return Ok(value.clone());
    }
    let float = node::float(constant, "value_float");
    let int = node::int(constant, "value_int");
    let ints = node::ints(constant, "value_ints");
    match (float, int, ints) {
        (Some(value), ..) => Ok(tensor::from_floats("", &[], &[value])),
        (_, Some(value), _) => Ok(tensor::from_ints("", &[], &[value])),
        (.., Some(values)) => Ok(tensor::from_ints("", &[values.len()], values)),
        _ => Err(node::problem(
            constant,
            "a constant without a value that is a number",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::canonicalise;
    use super::*;
    use crate::onnx::testing::{GraphBuilder, model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn constants_become_initialisers() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 3])]);
        graph
            .node("Constant", "shape", &[], "s")
            .ints("value_ints", &[3, 1]);
        graph.node("Reshape", "reshape", &["x", "s"], "y");
        let mut proto = model(graph.output("y", &[3, 1]));
        canonicalise(&mut proto).unwrap();
        let graph = proto.graph.unwrap();
        assert_eq!(graph.node.len(), 1);
        assert_eq!(tensor::ints(&graph.initializer[0]).unwrap(), [3, 1]);
    }
}
