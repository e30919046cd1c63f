//! Legalisation: forms of operators that tract refuses, or takes for something else,
//! become nodes that mean the same. For that the shapes must be known; rewrites that
//! need none are in [`canonicalisation`](super::canonicalisation).
//!
//! - `conv_transpose`: with `output_shape` or SAME
//! - `squeeze`: without axes
//! - `pad`: with negative pads
//! - `resize`: of operator set 10, to the nearest pixel
//! - `mean`: of tensors with different numbers of axes
//! - `inner_product`: MatMul and Einsum to one value
//! - `slice`: with steps, of what a Reshape made
//! - `replacement`: what they return
//!
//! To add one: a file with a function that returns `None` where the node may stay, and
//! an arm in [`replacement_of`]. Names of the node and of its output stay.

mod conv_transpose;
mod inner_product;
mod mean;
mod pad;
mod replacement;
mod resize;
mod slice;
mod squeeze;

use replacement::{Legalised, Replacement};
use tract_onnx::pb;

use super::error::OnnxError;
use super::model::Model;
use super::node_context::NodeContext;
use super::producers_and_consumers::Index;
use super::shapes::Shapes;

/// Replaces the nodes of a model whose `shapes` are known. What has no shape there
/// stays as it is.
///
/// # Errors
/// [`OnnxError::Node`] where attributes contradict each other or the shapes.
pub fn legalise(model: &mut Model, shapes: &Shapes) -> Result<(), OnnxError> {
    let opset = model.opset();
    let graph = model.graph();
    let index = Index::new(graph)?;
    let (mut replacements, mut resize_indices) = (Vec::new(), 0);
    for (position, node) in graph.node.iter().enumerate() {
        let context = NodeContext {
            node,
            shapes,
            index: &index,
            opset,
        };
        if node.op_type == "Resize" && opset == 10 {
            resize_indices = resize::add_indices(&context, resize_indices)?;
        }
        if let Some(replacement) = replacement_of(&context, graph)? {
            replacements.push((position, replacement));
        }
    }
    if !replacements.is_empty() {
        replace(model, replacements);
    }
    Ok(())
}

fn replacement_of(context: &NodeContext, graph: &pb::GraphProto) -> Legalised {
    Ok(match context.node.op_type.as_str() {
        "ConvTranspose" => conv_transpose::conv_transpose(context)?,
        "Squeeze" => squeeze::squeeze(context),
        "Pad" => pad::pad(context)?,
        "Resize" if context.opset == 10 => resize::resize(context)?,
        "Slice" => slice::slice(context, graph)?,
        "Mean" => mean::mean(context),
        "MatMul" => inner_product::matmul(context),
        "Einsum" => inner_product::einsum(context)?,
        _ => None,
    })
}

/// Puts each replacement at the position of its node; positions ascend.
fn replace(model: &mut Model, replacements: Vec<(usize, Replacement)>) {
    let graph = model.graph_mut();
    let mut replacements = replacements.into_iter().peekable();
    let mut nodes = Vec::with_capacity(graph.node.len());
    for (position, node) in std::mem::take(&mut graph.node).into_iter().enumerate() {
        match replacements.next_if(|(at, _)| *at == position) {
            Some((_, replacement)) => {
                nodes.extend(replacement.nodes);
                graph.initializer.extend(replacement.constants);
            }
            None => nodes.push(node),
        }
    }
    graph.node = nodes;
}
