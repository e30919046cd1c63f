//! Products of matrices: Gemm and MatMul.

use super::vjp_context::VjpContext;
use crate::gradient::error::GradientError;
use crate::onnx::node;

/// y = α · A' B' + β · C: Ā' = α · ȳ B'ᵀ, B̄' = α · A'ᵀ ȳ, C̄ = β · ȳ.
///
/// The weights are read as they are stored, through `transA` and `transB`, so
/// that the branch needs no second copy of them.
pub fn gemm(context: &mut VjpContext) -> Result<(), GradientError> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let flag = |name| i64::from(node::int(context.node, name) == Some(1));
    let (trans_a, trans_b) = (flag("transA"), flag("transB"));
    let alpha = node::float(context.node, "alpha").unwrap_or(1.0);
    let beta = node::float(context.node, "beta").unwrap_or(1.0);
    let attributes = |first, second| {
        vec![
            node::float_attribute("alpha", alpha),
            node::int_attribute("transA", first),
            node::int_attribute("transB", second),
        ]
    };
    if context.is_active(0) {
        let cotangent = match trans_a {
            0 => context
                .builder
                .gemm(context.cotangent, b, attributes(0, 1 - trans_b)),
            _ => context
                .builder
                .gemm(b, context.cotangent, attributes(trans_b, 1)),
        };
        context.accumulate(0, cotangent);
    }
    if context.is_active(1) {
        let cotangent = match trans_b {
            0 => context
                .builder
                .gemm(a, context.cotangent, attributes(1 - trans_a, 0)),
            _ => context
                .builder
                .gemm(context.cotangent, a, attributes(1, trans_a)),
        };
        context.accumulate(1, cotangent);
    }
    if context.is_active(2) {
        let (from, to) = (
            context.shape(context.output())?,
            context.shape(context.input(2)?)?,
        );
        let summed = context.unbroadcast(context.cotangent, from, to)?;
        let cotangent = if beta == 1.0 {
            summed
        } else {
            context.builder.scale(&summed, beta)
        };
        context.accumulate(2, cotangent);
    }
    Ok(())
}

/// y = A B, of matrices or stacks of them: Ā = ȳ Bᵀ, B̄ = Aᵀ ȳ. A vector counts as
/// one row (A) or one column (B).
pub fn matmul(context: &mut VjpContext) -> Result<(), GradientError> {
    let (a, b) = (context.input(0)?, context.input(1)?);
    let (own_a, own_b) = (context.shape(a)?, context.shape(b)?);
    let output = context.shape(context.output())?;
    let a_shape = match own_a {
        [length] => vec![1, *length],
        _ => own_a.to_vec(),
    };
    let b_shape = match own_b {
        [length] => vec![*length, 1],
        _ => own_b.to_vec(),
    };
    if a_shape.is_empty() || b_shape.is_empty() {
        return Err(context.unsupported("a number is no matrix"));
    }
    let (rows, columns) = (a_shape[a_shape.len() - 2], b_shape[b_shape.len() - 1]);
    let vectors = usize::from(own_a.len() == 1) + usize::from(own_b.len() == 1);
    let stack = &output[..(output.len() + vectors).saturating_sub(2)];
    let stack_of = |matrix: &[usize]| [stack, matrix].concat();
    let cotangent = reshape_if_needed(
        context,
        context.cotangent,
        output,
        &stack_of(&[rows, columns]),
    );
    if context.is_active(0) {
        let product = if own_a.len() == 2 && own_b.len() == 2 {
            let attributes = vec![node::int_attribute("transB", 1)];
            context.builder.gemm(&cotangent, b, attributes)
        } else {
            let transposed = transpose_matrices(context, b, own_b, &b_shape);
            context
                .builder
                .add_node("MatMul", &[&cotangent, &transposed], vec![])
        };
        let shape = stack_of(&a_shape[a_shape.len() - 2..]);
        let summed = context.unbroadcast(&product, &shape, &a_shape)?;
        let summed = reshape_if_needed(context, &summed, &a_shape, own_a);
        context.accumulate(0, summed);
    }
    if context.is_active(1) {
        let transposed = transpose_matrices(context, a, own_a, &a_shape);
        let product = context
            .builder
            .add_node("MatMul", &[&transposed, &cotangent], vec![]);
        let shape = stack_of(&b_shape[b_shape.len() - 2..]);
        let summed = context.unbroadcast(&product, &shape, &b_shape)?;
        let summed = reshape_if_needed(context, &summed, &b_shape, own_b);
        context.accumulate(1, summed);
    }
    Ok(())
}

fn reshape_if_needed(
    context: &mut VjpContext,
    tensor: &str,
    from: &[usize],
    to: &[usize],
) -> String {
    if from == to {
        tensor.to_owned()
    } else {
        context.builder.reshape(tensor, to)
    }
}

/// A tensor of the shape `from`, taken as matrices of the shape `to`, with its last
/// two axes exchanged.
fn transpose_matrices(
    context: &mut VjpContext,
    tensor: &str,
    from: &[usize],
    to: &[usize],
) -> String {
    let matrices = reshape_if_needed(context, tensor, from, to);
    let mut order: Vec<usize> = (0..to.len()).collect();
    order.swap(to.len() - 2, to.len() - 1);
    context.builder.transpose(&matrices, &order)
}
