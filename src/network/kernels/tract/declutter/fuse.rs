//! Takes clamps and sums around this project's operations into them.

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::math::{Add, Max, Min};

use super::super::super::common::Clamp;
use super::super::super::windows::{Convolution, Depthwise};

/// A node that bounds every number of a tensor by one constant.
struct ClampNode {
    /// What is bounded.
    input: OutletId,
    value: f32,
    /// Raised to it, as by max(x, value); else lowered to it.
    is_min: bool,
}

fn clamp_node(model: &TypedModel, node: &TypedNode) -> TractResult<Option<ClampNode>> {
    let Some(op) = node.op_as::<TypedBinOp>() else {
        return Ok(None);
    };
    let is_min = op.0.is::<Max>();
    if !is_min && !op.0.is::<Min>() {
        return Ok(None);
    }
    for (input, other) in [(0, 1), (1, 0)] {
        let (input, other) = (node.inputs[input], node.inputs[other]);
        let value = &model.outlet_fact(other)?.uniform;
        let same = model.outlet_fact(input)?.shape == model.outlet_fact(node.id.into())?.shape;
        if let Some(value) = value.as_ref().filter(|_| same) {
            let value = value.cast_to_scalar::<f32>()?;
            return Ok(Some(ClampNode {
                input,
                value,
                is_min,
            }));
        }
    }
    Ok(None)
}

fn is_output(model: &TypedModel, node: &TypedNode) -> TractResult<bool> {
    let outputs = model.output_outlets()?;
    Ok(outputs.iter().any(|output| output.node == node.id))
}

/// Takes a ReLU that only this convolution reads into it.
pub fn fuse_clamp_before(
    model: &TypedModel,
    node: &TypedNode,
    name: &str,
    op: &Depthwise,
) -> TractResult<Option<TypedModelPatch>> {
    let before = model.node(node.inputs[0].node);
    let is_shared = before.outputs[0].successors.len() != 1 || is_output(model, before)?;
    // What pads is 0, and must stay 0.
    let Some(clamp) = clamp_node(model, before)?.filter(|clamp| clamp.is_min && clamp.value <= 0.0)
    else {
        return Ok(None);
    };
    if is_shared || op.input_min != f32::NEG_INFINITY {
        return Ok(None);
    }
    let op = Depthwise {
        input_min: clamp.value,
        ..op.clone()
    };
    let inputs = [clamp.input, node.inputs[1], node.inputs[2]];
    TypedModelPatch::replace_single_op(model, node, &inputs, op)
        .map(|patch| Some(patch.with_context(name.to_owned())))
}

/// An operation that clamps what it gives.
pub trait Clamped: TypedOp + Clone {
    fn clamp_mut(&mut self) -> &mut Clamp;
}

impl Clamped for Depthwise {
    fn clamp_mut(&mut self) -> &mut Clamp {
        &mut self.clamp
    }
}

impl Clamped for Convolution {
    fn clamp_mut(&mut self) -> &mut Clamp {
        &mut self.clamp
    }
}

/// The node that alone reads a node's output, if it may be taken into that.
fn only_reader<'a>(model: &'a TypedModel, node: &TypedNode) -> TractResult<Option<&'a TypedNode>> {
    let [successor] = node.outputs[0].successors.as_slice() else {
        return Ok(None);
    };
    Ok((!is_output(model, node)?).then(|| model.node(successor.node)))
}

/// Takes a ReLU, or half of a ReLU6, that alone reads this operation into it.
pub fn fuse_clamp_behind(
    model: &TypedModel,
    node: &TypedNode,
    op: &impl Clamped,
) -> TractResult<Option<TypedModelPatch>> {
    let Some(reader) = only_reader(model, node)? else {
        return Ok(None);
    };
    let Some(clamp) = clamp_node(model, reader)? else {
        return Ok(None);
    };
    // First raised, then lowered: a lower bound after an upper one must not exceed it.
    let mut op = op.clone();
    let fused = op.clamp_mut();
    if clamp.is_min && clamp.value <= fused.max {
        fused.min = fused.min.max(clamp.value);
    } else if !clamp.is_min && clamp.value >= fused.min {
        fused.max = fused.max.min(clamp.value);
    } else {
        return Ok(None);
    }
    TypedModelPatch::fuse_with_next(model, node, op).map(Some)
}

/// Takes the addition of a tensor of the same shape that alone reads this
/// convolution into it.
pub fn fuse_sum_behind(
    model: &TypedModel,
    node: &TypedNode,
    op: &Convolution,
) -> TractResult<Option<TypedModelPatch>> {
    let Some(sum) = only_reader(model, node)?.filter(|_| !op.adds && !op.clamp.is_bounded()) else {
        return Ok(None);
    };
    let is_sum = sum.op_as::<TypedBinOp>().is_some_and(|op| op.0.is::<Add>());
    let mut others = sum.inputs.iter().filter(|input| input.node != node.id);
    let (Some(&other), None) = (others.next(), others.next()) else {
        return Ok(None);
    };
    let same = model.outlet_fact(other)?.shape == node.outputs[0].fact.shape;
    if !is_sum || !same || model.outlet_fact(other)?.datum_type != f32::datum_type() {
        return Ok(None);
    }
    let op = Convolution {
        adds: true,
        ..op.clone()
    };
    let mut patch = TypedModelPatch::default();
    let inputs = [
        patch.tap_model(model, node.inputs[0])?,
        patch.tap_model(model, other)?,
    ];
    let wire = patch.wire_node(&sum.name, op, &inputs)?;
    patch.shunt_outside(model, sum.id.into(), wire[0])?;
    Ok(Some(patch))
}
