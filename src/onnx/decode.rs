//! From bytes to a checked protobuf message.

use std::collections::HashSet;

use prost::Message;

use super::axes::MOST_AXES;
use super::node::name_of;
use super::pb::{self, attribute_proto::AttributeType, tensor_proto::DataLocation};
use super::tensor::{element_count, holds};
use super::{Index, OnnxError, wire};

/// Operator sets whose meaning this project knows.
const OPSETS: std::ops::RangeInclusive<i64> = 9..=22;

/// What a model may claim before any of it is believed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Size of the file.
    pub file_bytes: usize,
    /// Number of values of one tensor.
    pub tensor_values: usize,
    /// Memory that its messages take, without the weights' raw bytes.
    pub structure_bytes: usize,
}

impl Default for Limits {
    /// 1 GiB a file, 256 Mi values (1 GiB as float32) a tensor and 512 MiB of
    /// messages: what still fits beside its working copies in the 4 GiB of a
    /// wasm32 memory. A network of a thousand nodes has some 10 MiB of messages.
    fn default() -> Self {
        Limits {
            file_bytes: 1 << 30,
            tensor_values: 1 << 28,
            structure_bytes: 1 << 29,
        }
    }
}

pub fn decode(bytes: &[u8], limits: Limits) -> Result<pb::ModelProto, OnnxError> {
    if bytes.len() > limits.file_bytes {
        return Err(OnnxError::TooLarge {
            bytes: bytes.len(),
            limit: limits.file_bytes,
        });
    }
    wire::check(bytes, limits.structure_bytes)?;
    let mut proto = pb::ModelProto::decode(bytes).map_err(|error| OnnxError::NotOnnx {
        reason: error.to_string(),
    })?;
    check_opset(&proto)?;
    let Some(graph) = proto.graph.as_mut().filter(|graph| !graph.node.is_empty()) else {
        return Err(OnnxError::NotOnnx {
            reason: "it holds no graph".into(),
        });
    };
    check_nodes(graph)?;
    for tensor in &graph.initializer {
        check_tensor(tensor, limits)?;
    }
    drop_inputs_with_default(graph);
    sort(graph)?;
    check_outputs(graph)?;
    Ok(proto)
}

pub fn opset(proto: &pb::ModelProto) -> i64 {
    proto
        .opset_import
        .iter()
        .find(|set| is_standard(&set.domain))
        .map_or(0, |set| set.version)
}

/// Whether this is the domain of ONNX's own operators.
pub fn is_standard(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

fn check_opset(proto: &pb::ModelProto) -> Result<(), OnnxError> {
    let found = opset(proto);
    if proto.graph.is_some() && !OPSETS.contains(&found) {
        return Err(OnnxError::Opset {
            found,
            least: *OPSETS.start(),
            most: *OPSETS.end(),
        });
    }
    Ok(())
}

fn check_nodes(graph: &pb::GraphProto) -> Result<(), OnnxError> {
    for node in &graph.node {
        if !is_standard(&node.domain) {
            return Err(OnnxError::CustomDomain {
                node: name_of(node).into(),
                operator: node.op_type.clone(),
                domain: node.domain.clone(),
            });
        }
        let holds_graph = |attribute: &pb::AttributeProto| {
            attribute.g.is_some()
                || !attribute.graphs.is_empty()
                || matches!(
                    attribute.r#type(),
                    AttributeType::Graph | AttributeType::Graphs
                )
        };
        if node.attribute.iter().any(holds_graph) {
            return Err(OnnxError::Subgraph {
                node: name_of(node).into(),
                operator: node.op_type.clone(),
            });
        }
    }
    Ok(())
}

pub fn check_tensor(tensor: &pb::TensorProto, limits: Limits) -> Result<(), OnnxError> {
    let external = tensor.data_location == Some(DataLocation::External as i32);
    if external || !tensor.external_data.is_empty() {
        return Err(OnnxError::ExternalData {
            tensor: tensor.name.clone(),
        });
    }
    if tensor.dims.len() > MOST_AXES {
        return Err(OnnxError::TooManyAxes {
            tensor: tensor.name.clone(),
            axes: tensor.dims.len(),
            limit: MOST_AXES,
        });
    }
    let wanted = element_count(tensor)
        .filter(|count| *count <= limits.tensor_values)
        .ok_or_else(|| OnnxError::HugeTensor {
            tensor: tensor.name.clone(),
            dims: tensor.dims.clone(),
            limit: limits.tensor_values,
        })?;
    holds(tensor, wanted)?.map_err(|found| OnnxError::TruncatedTensor {
        tensor: tensor.name.clone(),
        wanted,
        found,
    })
}

/// [`check_tensor`] with the limits that nobody chose otherwise.
pub fn check_tensor_by_default(tensor: &pb::TensorProto) -> Result<(), OnnxError> {
    check_tensor(tensor, Limits::default())
}

/// Before IR version 4 every initialiser was an input, too; what has a value
/// asks nothing of the caller.
fn drop_inputs_with_default(graph: &mut pb::GraphProto) {
    let valued: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let kept = graph
        .input
        .iter()
        .map(|input| !valued.contains(input.name.as_str()))
        .collect::<Vec<_>>();
    let mut kept = kept.into_iter();
    graph.input.retain(|_| kept.next().unwrap_or(true));
}

/// Puts every node behind those whose outputs it reads. Files in order stay as
/// they are.
fn sort(graph: &mut pb::GraphProto) -> Result<(), OnnxError> {
    let order = {
        let index = Index::new(graph)?;
        topological_order(graph, &index)?
    };
    if order.iter().enumerate().any(|(place, node)| place != *node) {
        let mut nodes: Vec<Option<pb::NodeProto>> = std::mem::take(&mut graph.node)
            .into_iter()
            .map(Some)
            .collect();
        graph.node = order
            .into_iter()
            .filter_map(|node| nodes[node].take())
            .collect();
    }
    Ok(())
}

/// Depth first over the inputs, with a stack of its own: the depth of a hostile
/// graph is not that of ours.
fn topological_order(graph: &pb::GraphProto, index: &Index) -> Result<Vec<usize>, OnnxError> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        Unseen,
        Open,
        Done,
    }
    let mut marks = vec![Mark::Unseen; graph.node.len()];
    let mut order = Vec::with_capacity(graph.node.len());
    for start in 0..graph.node.len() {
        let mut stack = vec![start];
        while let Some(&node) = stack.last() {
            if marks[node] != Mark::Unseen {
                stack.pop();
                if marks[node] == Mark::Open {
                    marks[node] = Mark::Done;
                    order.push(node);
                }
                continue;
            }
            marks[node] = Mark::Open;
            for tensor in graph.node[node]
                .input
                .iter()
                .filter(|name| !name.is_empty())
            {
                match index.producer(tensor) {
                    Some(before) if marks[before] == Mark::Open => {
                        return Err(OnnxError::Cycle {
                            node: name_of(&graph.node[node]).into(),
                        });
                    }
                    Some(before) => stack.push(before),
                    None if index.is_given(tensor) => {}
                    None => {
                        return Err(OnnxError::MissingTensor {
                            node: name_of(&graph.node[node]).into(),
                            tensor: tensor.clone(),
                        });
                    }
                }
            }
        }
    }
    Ok(order)
}

