//! Checks that every decoded file passes: operator set, domains, weights, outputs.

use tract_onnx::pb::{self, attribute_proto::AttributeType};

use super::attributes::MAX_AXES;
use super::error::OnnxError;
use super::node::{is_standard, name_of};
use super::operators::foreign;
use super::producers_and_consumers::Index;
use super::size_limits::Limits;
use super::tensor::{check_complete, element_count};

/// Versions of the standard operator set that are supported.
const OPSETS: std::ops::RangeInclusive<i64> = 9..=22;

/// Inputs or outputs of one node: a gradient has several nodes for each of them.
const MAX_ARITY: usize = 4096;

/// The version of the standard operator set that a file imports; 0 if it imports none.
pub fn opset(proto: &pb::ModelProto) -> i64 {
    proto
        .opset_import
        .iter()
        .find(|set| is_standard(&set.domain))
        .map_or(0, |set| set.version)
}

/// # Errors
/// [`OnnxError::Opset`].
pub fn check_opset(proto: &pb::ModelProto) -> Result<(), OnnxError> {
    let found = opset(proto);
    if proto.graph.is_some() && !OPSETS.contains(&found) {
        return Err(OnnxError::Opset {
            found,
            min: *OPSETS.start(),
            max: *OPSETS.end(),
        });
    }
    Ok(())
}

/// # Errors
/// [`OnnxError::CustomDomain`]; [`OnnxError::Arity`]; [`OnnxError::Subgraph`] for control
/// flow.
pub fn check_nodes(graph: &pb::GraphProto) -> Result<(), OnnxError> {
    for node in &graph.node {
        if !is_standard(&node.domain) && !foreign::is_rewritten(node) {
            return Err(OnnxError::CustomDomain {
                node: name_of(node).into(),
                operator: node.op_type.clone(),
                domain: node.domain.clone(),
            });
        }
        let arity = node.input.len().max(node.output.len());
        if arity > MAX_ARITY {
            return Err(OnnxError::Arity {
                node: name_of(node).into(),
                operator: node.op_type.clone(),
                arity,
                limit: MAX_ARITY,
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
        // Which branch of an `If` is taken may follow from shapes: see `constant_branches`.
        if node.op_type != "If" && node.attribute.iter().any(holds_graph) {
            return Err(OnnxError::Subgraph {
                node: name_of(node).into(),
                operator: node.op_type.clone(),
            });
        }
    }
    Ok(())
}

/// Checks that an initialiser is whole, and within the limits.
///
/// # Errors
/// [`OnnxError::TooManyAxes`], [`OnnxError::HugeTensor`],
/// [`OnnxError::ElementType`], [`OnnxError::TruncatedTensor`].
pub fn check_tensor(tensor: &pb::TensorProto, limits: Limits) -> Result<(), OnnxError> {
    if tensor.dims.len() > MAX_AXES {
        return Err(OnnxError::TooManyAxes {
            tensor: tensor.name.clone(),
            axes: tensor.dims.len(),
            limit: MAX_AXES,
        });
    }
    let elements = element_count(tensor)
        .filter(|count| *count <= limits.tensor_values)
        .ok_or_else(|| OnnxError::HugeTensor {
            tensor: tensor.name.clone(),
            dims: tensor.dims.clone(),
            limit: limits.tensor_values,
        })?;
    check_complete(tensor, elements)
}

/// # Errors
/// [`OnnxError::NotOnnx`] without outputs, [`OnnxError::MissingOutput`] for one that
/// nothing produces.
pub fn check_outputs(graph: &pb::GraphProto) -> Result<(), OnnxError> {
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
