//! Fuses clamps, sums and masks beside the operations of `windows` into them.

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::binary::{BinMiniOp, TypedBinOp};
use tract_onnx::tract_core::ops::cast::Cast;
use tract_onnx::tract_core::ops::math::{Add, Max, Min, Mul};

use super::super::super::common::Clamp;
use super::super::super::windows::{Convolution, Depthwise};

/// A node max(x, `bound`) or min(x, `bound`), element by element.
struct ClampNode {
    /// x.
    input: OutletId,
    bound: f32,
    kind: BoundKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BoundKind {
    /// A lower bound: max(x, bound).
    Min,
    /// An upper bound: min(x, bound).
    Max,
}

/// The node as a [`ClampNode`], if it is one whose bound is a constant scalar.
fn clamp_node(model: &TypedModel, node: &TypedNode) -> TractResult<Option<ClampNode>> {
    let Some(op) = node.op_as::<TypedBinOp>() else {
        return Ok(None);
    };
    let kind = if op.0.is::<Max>() {
        BoundKind::Min
    } else if op.0.is::<Min>() {
        BoundKind::Max
    } else {
        return Ok(None);
    };
    for (input, other) in [(0, 1), (1, 0)] {
        let (input, other) = (node.inputs[input], node.inputs[other]);
        let bound = &model.outlet_fact(other)?.uniform;
        let has_same_shape =
            model.outlet_fact(input)?.shape == model.outlet_fact(node.id.into())?.shape;
        if let Some(bound) = bound.as_ref().filter(|_| has_same_shape) {
            let bound = bound.cast_to_scalar::<f32>()?;
            return Ok(Some(ClampNode { input, bound, kind }));
        }
    }
    Ok(None)
}

fn is_output(model: &TypedModel, node: &TypedNode) -> TractResult<bool> {
    let outputs = model.output_outlets()?;
    Ok(outputs.iter().any(|output| output.node == node.id))
}

/// Fuses a ReLU whose only successor is this convolution into it.
///
/// # Errors
/// tract's own.
pub fn fuse_clamp_before(
    model: &TypedModel,
    node: &TypedNode,
) -> TractResult<Option<TypedModelPatch>> {
    let Some(op) = node.op_as::<Depthwise>() else {
        return Ok(None);
    };
    let before = model.node(node.inputs[0].node);
    let is_shared = before.outputs[0].successors.len() != 1 || is_output(model, before)?;
    // The padding is 0, and must be 0 after the clamp, too.
    let Some(clamp) = clamp_node(model, before)?
        .filter(|clamp| clamp.kind == BoundKind::Min && clamp.bound <= 0.0)
    else {
        return Ok(None);
    };
    if is_shared || op.input_min != f32::NEG_INFINITY {
        return Ok(None);
    }
    let op = Depthwise {
        input_min: clamp.bound,
        ..op.clone()
    };
    let mut inputs = node.inputs.clone();
    inputs[0] = clamp.input;
    TypedModelPatch::replace_single_op(model, node, &inputs, op)
        .map(|patch| Some(patch.with_context(node.name.clone())))
}

/// An operation that clamps its output.
pub trait Clamped: TypedOp + Clone {
    fn clamp_mut(&mut self) -> &mut Clamp;

    /// Whether nothing is done after the clamp.
    fn ends_with_clamp(node: &TypedNode) -> bool;
}

impl Clamped for Depthwise {
    fn clamp_mut(&mut self) -> &mut Clamp {
        &mut self.clamp
    }

    fn ends_with_clamp(node: &TypedNode) -> bool {
        !is_masked(node)
    }
}

impl Clamped for Convolution {
    fn clamp_mut(&mut self) -> &mut Clamp {
        &mut self.clamp
    }

    fn ends_with_clamp(_: &TypedNode) -> bool {
        true
    }
}

/// A node's successor if it has only one and is no output of the model: it may be fused.
///
/// # Errors
/// tract's own.
pub fn sole_successor<'a>(
    model: &'a TypedModel,
    node: &TypedNode,
) -> TractResult<Option<&'a TypedNode>> {
    let [successor] = node.outputs[0].successors.as_slice() else {
        return Ok(None);
    };
    Ok((!is_output(model, node)?).then(|| model.node(successor.node)))
}