fn check_outputs(graph: &pb::GraphProto) -> Result<(), OnnxError> {
    if graph.output.is_empty() {
        return Err(OnnxError::NotOnnx {
            reason: "it has no output".into(),
        });
    }
    let index = Index::new(graph)?;
    match graph
        .output
        .iter()
        .find(|output| !index.is_known(&output.name))
    {
        Some(output) => Err(OnnxError::MissingOutput {
            tensor: output.name.clone(),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GraphBuilder, model};
    use super::*;
    use crate::onnx::Model;

    fn refused(proto: &pb::ModelProto) -> String {
        Model::decode(&proto.encode_to_vec(), Limits::default())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn random_text_is_not_a_model() {
        let error = Model::decode(b"<html>not found</html>", Limits::default()).unwrap_err();
        assert!(matches!(error, OnnxError::NotOnnx { .. }), "{error}");
    }

    #[test]
    fn no_part_of_a_file_is_fatal_and_half_is_no_model() {
        let bytes = model(GraphBuilder::linear_classifier()).encode_to_vec();
        for length in 0..bytes.len() {
            let limits = Limits::default();
            // A cut exactly between two messages can leave a smaller valid
            // model; what must not happen is a panic or a half-read tensor.
            let _ = Model::decode(&bytes[..length], limits);
        }
        assert!(Model::decode(&bytes[..bytes.len() / 2], Limits::default()).is_err());
    }

    #[test]
    fn nodes_are_put_in_order() {
        let mut graph = GraphBuilder::linear_classifier();
        graph.graph.node.reverse();
        let model = Model::decode(&model(graph).encode_to_vec(), Limits::default()).unwrap();
        assert_eq!(
            model.graph().node.first().unwrap().op_type,
            "GlobalAveragePool"
        );
    }

    #[test]
    fn a_circle_is_named() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
        graph
            .node("Relu", "first", &["b"], "a")
            .node("Relu", "second", &["a"], "b");
        let text = refused(&model(graph.output("b", &[1, 2])));
        assert!(text.contains("circle"), "{text}");
    }

    #[test]
    fn a_missing_tensor_is_named() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
        graph.node("Add", "sum", &["x", "nowhere"], "y");
        let text = refused(&model(graph.output("y", &[1, 2])));
        assert!(
            text.contains("'sum'") && text.contains("'nowhere'"),
            "{text}"
        );
    }

    #[test]
    fn a_tensor_of_4e18_values_is_refused_before_it_is_made() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
        graph
            .floats("w", &[1], &[1.0])
            .node("Add", "sum", &["x", "w"], "y");
        graph.graph.initializer[0].dims = vec![2_000_000_000, 2_000_000_000];
        let text = refused(&model(graph.output("y", &[1, 2])));
        assert!(text.contains("'w'") && text.contains("more than"), "{text}");
    }

    #[test]
    fn weights_that_are_cut_off_are_named() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
        graph
            .floats("w", &[2], &[1.0, 2.0])
            .node("Add", "sum", &["x", "w"], "y");
        graph.graph.initializer[0].raw_data.pop();
        let text = refused(&model(graph.output("y", &[1, 2])));
        assert!(text.contains("'w'"), "{text}");
    }

    #[test]
    fn operator_sets_custom_domains_and_external_data_are_refused() {
        let mut proto = model(GraphBuilder::linear_classifier());
        proto.opset_import[0].version = 99;
        assert!(refused(&proto).contains("operator set 99"));

        let mut proto = model(GraphBuilder::linear_classifier());
        proto.graph.as_mut().unwrap().node[0].domain = "com.example".into();
        assert!(refused(&proto).contains("com.example"));

        let mut proto = model(GraphBuilder::linear_classifier());
        proto.graph.as_mut().unwrap().initializer[0].data_location =
            Some(DataLocation::External as i32);
        assert!(refused(&proto).contains("outside of the file"));
    }
}
