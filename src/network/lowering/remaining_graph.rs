//! The graph that is left for tract.

use tract_onnx::prelude::*;

use super::lowered_ops::LoweredLayer;
use crate::onnx::pb;

/// A graph whose lowered layers are nodes of operators that tract's parser does not know.
pub struct RemainingGraph {
    pub proto: pb::ModelProto,
    /// By the number that ends their operator's name.
    layers: Vec<LoweredLayer>,
}

/// A lowered layer's operator is named by this and the layer's number.
const OPERATOR_PREFIX: &str = "gradcam.";

/// The operator of the lowered layer with this number.
pub fn operator(number: usize) -> String {
    format!("{OPERATOR_PREFIX}{number}")
}

impl RemainingGraph {
    /// `proto` holds a node with [`operator`]`(number)` for each of the layers.
    pub fn new(proto: pb::ModelProto, layers: Vec<LoweredLayer>) -> RemainingGraph {
        RemainingGraph { proto, layers }
    }

    /// Puts the layers into the graph that tract's parser made of [`RemainingGraph::proto`].
    pub fn insert_layers(&self, model: &mut InferenceModel) {
        for node in model.nodes_mut() {
            let name = node.op.name();
            // So tract's parser names an operator that it does not know.
            let operator = name.strip_prefix("Unimplemented(");
            let number = operator.and_then(|rest| rest.strip_prefix(OPERATOR_PREFIX));
            let number = number.and_then(|rest| rest.strip_suffix(')')?.parse().ok());
            let Some(layer) = number.and_then(|number: usize| self.layers.get(number)) else {
                continue;
            };
            node.op = layer.operation();
        }
    }
}
