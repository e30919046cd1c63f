//! The walk backwards, from one tensor to others before it.

use std::collections::HashMap;

use super::builder::{Builder, MOST_NODES, MOST_VALUES};
use super::rules::{self, Step};
use super::{GradientError, ReluPolicy};
use crate::onnx::{Index, Shapes, node, pb};

/// From where to where a branch leads.
pub struct Route<'a> {
    /// The tensor whose linear functions are differentiated: the logits.
    pub from: &'a str,
    /// Name of the tensor that holds its cotangent, in its shape.
    pub cotangent: &'a str,
    /// The tensors whose gradients are asked for: layers, or the input.
    pub wanted: &'a [&'a str],
    pub policy: ReluPolicy,
}

/// What the walk left behind in the builder.
pub struct Branch {
    /// The gradient of each tensor that was asked for, in that tensor's shape.
    pub gradients: Vec<String>,
    /// How many rectifiers it went through: without any, the policy changes nothing.
    pub rectifiers: usize,
}

/// Adds the nodes that carry the cotangent back.
///
/// Only nodes on a way from a tensor asked for are crossed. Where a tensor is
/// read several times its cotangents are summed: the multivariate chain rule.
pub fn backward(
    graph: &pb::GraphProto,
    shapes: &Shapes,
    builder: &mut Builder,
    route: &Route,
) -> Result<Branch, GradientError> {
    let index = Index::new(graph)?;
    let on_way = nodes_after(graph, &index, route.wanted);
    let is_wanted = |tensor: &str| route.wanted.contains(&tensor);
    let mut open: HashMap<&str, Vec<String>> = HashMap::new();
    let mut gradients: HashMap<&str, String> = HashMap::new();
    let mut rectifiers = 0;
    open.insert(route.from, vec![route.cotangent.to_owned()]);
    for (place, node) in graph.node.iter().enumerate().rev() {
        let cotangents = cotangents_of(node, &mut open, builder);
        for (output, cotangent) in node.output.iter().zip(&cotangents) {
            if let Some(cotangent) = cotangent.as_ref().filter(|_| is_wanted(output)) {
                gradients.insert(output, cotangent.clone());
            }
        }
        if !on_way[place] || cotangents.iter().all(Option::is_none) {
            continue;
        }
        let rule = rules::rule(&node.op_type).ok_or_else(|| GradientError::NoRule {
            node: node::name_of(node).into(),
            operator: node.op_type.clone(),
            layers: Vec::new(),
        })?;
        let wants = |input: &String| {
            is_wanted(input) || index.producer(input).is_some_and(|before| on_way[before])
        };
        let active = node.input.iter().map(wants).collect();
        let mut step = Step::new(graph, node, &cotangents, active, shapes, &index, builder)?;
        step.policy = route.policy;
        rule(&mut step)?;
        if step.builder.is_full() {
            return Err(GradientError::TooLarge {
                node: node::name_of(node).into(),
                operator: node.op_type.clone(),
                nodes: MOST_NODES,
                values: MOST_VALUES,
            });
        }
        rectifiers += usize::from(step.is_rectifier);
        for (input, cotangent) in step.into_results() {
            open.entry(node.input[input].as_str())
                .or_default()
                .push(cotangent);
        }
    }
    let mut gradient_of = |tensor: &&str| {
        // What no node makes is an input of the graph: its parts are still open.
        let of_input = || open.get(tensor).map(|parts| builder.sum(parts));
        (gradients.get(tensor).cloned().or_else(of_input)).ok_or_else(|| {
            GradientError::NotConnected {
                layer: (*tensor).to_owned(),
                logits: route.from.to_owned(),
            }
        })
    };
    let gradients = (route.wanted.iter().map(&mut gradient_of)).collect::<Result<_, _>>()?;
    Ok(Branch {
        gradients,
        rectifiers,
    })
}

/// The cotangent of each of a node's outputs, if anything reads it on the way.
fn cotangents_of<'graph>(
    node: &'graph pb::NodeProto,
    open: &mut HashMap<&'graph str, Vec<String>>,
    builder: &mut Builder,
) -> Vec<Option<String>> {
    let outputs = node.output.iter();
    outputs
        .map(|output| {
            let parts = open.remove(output.as_str())?;
            Some(builder.sum(&parts))
        })
        .collect()
}

/// For each node, whether it depends on one of the tensors.
fn nodes_after(graph: &pb::GraphProto, index: &Index, tensors: &[&str]) -> Vec<bool> {
    let mut after = vec![false; graph.node.len()];
    for tensor in tensors {
        let reached = index.reached_from(graph, tensor);
        for (after, reached) in after.iter_mut().zip(reached) {
            *after |= reached;
        }
    }
    after
}
