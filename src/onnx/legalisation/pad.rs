//! Pad with negative pads, which cut: Slice, then Pad.

use super::replacement::{Legalised, Replacement, inner_name};
use crate::onnx::attributes::padding;
use crate::onnx::node_context::NodeContext;
use crate::onnx::{node, tensor};

pub fn pad(context: &NodeContext) -> Legalised {
    let mode = node::text(context.node, "mode").unwrap_or_default();
    let (Some(shape), Some(pads)) = (context.input_shape(0), context.int_list("pads", 1)?) else {
        return Ok(None);
    };
    let axes = context.int_list("axes", 3)?;
    let has_axes = axes.is_some();
    if !matches!(mode.as_str(), "" | "constant")
        || pads.iter().all(|&pad| pad >= 0)
        || (!has_axes && node::input(context.node, 3).is_some())
    {
        return Ok(None);
    }
    let pads = padding(context.node, shape.len(), &pads, axes)?;
    let (starts, ends): (Vec<i64>, Vec<i64>) = (pads.iter().zip(shape))
        .map(|(&(begin, end), &size)| (-begin.min(0), size as i64 + end.min(0)))
        .unzip();
    // What is cut away as a whole leaves nothing to begin with.
    if starts.iter().zip(&ends).any(|(start, end)| start >= end) {
        return Ok(None);
    }
    let (begin, end): (Vec<i64>, Vec<i64>) = pads
        .iter()
        .map(|&(begin, end)| (begin.max(0), end.max(0)))
        .unzip();
    Ok(Some(cut_and_pad(
        context,
        starts,
        ends,
        [begin, end].concat(),
    )))
}

fn cut_and_pad(
    context: &NodeContext,
    starts: Vec<i64>,
    ends: Vec<i64>,
    pads: Vec<i64>,
) -> Replacement {
    let mut constants = Vec::new();
    let mut list = |part: &str, values: &[i64]| {
        let name = inner_name(context, part);
        constants.push(tensor::from_ints(&name, &[values.len()], values));
        name
    };
    let cut = inner_name(context, "cut");
    let x = &context.node.input[0];
    let slice = match context.opset {
        ..10 => {
            let mut slice = node::new("Slice", &[x], &cut);
            slice.attribute = vec![
                node::ints_attribute("starts", &starts),
                node::ints_attribute("ends", &ends),
            ];
            slice
        }
        _ => {
            let (starts, ends) = (list("starts", &starts), list("ends", &ends));
            node::new("Slice", &[x, &starts, &ends], &cut)
        }
    };
    let mut pad = context.node.clone();
    pad.input[0].clone_from(&cut);
    // The axes that it named are all axes now.
    pad.input.truncate(3);
    if node::ints(context.node, "pads").is_some() {
        (pad.attribute).retain(|attribute| attribute.name != "pads");
        pad.attribute.push(node::ints_attribute("pads", &pads));
    } else {
        pad.input[1] = list("pads", &pads);
    }
    Replacement {
        nodes: vec![slice, pad],
        constants,
    }
}
