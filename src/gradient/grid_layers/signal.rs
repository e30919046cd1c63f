//! The samples of a signal's network: [1, C, T].

use std::collections::HashMap;

use super::grid::Grid;
use crate::onnx::{Index, Shapes, pb};

/// The nodes that make samples and are of interest as layers. A convolution whose output is only
/// normalised or activated is left to that.
pub fn samples(graph: &pb::GraphProto, index: &Index, shapes: &Shapes) -> HashMap<usize, Grid> {
    let nodes = graph.node.iter().enumerate();
    let is_layer = |node: &pb::NodeProto| {
        matches!(
            node.op_type.as_str(),
            "Conv"
                | "BatchNormalization"
                | "Relu"
                | "LeakyRelu"
                | "PRelu"
                | "Elu"
                | "Selu"
                | "Sigmoid"
                | "Tanh"
                | "Mul"
                | "Add"
                | "Concat"
                | "MaxPool"
                | "AveragePool"
        )
    };
    let is_continued = |output: &str| match index.consumers(output) {
        &[only] => matches!(&*graph.node[only].op_type, "BatchNormalization" | "Relu"),
        _ => false,
    };
    let found = nodes.filter(|(_, node)| {
        let Some(output) = node.output.first() else {
            return false;
        };
        let has_samples = matches!(shapes.get(output), Some(&[1, _, samples]) if samples > 1);
        let is_computed = shapes.constant(output).is_none();
        has_samples && is_computed && is_layer(node) && !is_continued(output)
    });
    found
        .map(|(position, _)| (position, Grid::Signal))
        .collect()
}
