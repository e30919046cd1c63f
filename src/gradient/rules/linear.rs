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

/// y = A B, of matrices or stacks of them: Ā = ȳ Bᵀ, B̄ = Aᵀ ȳ.
pub fn matmul(step: &mut Step) -> Result<(), GradientError> {
    let (a, b) = (step.input(0)?, step.input(1)?);
    let (a_shape, b_shape) = (step.shape(a)?, step.shape(b)?);
    if a_shape.len() < 2 || b_shape.len() < 2 || step.shape(step.output())?.len() < 2 {
        return Err(step.unsupported("only products of matrices are supported, not of vectors"));
    }
    let from = step.shape(step.output())?;
    let stack = &from[..from.len() - 2];
    if step.is_active(0) {
        let product = if a_shape.len() == 2 && b_shape.len() == 2 {
            let attributes = vec![node::int_attribute("transB", 1)];
            step.builder.gemm(step.cotangent, b, attributes)
        } else {
            let transposed = swap_last(step, b, b_shape.len());
            step.builder
                .add("MatMul", &[step.cotangent, &transposed], vec![])
        };
        let shape = [stack, &a_shape[a_shape.len() - 2..]].concat();
        let cotangent = step.sum_to(&product, &shape, a_shape)?;
        step.give(0, cotangent);
    }
    if step.is_active(1) {
        let transposed = swap_last(step, a, a_shape.len());
        let product = step
            .builder
            .add("MatMul", &[&transposed, step.cotangent], vec![]);
        let shape = [stack, &b_shape[b_shape.len() - 2..]].concat();
        let cotangent = step.sum_to(&product, &shape, b_shape)?;
        step.give(1, cotangent);
    }
    Ok(())
}

fn swap_last(step: &mut Step, tensor: &str, rank: usize) -> String {
    let mut order: Vec<i64> = (0..rank as i64).collect();
    order.swap(rank - 2, rank - 1);
    step.builder.add(
        "Transpose",
        &[tensor],
        vec![node::ints_attribute("perm", &order)],
    )
}
