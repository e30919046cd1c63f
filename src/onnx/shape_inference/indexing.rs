//! Output shapes of operators that read at indices.

use super::output_shapes::{OutputShapes, declared, single};
use crate::onnx::node_context::NodeContext;

pub fn gather_elements(context: &NodeContext, _input: &[usize]) -> OutputShapes {
    match context.input_shape(1) {
        Some(indices) => single(indices.to_vec()),
        None => declared(context),
    }
}

/// The axes of the indices but the last, then those of the input that it does not number.
pub fn gather_nd(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let Some((&depth, leading)) = context.input_shape(1).and_then(<[usize]>::split_last) else {
        return declared(context);
    };
    let batch = crate::onnx::node::int(context.node, "batch_dims").unwrap_or(0);
    let numbered = usize::try_from(batch)
        .ok()
        .and_then(|batch| batch.checked_add(depth));
    match numbered.and_then(|numbered| input.get(numbered..)) {
        Some(rest) => single([leading, rest].concat()),
        None => {
            let problem = format!("indices of {depth} numbers do not fit {input:?}");
            Err(context.problem(problem))
        }
    }
}

/// Both outputs have the input's axes, one of them with the k values that are asked for.
pub fn top_k(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let Some(k) = context.int_list("k", 1)? else {
        return declared(context);
    };
    let axis = context.axis(-1, input.len())?;
    match k.as_slice() {
        &[k] if usize::try_from(k).is_ok_and(|k| k <= input[axis]) => {
            let mut shape = input.to_vec();
            shape[axis] = k as usize;
            Ok(Some(vec![shape.clone(), shape]))
        }
        _ => Err(context.problem(format!("it takes {k:?} values of {input:?}"))),
    }
}
