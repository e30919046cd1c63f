//! The walk backwards, from the logits to the layer.

use std::collections::HashMap;

use super::builder::Builder;
use super::rules::{self, Step};
use super::{GradientError, Layer, Selection};
use crate::onnx::{Index, Shapes, node, pb};

/// Adds the nodes that carry the cotangent `start` (of the logits' shape) back
/// to the layers, and returns for each of them the tensor that holds the
/// gradient there.
///
/// Only nodes on a way from a layer to the logits are crossed. Where a tensor is
/// read several times its cotangents are summed: the multivariate chain rule.
pub fn backward(
    graph: &pb::GraphProto,
    shapes: &Shapes,
    builder: &mut Builder,
    selection: &Selection,
    start: &str,
) -> Result<Vec<String>, GradientError> {
    let index = Index::new(graph)?;
    let on_way = nodes_after_layers(graph, &index, selection);
    let is_layer = |tensor: &str| selection.layers().any(|layer| layer.tensor == tensor);
    let mut cotangents: HashMap<&str, Vec<String>> = HashMap::new();
    let mut gradients: HashMap<&str, String> = HashMap::new();
    cotangents.insert(&selection.logits, vec![start.to_owned()]);
    for (place, node) in graph.node.iter().enumerate().rev() {
        let Some(output) = node.output.first() else {
            continue;
        };
        let Some(parts) = cotangents.remove(output.as_str()) else {
            continue;
        };
        let cotangent = builder.sum(&parts);
        if is_layer(output) {
            gradients.insert(output, cotangent.clone());
        }
        if !on_way[place] {
            continue;
        }
        let rule = rules::rule(&node.op_type).ok_or_else(|| GradientError::NoRule {
            node: node::name_of(node).into(),
            operator: node.op_type.clone(),
            layers: Vec::new(),
        })?;
        let wants = |input: &String| {
            is_layer(input) || index.producer(input).is_some_and(|before| on_way[before])
        };
        let active = node.input.iter().map(wants).collect();
        let mut step = Step::new(node, &cotangent, active, shapes, &index, builder);
        rule(&mut step)?;
        for (input, cotangent) in step.into_results() {
            cotangents
                .entry(node.input[input].as_str())
                .or_default()
                .push(cotangent);
        }
    }
    let gradient_of = |layer: &Layer| {
        gradients
            .remove(layer.tensor.as_str())
            .ok_or_else(|| GradientError::NotConnected {
                layer: layer.tensor.clone(),
                logits: selection.logits.clone(),
            })
    };
    selection.layers().map(gradient_of).collect()
}

/// For each node, whether it depends on one of the layers.
fn nodes_after_layers(graph: &pb::GraphProto, index: &Index, selection: &Selection) -> Vec<bool> {
    let mut after = vec![false; graph.node.len()];
    for layer in selection.layers() {
        let reached = index.reached_from(graph, &layer.tensor);
        after
            .iter_mut()
            .zip(reached)
            .for_each(|(after, reached)| *after |= reached);
    }
    after
}
