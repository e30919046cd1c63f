//! Reverse-mode automatic differentiation of a graph (Griewank and Walther 2008).

use std::collections::HashMap;

use super::builder::{Builder, MAX_NODES, MAX_VALUES};
use super::error::GradientError;
use super::relu_policy::ReluPolicy;
use super::rules::{self, VjpContext};
use super::untold_shapes::untold_shape;
use crate::onnx::{Index, Model, Shapes, node, pb};

/// What is differentiated with respect to what.
pub struct BackwardPass<'a> {
    /// The tensor that is differentiated: the logits.
    pub output: &'a str,
    /// Name of the tensor that holds its cotangent, in its shape.
    pub cotangent: &'a str,
    /// The tensors whose gradients are asked for: layers, or the input.
    pub wanted: &'a [&'a str],
    pub policy: ReluPolicy,
    /// Whether nodes may be added that the engine alone runs.
    pub for_engine: bool,
}

/// What the pass added to the builder.
pub struct Gradients {
    /// Name of the gradient of each tensor that was asked for, in that tensor's
    /// shape.
    pub tensors: Vec<String>,
    /// Number of rectifiers crossed: without any, the policy changes nothing.
    pub rectifiers: usize,
}

/// Adds the vector–Jacobian product of `output` with the tensor `cotangent`, which
/// has the shape of `output`, and returns for each of the tensors `wanted` the name
/// of its gradient, in the shape of that tensor.
///
/// # Errors
/// [`GradientError`] where an active node has no rule, or `output` does not depend
/// on a tensor of `wanted`.
pub fn differentiate(
    model: &mut Model,
    shapes: &Shapes,
    output: &str,
    cotangent: &str,
    wanted: &[&str],
    policy: ReluPolicy,
) -> Result<Vec<String>, GradientError> {
    let mut builder = Builder::new(model.graph(), model.opset());
    let pass = BackwardPass {
        output,
        cotangent,
        wanted,
        policy,
        for_engine: false,
    };
    let gradients = pass.run(model.graph(), shapes, &mut builder)?;
    builder.write_into(model.graph_mut());
    Ok(gradients.tensors)
}

impl BackwardPass<'_> {
    /// Adds the nodes of the pass to `builder`.
    ///
    /// Only active nodes are crossed: those that depend on a tensor of `wanted`.
    /// Where a tensor is read several times its cotangents are summed, which is the
    /// multivariate chain rule.
    ///
    /// # Errors
    /// [`GradientError`] as for [`differentiate`].
    pub fn run(
        &self,
        graph: &pb::GraphProto,
        shapes: &Shapes,
        builder: &mut Builder,
    ) -> Result<Gradients, GradientError> {
        let index = Index::new(graph)?;
        let active = active_nodes(graph, &index, self.wanted);
        let is_wanted = |tensor: &str| self.wanted.contains(&tensor);
        // Summands of the cotangents of tensors whose producer was not yet reached.
        let mut pending: HashMap<&str, Vec<String>> = HashMap::new();
        let mut gradients: HashMap<&str, String> = HashMap::new();
        let mut rectifiers = 0;
        pending.insert(self.output, vec![self.cotangent.to_owned()]);
        for (position, node) in graph.node.iter().enumerate().rev() {
            let cotangents = take_cotangents(node, &mut pending, builder);
            for (output, cotangent) in node.output.iter().zip(&cotangents) {
                if let Some(cotangent) = cotangent.as_ref().filter(|_| is_wanted(output)) {
                    gradients.insert(output, cotangent.clone());
                }
            }
            if !active[position] || cotangents.iter().all(Option::is_none) {
                continue;
            }
            let rule = rules::rule(&node.op_type).ok_or_else(|| GradientError::NoRule {
                node: node::name_of(node).into(),
                operator: node.op_type.clone(),
                layers: Vec::new(),
            })?;
            let is_active = |input: &String| {
                is_wanted(input)
                    || index
                        .producer(input)
                        .is_some_and(|producer| active[producer])
            };
            let inputs = node.input.iter().map(is_active).collect();
            let mut context = VjpContext::new(node, &cotangents, inputs, shapes, &index, builder)?;
            context.policy = self.policy;
            context.for_engine = self.for_engine;
            rule(&mut context).map_err(|error| match error {
                GradientError::UnknownShape { tensor } => {
                    untold_shape(graph, &index, shapes, &tensor)
                }
                other => other,
            })?;
            check_limits(Some(node), context.builder)?;
            rectifiers += usize::from(context.is_rectifier);
            for contribution in context.into_contributions() {
                pending
                    .entry(node.input[contribution.input].as_str())
                    .or_default()
                    .push(contribution.cotangent);
            }
        }
        let mut gradient_of = |tensor: &&str| {
            // An input of the graph has no producer: its summands are still pending.
            let of_input = || pending.get(tensor).map(|summands| builder.sum(summands));
            (gradients.get(tensor).cloned().or_else(of_input)).ok_or_else(|| {
                GradientError::NotConnected {
                    layer: (*tensor).to_owned(),
                    logits: self.output.to_owned(),
                }
            })
        };
        let tensors = (self.wanted.iter().map(&mut gradient_of)).collect::<Result<_, _>>()?;
        check_limits(graph.node.first(), builder)?;
        Ok(Gradients {
            tensors,
            rectifiers,
        })
    }
}

/// The summed cotangent of each of a node's outputs; `None` where no active node
/// reads the output.
fn take_cotangents<'graph>(
    node: &'graph pb::NodeProto,
    pending: &mut HashMap<&'graph str, Vec<String>>,
    builder: &mut Builder,
) -> Vec<Option<String>> {
    let outputs = node.output.iter();
    outputs
        .map(|output| {
            let summands = pending.remove(output.as_str())?;
            Some(builder.sum(&summands))
        })
        .collect()
}

/// Refuses a branch that outgrew the builder's limits at this node.
///
/// # Errors
/// [`GradientError::TooLarge`].
pub fn check_limits(node: Option<&pb::NodeProto>, builder: &Builder) -> Result<(), GradientError> {
    if !builder.exceeds_limits() {
        return Ok(());
    }
    Err(GradientError::TooLarge {
        node: node.map_or("", node::name_of).into(),
        operator: node.map_or("", |node| &node.op_type).into(),
        nodes: MAX_NODES,
        values: MAX_VALUES,
    })
}

/// For each node, whether it depends on one of the tensors.
fn active_nodes(graph: &pb::GraphProto, index: &Index, tensors: &[&str]) -> Vec<bool> {
    let mut active = vec![false; graph.node.len()];
    for tensor in tensors {
        let reached = index.reached_from(graph, tensor);
        for (active, reached) in active.iter_mut().zip(reached) {
            *active |= reached;
        }
    }
    active
}
