//! Output shapes of matrix products.

use super::output_shapes::{OutputShapes, declared, single};
use crate::onnx::attributes::{Equation, broadcast};
use crate::onnx::node;
use crate::onnx::node_context::NodeContext;
use crate::onnx::shapes::Shape;

pub fn gemm(context: &NodeContext, a: &[usize]) -> OutputShapes {
    let Some(b) = context.input_shape(1) else {
        return Ok(None);
    };
    let size = |shape: &[usize], transposed: &str, axis: usize| {
        let is_transposed = node::int(context.node, transposed) == Some(1);
        let axis = if is_transposed { 1 - axis } else { axis };
        shape.get(axis).copied()
    };
    match (size(a, "transA", 0), size(b, "transB", 1)) {
        (Some(rows), Some(columns)) => single(vec![rows, columns]),
        _ => Ok(None),
    }
}

pub fn matmul(context: &NodeContext, a: &[usize]) -> OutputShapes {
    let product = context.input_shape(1).and_then(|b| product_shape(a, b));
    Ok(product.map(|shape| vec![shape]))
}

/// The shape of A · B, with the stacked axes broadcast. A vector counts as one row
/// (A) or column (B), which is then dropped.
fn product_shape(a: &[usize], b: &[usize]) -> Option<Shape> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let stack = |shape: &[usize]| shape[..shape.len().saturating_sub(2)].to_vec();
    let mut shape = broadcast(&stack(a), &stack(b))?;
    if a.len() > 1 {
        shape.push(a[a.len() - 2]);
    }
    if b.len() > 1 {
        shape.push(b[b.len() - 1]);
    }
    Some(shape)
}

pub fn einsum(context: &NodeContext, _: &[usize]) -> OutputShapes {
    let shapes = context.input_shapes();
    let equation = Equation::of(context.node, shapes.as_deref())?;
    match shapes {
        Some(shapes) => single(equation.output_shape(context.node, &shapes)?),
        None => declared(context),
    }
}
