//! Dense layers: Gemm, MatMul, Einsum.

use super::Step;
use crate::gradient::GradientError;
use crate::onnx::node;

/// y = α · A' B' + β · C: Ā' = α · ȳ B'ᵀ, B̄' = α · A'ᵀ ȳ, C̄ = β · ȳ.
///
/// The weights are read as they are stored, through `transA` and `transB`, so
/// that the branch needs no second copy of them.
pub fn gemm(step: &mut Step) -> Result<(), GradientError> {
    let (a, b) = (step.input(0)?, step.input(1)?);
    let flag = |name| i64::from(node::int(step.node, name) == Some(1));
    let (trans_a, trans_b) = (flag("transA"), flag("transB"));
    let alpha = node::float(step.node, "alpha").unwrap_or(1.0);
    let beta = node::float(step.node, "beta").unwrap_or(1.0);
    let attributes = |first, second| {
        vec![
            node::float_attribute("alpha", alpha),
            node::int_attribute("transA", first),
            node::int_attribute("transB", second),
        ]
    };
    if step.is_active(0) {
        let cotangent = match trans_a {
            0 => step
                .builder
                .gemm(step.cotangent, b, attributes(0, 1 - trans_b)),
            _ => step.builder.gemm(b, step.cotangent, attributes(trans_b, 1)),
        };
        step.give(0, cotangent);
    }
    if step.is_active(1) {
        let cotangent = match trans_b {
            0 => step
                .builder
                .gemm(a, step.cotangent, attributes(1 - trans_a, 0)),
            _ => step.builder.gemm(step.cotangent, a, attributes(1, trans_a)),
        };
        step.give(1, cotangent);
    }
    if step.is_active(2) {
        let (from, to) = (step.shape(step.output())?, step.shape(step.input(2)?)?);
        let summed = step.sum_to(step.cotangent, from, to)?;
        let cotangent = if beta == 1.0 {
            summed
        } else {
            step.builder.scale(&summed, beta)
        };
        step.give(2, cotangent);
    }
    Ok(())
}

/// y = A B, of matrices or stacks of them: Ā = ȳ Bᵀ, B̄ = Aᵀ ȳ. A vector counts as
/// one row (A) or one column (B).
pub fn matmul(step: &mut Step) -> Result<(), GradientError> {
    let (a, b) = (step.input(0)?, step.input(1)?);
    let (own_a, own_b) = (step.shape(a)?, step.shape(b)?);
    let output = step.shape(step.output())?;
    let a_shape = match own_a {
        [length] => vec![1, *length],
        _ => own_a.to_vec(),
    };
    let b_shape = match own_b {
        [length] => vec![*length, 1],
        _ => own_b.to_vec(),
    };
    if a_shape.is_empty() || b_shape.is_empty() {
        return Err(step.unsupported("a number is no matrix"));
    }
    let (rows, columns) = (a_shape[a_shape.len() - 2], b_shape[b_shape.len() - 1]);
    let vectors = usize::from(own_a.len() == 1) + usize::from(own_b.len() == 1);
    let stack = &output[..(output.len() + vectors).saturating_sub(2)];
    let whole = [stack, &[rows, columns]].concat();
    let in_shape = |step: &mut Step, tensor: &str, from: &[usize], to: &[usize]| match from == to {
        true => tensor.to_owned(),
        false => step.builder.reshape(tensor, to),
    };
    let cotangent = in_shape(step, step.cotangent, output, &whole);
    if step.is_active(0) {
        let product = if own_a.len() == 2 && own_b.len() == 2 {
            let attributes = vec![node::int_attribute("transB", 1)];
            step.builder.gemm(&cotangent, b, attributes)
        } else {
            let b = in_shape(step, b, own_b, &b_shape);
            let transposed = swap_last(step, &b, b_shape.len());
            step.builder
                .add("MatMul", &[&cotangent, &transposed], vec![])
        };
        let shape = [stack, &a_shape[a_shape.len() - 2..]].concat();
        let summed = step.sum_to(&product, &shape, &a_shape)?;
        let summed = in_shape(step, &summed, &a_shape, own_a);
        step.give(0, summed);
    }
    if step.is_active(1) {
        let a = in_shape(step, a, own_a, &a_shape);
        let transposed = swap_last(step, &a, a_shape.len());
        let product = step
            .builder
            .add("MatMul", &[&transposed, &cotangent], vec![]);
        let shape = [stack, &b_shape[b_shape.len() - 2..]].concat();
        let summed = step.sum_to(&product, &shape, &b_shape)?;
        let summed = in_shape(step, &summed, &b_shape, own_b);
        step.give(1, summed);
    }
    Ok(())
}

fn swap_last(step: &mut Step, tensor: &str, rank: usize) -> String {
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(rank - 2, rank - 1);
    step.builder.transpose(tensor, &order)
}
