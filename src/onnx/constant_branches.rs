//! `If` nodes whose condition follows from shapes and weights, as PyTorch's TorchScript exporter
//! leaves them: the graph of the branch that is taken, in their place.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb;

use super::error::OnnxError;
use super::model::Model;
use super::node::name_of;
use super::producers_and_consumers::Index;
use super::shape_inference::infer_shapes;
use super::shapes::Shape;
use super::size_limits::Limits;
use super::tensor;
use super::topological_sort;
use super::validation::{check_nodes, check_tensor};

/// Whether a graph has branches.
pub fn has_branches(graph: &pb::GraphProto) -> bool {
    graph.node.iter().any(is_branch)
}

fn is_branch(node: &pb::NodeProto) -> bool {
    node.op_type == "If"
}

/// Puts the branch that is taken in the place of each `If`. `inputs` gives shapes of inputs, as for
/// [`infer_shapes`].
///
/// # Errors
/// [`OnnxError::Subgraph`] for one whose condition depends on the picture, and what is wrong with
/// a branch.
pub fn inline_branches(model: &mut Model, inputs: &[(&str, Shape)]) -> Result<(), OnnxError> {
    while let Some(first) = model.graph().node.iter().find(|node| is_branch(node)) {
        let shapes = infer_shapes(model, inputs)?;
        let index = Index::new(model.graph())?;
        let condition = |node: &pb::NodeProto| -> Option<bool> {
            let name = node.input.first().filter(|_| is_branch(node))?;
            if let Some(value) = shapes.constant(name) {
                return value.to_floats().first().map(|&value| value != 0.0);
            }
            let values = tensor::ints(index.initialiser(name)?).ok()?;
            values.first().map(|&value| value != 0)
        };
        let decided: Vec<Option<bool>> = model.graph().node.iter().map(condition).collect();
        if decided.iter().all(Option::is_none) {
            return Err(of_branch(first));
        }
        inline(model, &decided)?;
    }
    Ok(())
}

fn of_branch(node: &pb::NodeProto) -> OnnxError {
    OnnxError::Subgraph {
        node: name_of(node).into(),
        operator: node.op_type.clone(),
    }
}

/// Inlines the branches of the nodes that are decided.
fn inline(model: &mut Model, decided: &[Option<bool>]) -> Result<(), OnnxError> {
    let graph = model.graph_mut();
    let nodes = std::mem::take(&mut graph.node);
    for (node, decision) in nodes.into_iter().zip(decided) {
        let Some(decision) = decision else {
            graph.node.push(node);
            continue;
        };
        let name = if *decision {
            "then_branch"
        } else {
            "else_branch"
        };
        let error = of_branch(&node);
        let mut attributes = node.attribute.into_iter();
        let branch = attributes.find(|attribute| attribute.name == name);
        let branch = branch.and_then(|attribute| attribute.g).ok_or(error)?;
        append(graph, branch, &node.output)?;
    }
    topological_sort::sort(model.graph_mut())?;
    model.canonicalise()
}

/// Appends a branch's nodes and weights, under names of their own; its outputs have the names
/// that the `If` gave them.
fn append(
    graph: &mut pb::GraphProto,
    branch: pb::GraphProto,
    outputs: &[String],
) -> Result<(), OnnxError> {
    check_nodes(&branch)?;
    for weights in &branch.initializer {
        check_tensor(weights, Limits::default())?;
    }
    let prefix = outputs.first().map_or("", String::as_str);
    let made = branch.node.iter().flat_map(|node| &node.output);
    let given = branch.initializer.iter().map(|weights| &weights.name);
    let own: HashSet<&String> = made.chain(given).filter(|name| !name.is_empty()).collect();
    let mut names: HashMap<String, String> = (own.into_iter())
        .map(|name| (name.clone(), format!("{prefix}/{name}")))
        .collect();
    for (inner, outer) in branch.output.iter().zip(outputs) {
        if names.contains_key(&inner.name) {
            names.insert(inner.name.clone(), outer.clone());
        } else {
            // The branch passes on a tensor of the graph around it.
            graph
                .node
                .push(super::node::new("Identity", &[&inner.name], outer));
        }
    }
    let renamed = |name: &mut String| {
        if let Some(other) = names.get(name) {
            name.clone_from(other);
        }
    };
    for mut weights in branch.initializer {
        renamed(&mut weights.name);
        graph.initializer.push(weights);
    }
    for mut node in branch.node {
        if !node.name.is_empty() {
            node.name = format!("{prefix}/{}", node.name);
        }
        node.input
            .iter_mut()
            .chain(&mut node.output)
            .for_each(renamed);
        graph.node.push(node);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use tract_onnx::pb::attribute_proto::AttributeType;

    use super::*;
    use crate::onnx::node;
    use crate::onnx::testing::{GraphBuilder, model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn branch(name: &str, operator: &str) -> pb::AttributeProto {
        let mut inside = GraphBuilder::new(&[]);
        inside.node(operator, "inside", &["x"], "z");
        let mut attribute = node::int_attribute(name, 0);
        attribute.r#type = AttributeType::Graph as i32;
        attribute.g = Some(inside.output("z", &[1, 4]).graph);
        attribute
    }

    /// y is one thing where the picture's width is a multiple of 3, and another where it is not.
    fn padded_if_odd(width: usize) -> Model {
        let mut graph = GraphBuilder::new(&[("x", &[1, width])]);
        graph
            .int64s("one", &[1])
            .int64s("three", &[3])
            .int64s("zero", &[0]);
        graph.node("Shape", "shape", &["x"], "s");
        graph
            .node("Gather", "width", &["s", "one"], "w")
            .int("axis", 0);
        graph
            .node("Mod", "rest", &["w", "three"], "r")
            .node("Equal", "is", &["r", "zero"], "c");
        graph.node("If", "choose", &["c"], "y");
        graph.last().attribute = vec![branch("then_branch", "Exp"), branch("else_branch", "Neg")];
        let file = model(graph.output("y", &[1, width])).encode_to_vec();
        Model::decode(&file, Limits::default()).unwrap()
    }

    #[test]
    fn the_branch_that_shapes_decide_is_taken() {
        for (width, operator) in [(3, "Exp"), (4, "Neg")] {
            let mut model = padded_if_odd(width);
            inline_branches(&mut model, &[]).unwrap();
            let last = model.graph().node.last().unwrap();
            assert_eq!((&*last.op_type, &*last.output[0]), (operator, "y"));
            assert!(!has_branches(model.graph()));
        }
    }

    #[test]
    fn a_branch_that_the_picture_decides_is_named() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 4])]);
        graph
            .node("ReduceSum", "sum", &["x"], "s")
            .node("Cast", "cast", &["s"], "c");
        graph.int("to", 9);
        graph.node("If", "choose", &["c"], "y");
        graph.last().attribute = vec![branch("then_branch", "Exp"), branch("else_branch", "Neg")];
        let file = model(graph.output("y", &[1, 4])).encode_to_vec();
        let mut model = Model::decode(&file, Limits::default()).unwrap();
        let text = inline_branches(&mut model, &[]).unwrap_err().to_string();
        assert!(text.contains("'choose'") && text.contains("If"), "{text}");
    }
}
