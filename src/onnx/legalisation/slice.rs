//! Slice with steps of what a Reshape made, which tract's optimiser would move before the
//! Reshape, where its axis is not: Gather along each such axis.

use tract_onnx::pb;

use super::replacement::{Legalised, Replacement, inner_name};
use crate::onnx::attributes::{Range, slices};
use crate::onnx::node_context::NodeContext;
use crate::onnx::{node, tensor};

/// Positions that are written as a list.
const MAX_POSITIONS: usize = 1 << 16;

/// A Gather for each axis with steps, and for the others the Slice without them.
pub fn slice(context: &NodeContext, graph: &pb::GraphProto) -> Legalised {
    let (Some(shape), true) = (context.input_shape(0), is_of_reshaped(context, graph)) else {
        return Ok(None);
    };
    let lists = [("starts", 1), ("ends", 2), ("axes", 3), ("steps", 4)];
    let [starts, ends, axes, steps] =
        lists.map(|(name, position)| context.int_list(name, position));
    let (Some(starts), Some(ends)) = (starts?, ends?) else {
        return Ok(None);
    };
    let ranges = slices(context.node, shape, &starts, &ends, axes?, steps?)?;
    let has_steps = |range: &&Range| range.step > 1 && range.count > 0;
    let positions: usize = ranges.iter().map(|range| range.count).sum();
    if !ranges.iter().any(|range| has_steps(&range)) || positions > MAX_POSITIONS {
        return Ok(None);
    }
    let (mut nodes, mut constants) = (Vec::new(), Vec::new());
    let mut from = context.node.input[0].clone();
    for range in &ranges {
        let axis = range.axis;
        let parts = ["positions", "axis"].map(|part| inner_name(context, &format!("{part}{axis}")));
        let [positions_name, to] = parts;
        let positions: Vec<i64> = range.positions().map(|position| position as i64).collect();
        constants.push(tensor::from_ints(
            &positions_name,
            &[positions.len()],
            &positions,
        ));
        let mut gather = node::new("Gather", &[&from, &positions_name], &to);
        gather.attribute = vec![node::int_attribute("axis", axis as i64)];
        nodes.push(gather);
        from = to;
    }
    if let Some(last) = nodes.last_mut() {
        last.name.clone_from(&context.node.name);
        last.output = vec![context.output().to_owned()];
    }
    Ok(Some(Replacement { nodes, constants }))
}

/// Whether the input is a Reshape's output, or a Slice of one.
fn is_of_reshaped(context: &NodeContext, graph: &pb::GraphProto) -> bool {
    let mut at = node::input(context.node, 0);
    while let Some(position) = at.and_then(|name| context.index.producer(name)) {
        let made_by = &graph.node[position];
        match made_by.op_type.as_str() {
            "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" => return true,
            "Slice" => at = node::input(made_by, 0),
            _ => return false,
        }
    }
    false
}
