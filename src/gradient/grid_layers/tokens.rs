//! The tokens of a transformer: [1, N, D], where N is the number of places of the grid into which
//! a convolution cut the picture, and of tokens before them that are no place (the class token,
//! DeiT's distillation token, registers).

use std::collections::HashMap;

use super::grid::Grid;
use crate::gradient::selection::GridSizes;
use crate::onnx::{Index, Shapes, node, pb};

/// Tokens that are no place, at most: DINOv2 has a class token and four registers.
const MAX_SKIPPED: usize = 8;

/// Whether the graph multiplies as often as a network of tokens does: a classifier of another
/// kind has one product, its last layer.
pub fn may_have_tokens(graph: &pb::GraphProto) -> bool {
    let is_product = |node: &&pb::NodeProto| matches!(&*node.op_type, "MatMul" | "Einsum");
    graph.node.iter().filter(is_product).nth(1).is_some()
}

/// The positions of softmaxes whose output, or a view of it, a product reads.
fn attentions(graph: &pb::GraphProto) -> impl DoubleEndedIterator<Item = usize> {
    let mut products: HashMap<&str, bool> = HashMap::new();
    for node in graph.node.iter().rev() {
        let leads_to_product = match node.op_type.as_str() {
            "MatMul" | "Einsum" => true,
            "Cast" | "Dropout" | "Identity" | "Reshape" | "Transpose" | "Unsqueeze" | "Squeeze" => {
                let mut outputs = node.output.iter();
                outputs.any(|output| products.get(output.as_str()) == Some(&true))
            }
            _ => false,
        };
        for input in &node.input {
            *products.entry(input).or_default() |= leads_to_product;
        }
    }
    let nodes = graph.node.iter().enumerate();
    let found: Vec<usize> = nodes
        .filter(|(_, node)| node.op_type == "Softmax")
        .filter(|(_, node)| {
            let mut outputs = node.output.iter();
            outputs.any(|output| products.get(output.as_str()) == Some(&true))
        })
        .map(|(position, _)| position)
        .collect();
    found.into_iter()
}

/// The nodes that make tokens and are of interest as layers: normalisations, and sums of two
/// branches.
pub fn tokens(graph: &pb::GraphProto, index: &Index, shapes: &Shapes) -> HashMap<usize, Grid> {
    let mut sizes = GridSizes::default();
    let mut found = HashMap::new();
    for (position, node) in graph.node.iter().enumerate() {
        let shape = node.output.first().and_then(|output| shapes.get(output));
        match (node.op_type.as_str(), shape) {
            ("Conv", Some(&[1, _, height, width])) => sizes.insert([height, width]),
            (_, Some(&[1, count, features])) => {
                let is_layer = is_normalisation(graph, index, node) || is_sum(index, shapes, node);
                let size = sizes.of_places(count, MAX_SKIPPED);
                if let Some(([height, width], skipped)) = size.filter(|_| is_layer) {
                    let grid = Grid::Tokens {
                        skipped,
                        height,
                        width,
                        features,
                    };
                    found.insert(position, grid);
                }
            }
            _ => {}
        }
    }
    found
}

/// The layer that is usual: the last normalisation before the last attention, behind which the
/// places still exchange what they know. Behind the last one those that are no class token reach
/// no logit (pytorch-grad-cam's guide for vision transformers takes the same).
pub fn usual_layer(
    graph: &pb::GraphProto,
    index: &Index,
    grids: &HashMap<usize, Grid>,
) -> Option<usize> {
    let attention = attentions(graph).next_back()?;
    let mut normalisations: Vec<usize> = grids.keys().copied().collect();
    normalisations.retain(|&position| is_normalisation(graph, index, &graph.node[position]));
    normalisations.sort_unstable();
    normalisations.into_iter().rev().find(|&position| {
        let output = graph.node[position].output.first();
        output.is_some_and(|output| index.reached_from(graph, output)[attention])
    })
}

/// A layer normalisation, or the last node of one in parts: (…) · γ + β.
fn is_normalisation(graph: &pb::GraphProto, index: &Index, node: &pb::NodeProto) -> bool {
    let made_by = |name: &str| index.producer(name).map(|position| &graph.node[position]);
    let has_weights = |node: &pb::NodeProto| {
        let mut inputs = node.input.iter();
        inputs.any(|input| index.initialiser(input).is_some())
    };
    let computed = |node: &pb::NodeProto| -> Option<&pb::NodeProto> {
        let mut inputs = node.input.iter();
        inputs.find_map(|input| made_by(input))
    };
    match node.op_type.as_str() {
        "LayerNormalization" => true,
        "Add" if has_weights(node) => computed(node)
            .filter(|scaled| scaled.op_type == "Mul" && has_weights(scaled))
            .and_then(computed)
            .is_some_and(|divided| divided.op_type == "Div"),
        _ => false,
    }
}

/// A sum of two tensors that are computed.
fn is_sum(index: &Index, shapes: &Shapes, node: &pb::NodeProto) -> bool {
    let is_computed =
        |name: &&String| index.producer(name).is_some() && shapes.constant(name).is_none();
    node.op_type == "Add"
        && node::input(node, 1).is_some()
        && node.input.iter().all(|name| is_computed(&name))
}
