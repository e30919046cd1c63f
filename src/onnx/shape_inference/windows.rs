//! Output shapes of convolutions and poolings.

use super::output_shapes::{OutputShapes, declared, single};
use crate::onnx::attributes::{TransposedWindow, Window, pool_window};
use crate::onnx::node;
use crate::onnx::node_context::NodeContext;

pub fn conv(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let (Some(weights), true) = (context.input_shape(1), input.len() > 2) else {
        return declared(context);
    };
    if weights.len() != input.len() {
        let problem = "weights and input differ in their number of axes";
        return Err(context.problem(problem));
    }
    let window = Window::of(context.node, &input[2..], &weights[2..])?;
    single([&[input[0], weights[0]], window.output.as_slice()].concat())
}

pub fn conv_transpose(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let (Some(weights), true) = (context.input_shape(1), input.len() > 2) else {
        return declared(context);
    };
    if weights.len() != input.len() {
        let problem = "weights and input differ in their number of axes";
        return Err(context.problem(problem));
    }
    let groups = node::int(context.node, "group").unwrap_or(1);
    let groups = usize::try_from(groups).unwrap_or(1);
    let window = TransposedWindow::of(context.node, &input[2..], &weights[2..])?;
    let channels = weights[1].saturating_mul(groups);
    single([&[input[0], channels], window.output.as_slice()].concat())
}

pub fn pool(context: &NodeContext, input: &[usize]) -> OutputShapes {
    if input.len() < 3 {
        return Ok(None);
    }
    let window = pool_window(context.node, input)?;
    let shape = [&input[..2], window.output.as_slice()].concat();
    Ok(Some(vec![shape; context.node.output.len()]))
}

/// GlobalAveragePool, GlobalMaxPool: every spatial axis becomes 1.
pub fn global_pool(context: &NodeContext, input: &[usize]) -> OutputShapes {
    if input.len() < 3 {
        return declared(context);
    }
    let ones = std::iter::repeat_n(1, input.len() - 2);
    single(input[..2].iter().copied().chain(ones).collect())
}
