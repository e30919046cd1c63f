//! Where the scores of a network are quantised, behind its last layer.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb;

use crate::onnx::node;

/// Operators between the last layer and the outputs: conversions, endings, other views.
const BEHIND: [&str; 12] = [
    "QuantizeLinear",
    "DequantizeLinear",
    "QLinearSoftmax",
    "QLinearSigmoid",
    "Softmax",
    "LogSoftmax",
    "Sigmoid",
    "Identity",
    "Reshape",
    "Flatten",
    "Squeeze",
    "Cast",
];
/// Operators of a last layer.
const LAYERS: [&str; 7] = [
    "Gemm",
    "MatMul",
    "Conv",
    "Add",
    "QGemm",
    "QLinearMatMul",
    "QLinearConv",
];

/// The quantised tensors that hold the scores of the last layer, whatever follows them.
pub fn quantised_scores(graph: &pb::GraphProto) -> HashSet<String> {
    let nodes = graph.node.iter();
    let made_by: HashMap<&str, &pb::NodeProto> = nodes
        .flat_map(|node| {
            node.output
                .iter()
                .map(move |output| (output.as_str(), node))
        })
        .collect();
    let is_of_layer = |name: &str| {
        let node = made_by.get(name);
        node.is_some_and(|node| LAYERS.contains(&&*node.op_type))
    };
    let mut found = HashSet::new();
    for output in &graph.output {
        let mut at = output.name.as_str();
        // As many steps as there are nodes end also where they go in a circle.
        for _ in 0..graph.node.len() {
            let Some(node) = made_by.get(at) else { break };
            let input = node::input(node, 0);
            let quantises = match node.op_type.as_str() {
                "QuantizeLinear" => input.is_some_and(is_of_layer),
                operator => operator.starts_with('Q') && LAYERS.contains(&operator),
            };
            if quantises {
                found.insert(at.to_owned());
            }
            match input.filter(|_| BEHIND.contains(&&*node.op_type)) {
                Some(input) => at = input,
                None => break,
            }
        }
    }
    found
}
