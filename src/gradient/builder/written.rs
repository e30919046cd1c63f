//! The names of the contract, and how the graph gets what was collected.

use std::collections::HashMap;

use super::Builder;
use crate::gradient::tensor_names::COTANGENT;
use crate::onnx::{node, pb};

impl Builder {
    /// Adds a node that gives a tensor a name of the contract, with its axes permuted
    /// by `order` if there is one.
    pub fn name_output(&mut self, tensor: &str, order: Option<&[i64]>, name: &str) {
        self.reserve_name(name);
        match order {
            Some(order) => self.push(
                "Transpose",
                &[tensor],
                vec![node::ints_attribute("perm", order)],
                name,
            ),
            None => self.push("Identity", &[tensor], vec![], name),
        }
    }

    /// Adds a node that gives a tensor a name of the contract, in another shape.
    pub fn name_output_reshaped(&mut self, tensor: &str, shape: &[i64], name: &str) {
        self.reserve_name(name);
        let shape = self.ints(shape);
        self.push("Reshape", &[tensor, &shape], vec![], name);
    }

    /// Adds everything to the graph and returns the new names of the model's
    /// tensors that had a name of the contract, by their old ones.
    pub fn write_into(mut self, graph: &mut pb::GraphProto) -> HashMap<String, String> {
        let rename = |name: &mut String| {
            if let Some(other) = self.renames.get(name) {
                name.clone_from(other);
            }
        };
        for old in &mut graph.node {
            old.input.iter_mut().chain(&mut old.output).for_each(rename);
        }
        graph
            .input
            .iter_mut()
            .chain(&mut graph.output)
            .for_each(|value| rename(&mut value.name));
        graph
            .initializer
            .iter_mut()
            .for_each(|weights| rename(&mut weights.name));
        for added in &mut self.nodes {
            // Of the contract's names the branch reads its own cotangent only.
            added
                .input
                .iter_mut()
                .filter(|name| *name != COTANGENT)
                .for_each(rename);
        }
        graph.value_info.clear();
        graph.node.append(&mut self.nodes);
        graph.initializer.append(&mut self.initialisers);
        self.renames
    }
}
