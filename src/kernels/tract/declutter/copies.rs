//! Replaces tract's slices, transpositions and paddings by strided copies.
//!
//! Zero insertion in front of a convolution's gradient is one: a padding of axes of size 1,
//! whose elements tract copies one by one.

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::array::{Pad, PadMode, Slice};

use super::super::super::copies::{StridedCopy, StridedView};
use super::fuse::sole_successor;

/// A [`StridedCopy`] for a padding, slice or transposition and those before it that are read
/// by nothing else.
///
/// # Errors
/// tract's own.
pub fn strided_copy(model: &TypedModel, node: &TypedNode) -> TractResult<Option<TypedModelPatch>> {
    if !is_copy(node) && padding(node).is_none() || is_taken_by_reader(model, node)? {
        return Ok(None);
    }
    let Some((input, view, _)) = longest_view(model, node)? else {
        return Ok(None);
    };
    let none = || (vec![(0, 0); view.axes.len()], 0.0);
    let (padding, value) = padding(node).unwrap_or_else(none);
    let elements = model.outlet_fact(input)?.shape.volume().to_usize()?;
    let Some(op) = StridedCopy::new(elements, view, padding, value) else {
        return Ok(None);
    };
    TypedModelPatch::replace_single_op(model, node, &[input], op)
        .map(|patch| Some(patch.with_context(node.name.clone())))
}

/// Whether a copy behind a node copies in its place.
fn is_taken_by_reader(model: &TypedModel, node: &TypedNode) -> TractResult<bool> {
    let mut before = node;
    while let Some(reader) = sole_successor(model, before)?.filter(|_| is_copy(node)) {
        if is_copy(reader) || padding(reader).is_some() {
            let view = longest_view(model, reader)?;
            return Ok(view.is_some_and(|(_, _, nodes)| nodes.contains(&node.id)));
        }
        if !reader.op_is::<AxisOp>() {
            return Ok(false);
        }
        before = reader;
    }
    Ok(false)
}

/// The nodes that may be views of one tensor, from the last one to the first: `node`, unless
/// it pads, and those before it that are read by nothing else.
fn views<'a>(model: &'a TypedModel, node: &'a TypedNode) -> TractResult<Vec<&'a TypedNode>> {
    let mut views: Vec<&TypedNode> = Some(node)
        .filter(|node| is_copy(node))
        .into_iter()
        .collect();
    let mut first = node;
    loop {
        let before = model.node(first.inputs[0].node);
        let is_view = is_copy(before) || before.op_is::<AxisOp>();
        if !is_view || sole_successor(model, before)?.is_none() {
            return Ok(views);
        }
        views.push(before);
        first = before;
    }
}

/// What as many nodes as possible make of a tensor before `node`: that tensor, its view, and
/// these nodes. `None` for a tensor that is not float32 or of unknown size.
fn longest_view(
    model: &TypedModel,
    node: &TypedNode,
) -> TractResult<Option<(OutletId, StridedView, Vec<usize>)>> {
    let mut views = views(model, node)?;
    loop {
        let input = views.last().unwrap_or(&node).inputs[0];
        let fact = model.outlet_fact(input)?;
        let shape = fact.shape.as_concrete();
        let Some(shape) = shape.filter(|_| fact.datum_type == f32::datum_type()) else {
            return Ok(None);
        };
        let mut view = StridedView::of(shape);
        let unfit = (views.iter().rev()).position(|node| !apply(node, &mut view));
        let Some(unfit) = unfit else {
            let nodes = views.iter().map(|node| node.id).collect();
            return Ok(Some((input, view, nodes)));
        };
        views.truncate(views.len() - 1 - unfit);
        if views.is_empty() && is_copy(node) {
            return Ok(None);
        }
    }
}

/// Elements before and behind each axis, and their value, of a padding by a constant.
fn padding(node: &TypedNode) -> Option<(Vec<(usize, usize)>, f32)> {
    let op = node.op_as::<Pad>()?;
    let PadMode::Constant(value) = &op.mode else {
        return None;
    };
    Some((op.pads.clone(), value.cast_to_scalar::<f32>().ok()?))
}

/// Whether a node is a slice or a transposition, which copies.
fn is_copy(node: &TypedNode) -> bool {
    node.op_is::<Slice>() || matches!(node.op_as(), Some(AxisOp::Move(_, _)))
}

/// Makes of a view what a node makes of it; whether that is a view.
fn apply(node: &TypedNode, view: &mut StridedView) -> bool {
    let known = |size: &TDim| size.to_usize().ok();
    if let Some(slice) = node.op_as::<Slice>() {
        let (Some(start), Some(end)) = (known(&slice.start), known(&slice.end)) else {
            return false;
        };
        view.slice(slice.axis, start, end);
        return true;
    }
    match node.op_as() {
        Some(&AxisOp::Move(from, to)) => view.move_axis(from, to),
        Some(&AxisOp::Add(axis)) => view.add_axis(axis),
        Some(&AxisOp::Rm(axis)) => view.remove_axis(axis),
        Some(AxisOp::Reshape(first, from, to)) => {
            let sizes: Option<Vec<usize>> = to.iter().map(known).collect();
            return sizes.is_some_and(|sizes| view.reshape(*first, from.len(), &sizes));
        }
        None => return false,
    }
    true
}
