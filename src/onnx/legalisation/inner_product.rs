//! Products to one value: MatMul of two vectors, and Einsum without output axes.

use tract_onnx::pb;

use super::replacement::{Legalised, Replacement, inner_name};
use crate::onnx::attributes::Equation;
use crate::onnx::node_context::NodeContext;
use crate::onnx::{node, tensor};

/// MatMul of two vectors: Mul, then ReduceSum.
pub fn matmul(context: &NodeContext) -> Option<Replacement> {
    let ([_], [_]) = (context.input_shape(0)?, context.input_shape(1)?) else {
        return None;
    };
    let products = inner_name(context, "products");
    let (a, b) = (&context.node.input[0], &context.node.input[1]);
    Some(Replacement {
        nodes: vec![
            node::new("Mul", &[a, b], &products),
            sum_all(context, &products),
        ],
        constants: vec![],
    })
}

/// Einsum to one value: with one more axis of size 1, which ReduceSum removes. An
/// equation with an ellipsis: a letter for each of its axes.
pub fn einsum(context: &NodeContext) -> Legalised {
    let equation = Equation::of(context.node, context.input_shapes().as_deref())?;
    let is_short = node::text(context.node, "equation").is_some_and(|text| text.contains("..."));
    if is_short && !equation.output.is_empty() {
        let mut product = context.node.clone();
        product.attribute = vec![node::text_attribute("equation", &equation.text())];
        return Ok(Some(Replacement {
            nodes: vec![product],
            constants: vec![],
        }));
    }
    let Some(first) = context
        .input_shape(0)
        .filter(|_| equation.output.is_empty())
    else {
        return Ok(None);
    };
    let is_free = |letter: &char| !equation.inputs.concat().contains(letter);
    let Some(letter) = ('a'..='z').chain('A'..='Z').find(is_free) else {
        return Ok(None);
    };
    let shape: Vec<i64> = std::iter::once(1)
        .chain(first.iter().map(|&size| size as i64))
        .collect();
    let (target, wider, one) = (
        inner_name(context, "shape"),
        inner_name(context, "wider"),
        inner_name(context, "one"),
    );
    let mut wider_equation = equation;
    wider_equation.inputs[0].insert(0, letter);
    wider_equation.output = vec![letter];
    let mut product = context.node.clone();
    product.name.clone_from(&one);
    product.input[0].clone_from(&wider);
    product.output = vec![one.clone()];
    product.attribute = vec![node::text_attribute("equation", &wider_equation.text())];
    Ok(Some(Replacement {
        nodes: vec![
            node::new("Reshape", &[&context.node.input[0], &target], &wider),
            product,
            sum_all(context, &one),
        ],
        constants: vec![tensor::from_ints(&target, &[shape.len()], &shape)],
    }))
}

/// The node whose output is the sum of all elements of `input`, without axes.
fn sum_all(context: &NodeContext, input: &str) -> pb::NodeProto {
    let mut sum = node::new("ReduceSum", &[input], context.output());
    sum.name.clone_from(&context.node.name);
    sum.attribute.push(node::int_attribute("keepdims", 0));
    sum
}
