//! Which node produces a tensor, and which nodes consume it.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb;

use super::error::OnnxError;
use super::node::name_of;
use super::operators::has_zero_gradient;

/// Looks up a graph's tensors by name. Nodes are given by their position in
/// `graph.node`.
#[derive(Debug)]
pub struct Index<'graph> {
    producers: HashMap<&'graph str, usize>,
    consumers: HashMap<&'graph str, Vec<usize>>,
    initialisers: HashMap<&'graph str, &'graph pb::TensorProto>,
    inputs: HashSet<&'graph str>,
}

impl<'graph> Index<'graph> {
    /// # Errors
    /// [`OnnxError::DuplicateTensor`] where two nodes produce the same tensor.
    pub fn new(graph: &'graph pb::GraphProto) -> Result<Self, OnnxError> {
        let mut index = Index {
            producers: HashMap::new(),
            consumers: HashMap::new(),
            initialisers: graph
                .initializer
                .iter()
                .map(|t| (t.name.as_str(), t))
                .collect(),
            inputs: graph
                .input
                .iter()
                .map(|input| input.name.as_str())
                .collect(),
        };
        for (position, node) in graph.node.iter().enumerate() {
            for tensor in node.output.iter().filter(|name| !name.is_empty()) {
                if index.is_given(tensor) || index.producers.insert(tensor, position).is_some() {
                    return Err(OnnxError::DuplicateTensor {
                        node: name_of(node).into(),
                        tensor: tensor.clone(),
                    });
                }
            }
            for tensor in node.input.iter().filter(|name| !name.is_empty()) {
                index.consumers.entry(tensor).or_default().push(position);
            }
        }
        Ok(index)
    }

    /// The node that produces this tensor.
    pub fn producer(&self, tensor: &str) -> Option<usize> {
        self.producers.get(tensor).copied()
    }

    /// The nodes that read this tensor, each as often as it reads it.
    pub fn consumers(&self, tensor: &str) -> &[usize] {
        self.consumers.get(tensor).map_or(&[], Vec::as_slice)
    }

    /// The weights or constants of this name.
    pub fn initialiser(&self, tensor: &str) -> Option<&'graph pb::TensorProto> {
        self.initialisers.get(tensor).copied()
    }

    /// Whether the tensor is an input or an initialiser.
    pub fn is_given(&self, tensor: &str) -> bool {
        self.inputs.contains(tensor) || self.initialisers.contains_key(tensor)
    }

    /// Whether the tensor is an input, an initialiser or a node's output.
    pub fn is_known(&self, tensor: &str) -> bool {
        self.is_given(tensor) || self.producers.contains_key(tensor)
    }

    /// For each node, whether small changes of `tensor` reach it. Nothing gets
    /// through a node that [has zero gradient](has_zero_gradient).
    pub fn reached_from(&self, graph: &pb::GraphProto, tensor: &str) -> Vec<bool> {
        let mut tensors = HashSet::from([tensor]);
        let mut reached = vec![false; graph.node.len()];
        for (position, node) in graph.node.iter().enumerate() {
            let reads = |input: &String| tensors.contains(input.as_str());
            if node.input.iter().any(reads) && !has_zero_gradient(node) {
                reached[position] = true;
                tensors.extend(node.output.iter().map(String::as_str));
            }
        }
        reached
    }
}
