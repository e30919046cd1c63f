//! ConvTranspose with `output_shape` or SAME: with the pads that follow from it.

use super::replacement::{Legalised, Replacement};
use crate::onnx::attributes::TransposedWindow;
use crate::onnx::node;
use crate::onnx::node_context::NodeContext;

/// The same node with explicit pads; `None` where it has them, or where they would be
/// negative.
pub fn conv_transpose(context: &NodeContext) -> Legalised {
    let auto_pad = node::text(context.node, "auto_pad").unwrap_or_default();
    let is_asked = node::ints(context.node, "output_shape").is_some_and(|sizes| !sizes.is_empty());
    let (Some([_, _, input @ ..]), Some([_, _, kernel @ ..])) =
        (context.input_shape(0), context.input_shape(1))
    else {
        return Ok(None);
    };
    if !is_asked && !auto_pad.starts_with("SAME") {
        return Ok(None);
    }
    let window = TransposedWindow::of(context.node, input, kernel)?;
    let pads = [window.pads_begin, window.pads_end].concat();
    // An output with more than the input reaches has no pads that say so.
    if pads.iter().any(|&pad| pad < 0) {
        return Ok(None);
    }
    let mut replacement = context.node.clone();
    let replaced = ["output_shape", "auto_pad", "pads"];
    (replacement.attribute).retain(|attribute| !replaced.contains(&attribute.name.as_str()));
    (replacement.attribute).push(node::ints_attribute("pads", &pads));
    Ok(Some(Replacement {
        nodes: vec![replacement],
        constants: vec![],
    }))
}
