//! What takes the place of a node.

use tract_onnx::pb;

use crate::onnx::error::OnnxError;
use crate::onnx::node_context::NodeContext;

/// Nodes that mean the same as one node, and the constants that they read. The last
/// of them has its name and its output.
pub struct Replacement {
    pub nodes: Vec<pb::NodeProto>,
    pub constants: Vec<pb::TensorProto>,
}

/// `None` where the node may stay.
pub type Legalised = Result<Option<Replacement>, OnnxError>;

/// A name for a tensor between the nodes of a replacement.
pub fn inner_name(context: &NodeContext, part: &str) -> String {
    format!("{}/{part}", context.output())
}
