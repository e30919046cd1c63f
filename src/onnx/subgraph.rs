//! The part of a graph between given inputs and outputs.

use std::collections::HashSet;

use tract_onnx::pb;

use super::error::OnnxError;
use super::model::Model;
use super::producers_and_consumers::Index;

/// A model that computes `outputs` from `inputs` alone, with the weights that it
/// needs and no others. What lies before `inputs` is cut away.
///
/// # Errors
/// [`OnnxError::MissingTensor`] if the outputs need something that neither the
/// inputs nor the weights give.
pub fn extract(
    model: &Model,
    inputs: &[pb::ValueInfoProto],
    outputs: &[pb::ValueInfoProto],
) -> Result<Model, OnnxError> {
    extract_without_large_weights(model, inputs, outputs, usize::MAX)
}

/// As [`extract`], without the weights of more than `max_weight_bytes`: the nodes
/// still read their names, and the caller supplies them from `model`.
///
/// # Errors
/// As [`extract`].
pub fn extract_without_large_weights(
    model: &Model,
    inputs: &[pb::ValueInfoProto],
    outputs: &[pb::ValueInfoProto],
    max_weight_bytes: usize,
) -> Result<Model, OnnxError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let given: HashSet<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let mut wanted: HashSet<&str> = outputs.iter().map(|output| output.name.as_str()).collect();
    let mut nodes = Vec::new();
    for node in graph.node.iter().rev() {
        let serves =
            |name: &String| wanted.contains(name.as_str()) && !given.contains(name.as_str());
        if node.output.iter().any(serves) {
            wanted.extend(
                node.input
                    .iter()
                    .map(String::as_str)
                    .filter(|name| !name.is_empty()),
            );
            nodes.push(node.clone());
        }
    }
    nodes.reverse();
    let missing = wanted.iter().find(|name| {
        !given.contains(**name)
            && index.producer(name).is_none()
            && index.initialiser(name).is_none()
    });
    if let Some(tensor) = missing {
        let node = outputs
            .first()
            .map_or(String::new(), |output| output.name.clone());
        return Err(OnnxError::MissingTensor {
            node,
            tensor: (*tensor).to_owned(),
        });
    }
    let needed = |weights: &&pb::TensorProto| {
        let name = weights.name.as_str();
        wanted.contains(name) && !given.contains(name) && weights.raw_data.len() <= max_weight_bytes
    };
    let part = pb::GraphProto {
        node: nodes,
        name: graph.name.clone(),
        initializer: graph.initializer.iter().filter(needed).cloned().collect(),
        input: inputs.to_vec(),
        output: outputs.to_vec(),
        ..Default::default()
    };
    Ok(model.with_graph(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::testing::{self, GraphBuilder};
    use crate::onnx::{Limits, node};
    use prost::Message;
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_head_alone() {
        let file = testing::model(GraphBuilder::linear_classifier()).encode_to_vec();
        let model = Model::decode(&file, Limits::default()).unwrap();
        let head = extract(
            &model,
            &[node::float_value("f", &[1, 2])],
            &[node::float_value("y", &[1, 2])],
        )
        .unwrap();
        let operators: Vec<_> = head.graph().node.iter().map(|node| &node.op_type).collect();
        assert_eq!(operators, ["Gemm"]);
        assert_eq!(head.graph().initializer.len(), 2);
        // The weights are 16 bytes long, the bias 8.
        let ends = (&head.graph().input, &head.graph().output);
        let lean = extract_without_large_weights(&model, ends.0, ends.1, 8).unwrap();
        let names: Vec<_> = lean.graph().initializer.iter().map(|t| &t.name).collect();
        assert_eq!(names, ["b"]);
    }
}
