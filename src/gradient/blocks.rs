//! Blocks of a network, found by its shape alone: names for people where the
//! exporter's own say nothing.
//!
//! A tensor separates the graph if everything that reaches the logits goes
//! through it. Where paths fork after one such tensor and meet again before the
//! next, there is a block: a residual or dense block, an inception module. What
//! comes before the first fork is a block as well, and what comes after the last
//! meeting; so the blocks of Keras's Xception get the numbers that Keras gives
//! them. A network without forks has a block for each size of its layers.

use super::Layer;
use crate::onnx::{Index, operators::has_zero_gradient, pb};

/// Gives the last layer of each block its alias, "block 1" onwards.
pub fn name(graph: &pb::GraphProto, index: &Index, logits: &str, layers: &mut [Layer]) {
    let separating = separating(graph, index, logits);
    let place = |layer: &Layer| index.producer(&layer.tensor);
    let separates = |layer: &Layer| place(layer).is_some_and(|place| separating[place]);
    // A layer ends a fork if the one before it in the graph is on one branch only.
    let mut ends = Vec::new();
    for number in 0..layers.len() {
        let before = number.checked_sub(1).map(|before| &layers[before]);
        let is_meeting =
            before.is_some_and(|before| !separates(before)) && separates(&layers[number]);
        if is_meeting {
            ends.push(number);
        }
    }
    let ends = match ends.first() {
        Some(&first) => {
            let stem = (0..first)
                .rev()
                .find(|&number| separates(&layers[number]) && layers[number].shape[1] > 1);
            let mut blocks: Vec<usize> = stem.into_iter().chain(ends.iter().copied()).collect();
            blocks.extend(last_of(layers).filter(|last| blocks.last() != Some(last)));
            blocks
        }
        None => ends_of_sizes(layers),
    };
    for (number, end) in ends.into_iter().enumerate() {
        layers[end].alias = Some(format!("block {}", number + 1));
    }
}

/// The last layer that is neither pooled nor merely reordered.
fn last_of(layers: &[Layer]) -> Option<usize> {
    layers.iter().rposition(|layer| !layer.is_head())
}

/// In a straight network, the last layer of each size.
fn ends_of_sizes(layers: &[Layer]) -> Vec<usize> {
    let finding: Vec<usize> = (0..layers.len())
        .filter(|&number| !layers[number].is_head())
        .collect();
    let size = |number: usize| &layers[number].shape[1..];
    let mut ends = Vec::new();
    for (place, &number) in finding.iter().enumerate() {
        let next = finding.get(place + 1);
        if next.is_none_or(|&next| size(next) != size(number)) {
            ends.push(number);
        }
    }
    ends
}

/// For each node, whether every way from before it to the logits goes through it.
///
/// Walking back from the logits, count the tensors that are needed and not yet
/// made: where there is only one, all ways meet.
fn separating(graph: &pb::GraphProto, index: &Index, logits: &str) -> Vec<bool> {
    let mut separating = vec![false; graph.node.len()];
    let mut open = std::collections::HashSet::from([logits]);
    for (place, node) in graph.node.iter().enumerate().rev() {
        let is_open = node
            .output
            .iter()
            .any(|output| open.contains(output.as_str()));
        if !is_open {
            continue;
        }
        separating[place] = open.len() == 1;
        for output in &node.output {
            open.remove(output.as_str());
        }
        if has_zero_gradient(node) {
            continue;
        }
        let computed =
            |input: &&String| index.producer(input).is_some() || index.initialiser(input).is_none();
        let inputs = node.input.iter().filter(|input| !input.is_empty());
        open.extend(inputs.filter(computed).map(String::as_str));
    }
    separating
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use crate::gradient::{Choices, survey};
    use crate::onnx::testing::{GraphBuilder, model};
    use crate::onnx::{Limits, Model};

    /// The aliases of a network that ends with a pooled Dense layer, by tensor.
    fn aliases(mut graph: GraphBuilder, from: &str) -> Vec<(String, String)> {
        graph.node("GlobalAveragePool", "head", &[from], "p");
        graph.node("Flatten", "flatten", &["p"], "f");
        graph.floats("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]);
        graph.node("MatMul", "dense", &["f", "w"], "y");
        let file = model(graph.output("y", &[1, 2])).encode_to_vec();
        let model = Model::decode(&file, Limits::default()).unwrap();
        let layers = survey(&model, &Choices::default()).unwrap().layers;
        let named = layers.into_iter();
        named
            .filter_map(|layer| Some((layer.tensor, layer.alias?)))
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |&(tensor, alias): &(&str, &str)| (tensor.to_owned(), alias.to_owned());
        expected.iter().map(owned).collect()
    }

    #[test]
    fn a_block_ends_where_forks_meet() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2, 8, 8])]);
        graph.node("Relu", "stem", &["x"], "s");
        graph.node("Tanh", "left", &["s"], "l");
        graph.node("Sigmoid", "right", &["s"], "r");
        graph.node("Add", "meet", &["l", "r"], "m");
        graph.node("Tanh", "branch", &["m"], "b");
        graph.node("Add", "again", &["b", "m"], "a");
        graph.node("Relu", "tail", &["a"], "t");
        let expected = [
            ("s", "block 1"),
            ("m", "block 2"),
            ("a", "block 3"),
            ("t", "block 4"),
        ];
        assert_eq!(aliases(graph, "t"), pairs(&expected));
    }

    #[test]
    fn without_forks_each_size_is_a_block() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2, 8, 8])]);
        graph.node("Relu", "one", &["x"], "a");
        graph.node("Tanh", "two", &["a"], "b");
        graph
            .node("MaxPool", "pool", &["b"], "c")
            .ints("kernel_shape", &[2, 2])
            .ints("strides", &[2, 2]);
        graph.node("Relu", "three", &["c"], "d");
        graph
            .node("MaxPool", "last", &["d"], "e")
            .ints("kernel_shape", &[2, 2])
            .ints("strides", &[2, 2]);
        let expected = [("b", "block 1"), ("d", "block 2")];
        assert_eq!(aliases(graph, "e"), pairs(&expected));
    }
}
