//! Resize of operator set 10 to the nearest pixel, where tract rounds in another
//! way: Gather along each axis.

use super::replacement::{Legalised, Replacement, inner_name};
use crate::onnx::error::OnnxError;
use crate::onnx::node_context::NodeContext;
use crate::onnx::{node, tensor};

/// Sizes of the axes of all outputs of Resize nodes together: each pixel along an
/// axis becomes an index that is stored.
const MAX_INDICES: usize = 1 << 20;

/// Adds the indices of this node to those of the nodes before it.
///
/// # Errors
/// [`OnnxError::Node`] if they are too many.
pub fn add_indices(context: &NodeContext, before: usize) -> Result<usize, OnnxError> {
    let target = context.output_shape().unwrap_or(&[]);
    let indices = target
        .iter()
        .fold(before, |sum, &size| sum.saturating_add(size));
    if indices > MAX_INDICES {
        return Err(context.problem(format!(
            "it makes {target:?}; the limit is {MAX_INDICES} pixels along all axes of the model's Resize nodes together"
        )));
    }
    Ok(indices)
}

/// The pixel x comes from the pixel ⌊x / scale⌋.
pub fn resize(context: &NodeContext) -> Legalised {
    let mode = node::text(context.node, "mode").unwrap_or_default();
    let (Some(shape), Some(scales)) = (context.input_shape(0), context.float_input(1)?) else {
        return Ok(None);
    };
    let Some(target) = context.output_shape() else {
        return Ok(None);
    };
    let rank = shape.len();
    if !matches!(mode.as_str(), "" | "nearest") || [scales.len(), target.len()] != [rank; 2] {
        return Ok(None);
    }
    let (mut nodes, mut constants) = (Vec::new(), Vec::new());
    let mut from = context.node.input[0].clone();
    for axis in (0..rank).filter(|&axis| scales[axis] != 1.0) {
        let last = shape[axis].saturating_sub(1);
        let source = |x: usize| (x as f64 / f64::from(scales[axis])) as usize;
        let sources = (0..target[axis]).map(|x| source(x).min(last) as i64);
        let sources: Vec<i64> = sources.collect();
        let names = ["sources", "axis"].map(|part| inner_name(context, &format!("{part}{axis}")));
        let [sources_name, to] = names;
        constants.push(tensor::from_ints(&sources_name, &[sources.len()], &sources));
        let mut gather = node::new("Gather", &[&from, &sources_name], &to);
        gather.attribute = vec![node::int_attribute("axis", axis as i64)];
        nodes.push(gather);
        from = to;
    }
    let mut last = nodes
        .pop()
        .unwrap_or_else(|| node::new("Identity", &[&from], ""));
    last.name.clone_from(&context.node.name);
    last.output.clone_from(&context.node.output);
    nodes.push(last);
    Ok(Some(Replacement { nodes, constants }))
}
