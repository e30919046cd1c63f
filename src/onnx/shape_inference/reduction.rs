//! Output shapes of reductions along axes.

use super::output_shapes::{OutputShapes, declared, single};
use crate::onnx::attributes::reduced_axes;
use crate::onnx::node;
use crate::onnx::node_context::NodeContext;
use crate::onnx::shapes::Shape;

/// ReduceMean, ReduceMax and the like.
pub fn reduce(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let axes = context.int_list("axes", 1)?;
    if axes.is_none() && node::input(context.node, 1).is_some() {
        return declared(context);
    }
    let axes = reduced_axes(context.node, axes, input.len())?;
    single(without(context, input, &axes))
}

/// ArgMax, ArgMin.
pub fn arg(context: &NodeContext, input: &[usize]) -> OutputShapes {
    let axis = context.axis(0, input.len())?;
    single(without(context, input, &[axis]))
}

/// A shape whose `axes` are reduced, as `keepdims` says.
fn without(context: &NodeContext, input: &[usize], axes: &[usize]) -> Shape {
    let keep = node::int(context.node, "keepdims") != Some(0);
    let size = |(axis, &size): (usize, &usize)| {
        if axes.contains(&axis) {
            keep.then_some(1)
        } else {
            Some(size)
        }
    };
    input.iter().enumerate().filter_map(size).collect()
}
