//! Nodes in topological order.

use tract_onnx::pb;

use super::error::OnnxError;
use super::node::name_of;
use super::producers_and_consumers::Index;

/// Puts every node behind those whose outputs it reads. Files in order stay as
/// they are.
///
/// # Errors
/// [`OnnxError::Cycle`], [`OnnxError::MissingTensor`], [`OnnxError::DuplicateTensor`].
pub fn sort(graph: &mut pb::GraphProto) -> Result<(), OnnxError> {
    let order = {
        let index = Index::new(graph)?;
        topological_order(graph, &index)?
    };
    if order
        .iter()
        .enumerate()
        .any(|(position, node)| position != *node)
    {
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

/// Depth-first search over the inputs (Tarjan 1976), with an explicit stack: a
/// recursion could be made to overflow by a deep graph.
fn topological_order(graph: &pb::GraphProto, index: &Index) -> Result<Vec<usize>, OnnxError> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        Unvisited,
        OnPath,
        Done,
    }
    let mut marks = vec![Mark::Unvisited; graph.node.len()];
    let mut order = Vec::with_capacity(graph.node.len());
    for start in 0..graph.node.len() {
        let mut stack = vec![start];
        while let Some(&node) = stack.last() {
            if marks[node] != Mark::Unvisited {
                stack.pop();
                if marks[node] == Mark::OnPath {
                    marks[node] = Mark::Done;
                    order.push(node);
                }
                continue;
            }
            marks[node] = Mark::OnPath;
            for tensor in graph.node[node]
                .input
                .iter()
                .filter(|name| !name.is_empty())
            {
                match index.producer(tensor) {
                    Some(before) if marks[before] == Mark::OnPath => {
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
