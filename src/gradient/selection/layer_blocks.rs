//! Blocks of a network, found from its graph alone, as aliases of layers where the
//! exporter's own names say little.
//!
//! A node dominates the logits if every path to them goes through it (Prosser
//! 1959). Where paths fork after one dominator and join before the next,
//! there is a block: residual, dense, or an inception module. What comes before the
//! first fork is a block as well, and what comes after the last join; so the
//! blocks of Keras's Xception have the numbers that Keras gives them. A network
//! without forks has a block for each size of its layers.

use std::collections::HashSet;

use super::types::Layer;
use crate::onnx::{Index, operators, pb};

/// Gives the last layer of each block its alias, "block 1" onwards.
pub fn assign_aliases(graph: &pb::GraphProto, index: &Index, logits: &str, layers: &mut [Layer]) {
    let dominators = dominators(graph, index, logits);
    let is_dominator = |layer: &Layer| {
        let position = index.producer(&layer.tensor);
        position.is_some_and(|position| dominators[position])
    };
    // Paths join at a dominator whose previous layer is none.
    let is_join = |number: &usize| {
        let previous = number.checked_sub(1).map(|previous| &layers[previous]);
        previous.is_some_and(|previous| !is_dominator(previous)) && is_dominator(&layers[*number])
    };
    let joins: Vec<usize> = (0..layers.len()).filter(is_join).collect();
    let block_ends = match joins.first() {
        Some(&first) => {
            let stem = (0..first)
                .rev()
                .find(|&number| is_dominator(&layers[number]) && layers[number].shape[1] > 1);
            let mut ends: Vec<usize> = stem.into_iter().chain(joins.iter().copied()).collect();
            ends.extend(last_of(layers).filter(|last| ends.last() != Some(last)));
            ends
        }
        None => ends_of_sizes(layers),
    };
    for (number, end) in block_ends.into_iter().enumerate() {
        layers[end].alias = Some(format!("block {}", number + 1));
    }
}

/// The last layer that does not only pool or reorder.
fn last_of(layers: &[Layer]) -> Option<usize> {
    layers.iter().rposition(|layer| !layer.is_head())
}

/// In a network without forks, the last layer of each height and width.
fn ends_of_sizes(layers: &[Layer]) -> Vec<usize> {
    let candidates: Vec<usize> = (0..layers.len())
        .filter(|&number| !layers[number].is_head())
        .collect();
    let size = |number: usize| &layers[number].shape[1..];
    let mut ends = Vec::new();
    for (position, &number) in candidates.iter().enumerate() {
        let next = candidates.get(position + 1);
        if next.is_none_or(|&next| size(next) != size(number)) {
            ends.push(number);
        }
    }
    ends
}

/// For each node, whether it dominates the logits.
///
/// Nodes are visited from the logits backwards. `live` holds the tensors that are
/// read by visited nodes and not yet produced: where it is a single one, every path
/// goes through it.
fn dominators(graph: &pb::GraphProto, index: &Index, logits: &str) -> Vec<bool> {
    let mut dominators = vec![false; graph.node.len()];
    let mut live = HashSet::from([logits]);
    for (position, node) in graph.node.iter().enumerate().rev() {
        let is_live = node
            .output
            .iter()
            .any(|output| live.contains(output.as_str()));
        if !is_live {
            continue;
        }
        dominators[position] = live.len() == 1;
        for output in &node.output {
            live.remove(output.as_str());
        }
        if operators::has_zero_gradient(node) {
            continue;
        }
        let is_computed =
            |input: &&String| index.producer(input).is_some() || index.initialiser(input).is_none();
        let inputs = node.input.iter().filter(|input| !input.is_empty());
        live.extend(inputs.filter(is_computed).map(String::as_str));
    }
    dominators
}