/// Fuses a ReLU, or one of the two bounds of a ReLU6, that is the only successor of this
/// operation into it.
///
/// # Errors
/// tract's own.
pub fn fuse_clamp_after<T: Clamped>(
    model: &TypedModel,
    node: &TypedNode,
) -> TractResult<Option<TypedModelPatch>> {
    let Some(op) = node.op_as::<T>().filter(|_| T::ends_with_clamp(node)) else {
        return Ok(None);
    };
    let Some(successor) = sole_successor(model, node)? else {
        return Ok(None);
    };
    let Some(clamp) = clamp_node(model, successor)? else {
        return Ok(None);
    };
    // `Clamp` applies its lower bound first: the bounds only commute if min <= max.
    let mut op = op.clone();
    let fused = op.clamp_mut();
    match clamp.kind {
        BoundKind::Min if clamp.bound <= fused.max => fused.min = fused.min.max(clamp.bound),
        BoundKind::Max if clamp.bound >= fused.min => fused.max = fused.max.min(clamp.bound),
        BoundKind::Min | BoundKind::Max => return Ok(None),
    }
    TypedModelPatch::fuse_with_next(model, node, op).map(Some)
}

fn is_binary<T: BinMiniOp>(node: &TypedNode) -> bool {
    let op = node.op_as::<TypedBinOp>();
    op.is_some_and(|op| op.0.is::<T>())
}

/// Whether a depthwise convolution has a mask.
fn is_masked(node: &TypedNode) -> bool {
    node.inputs.len() > 3
}

/// Fuses the product with truths, if it is the only successor of this depthwise convolution,
/// into it: the gradient of a ReLU.
///
/// # Errors
/// tract's own.
pub fn fuse_mask_after(
    model: &TypedModel,
    node: &TypedNode,
) -> TractResult<Option<TypedModelPatch>> {
    if !node.op_is::<Depthwise>() || is_masked(node) {
        return Ok(None);
    }
    let Some(product) = sole_successor(model, node)? else {
        return Ok(None);
    };
    let mut others = product.inputs.iter().filter(|input| input.node != node.id);
    let (Some(&other), None) = (others.next(), others.next()) else {
        return Ok(None);
    };
    let cast = model.node(other.node);
    if !is_binary::<Mul>(product) || !cast.op_is::<Cast>() {
        return Ok(None);
    }
    let truths = model.outlet_fact(cast.inputs[0])?;
    let shape = &node.outputs[0].fact.shape;
    if truths.datum_type != bool::datum_type() || truths.shape != *shape {
        return Ok(None);
    }
    let mut patch = TypedModelPatch::default();
    let inputs = node.inputs.iter().chain([&cast.inputs[0]]);
    let inputs: Vec<_> = inputs
        .map(|&input| patch.tap_model(model, input))
        .collect::<TractResult<_>>()?;
    let wire = patch.wire_node(&product.name, node.op.clone(), &inputs)?;
    patch.shunt_outside(model, product.id.into(), wire[0])?;
    Ok(Some(patch))
}

/// This convolution, adding one more input, if it can; a depthwise one can behind a mask.
fn adding(node: &TypedNode) -> Option<Box<dyn TypedOp>> {
    if let Some(op) = node.op_as::<Convolution>() {
        let adds = Convolution {
            adds: true,
            ..op.clone()
        };
        return (!op.adds && !op.clamp.is_bounded()).then(|| adds.into());
    }
    let op = node.op_as::<Depthwise>().filter(|_| node.inputs.len() == 4);
    op.map(|op| op.clone().into())
}

/// Fuses the addition of a tensor of the same shape, if it is the only successor of this
/// convolution, into it.
///
/// # Errors
/// tract's own.
pub fn fuse_sum_after(
    model: &TypedModel,
    node: &TypedNode,
) -> TractResult<Option<TypedModelPatch>> {
    let Some(op) = adding(node) else {
        return Ok(None);
    };
    let Some(sum) = sole_successor(model, node)? else {
        return Ok(None);
    };
    let mut others = sum.inputs.iter().filter(|input| input.node != node.id);
    let (Some(&other), None) = (others.next(), others.next()) else {
        return Ok(None);
    };
    let has_same_shape = model.outlet_fact(other)?.shape == node.outputs[0].fact.shape;
    if !is_binary::<Add>(sum)
        || !has_same_shape
        || model.outlet_fact(other)?.datum_type != f32::datum_type()
    {
        return Ok(None);
    }
    let mut patch = TypedModelPatch::default();
    let inputs = node.inputs.iter().chain([&other]);
    let inputs: Vec<_> = inputs
        .map(|&input| patch.tap_model(model, input))
        .collect::<TractResult<_>>()?;
    let wire = patch.wire_node(&sum.name, op, &inputs)?;
    patch.shunt_outside(model, sum.id.into(), wire[0])?;
    Ok(Some(patch))
}
