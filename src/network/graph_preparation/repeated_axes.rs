//! Broadcasts that a matrix product reads.
//!
//! tract takes away a broadcast in front of an `EinSum`, also where the product has the
//! axis in its output, and then refuses the graph since a shape has changed. Such
//! broadcasts are frequent in gradient branches: that of a mean over all pixels is one.
//! An operation that tract does not know does the same and stays.

use std::collections::HashSet;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::array::MultiBroadcastTo;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::change_axes::AxisOp;
use tract_onnx::tract_core::ops::einsum::EinSum;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;

/// Repeats its input along axes of size 1.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RepeatAxes {
    shape: ShapeFact,
}

impl Op for RepeatAxes {
    fn name(&self) -> StaticName {
        "GradcamRepeatAxes".into()
    }

    op_as_typed_op!();
}

impl EvalOp for RepeatAxes {
    op_out_of_plan!();

    fn eval(&self, context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let shape = self.shape.eval_to_usize(context.symbols)?;
        let input = inputs.first().context("nothing to repeat")?;
        Ok(tvec!(input.broadcast_to_shape(&shape)?.into_tvalue()))
    }
}

impl TypedOp for RepeatAxes {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let input = inputs.first().context("nothing to repeat")?;
        Ok(tvec!(input.datum_type.fact(self.shape.clone())))
    }

    as_op!();
}

/// Puts [`RepeatAxes`] in the place of every broadcast that tract could move to an `EinSum`.
pub fn keep_broadcasts(model: &mut TypedModel) -> TractResult<()> {
    for id in 0..model.nodes().len() {
        let Some(broadcast) = model.node(id).op_as::<MultiBroadcastTo>() else {
            continue;
        };
        let shape = broadcast.shape.clone();
        if reaches_product(model, id) {
            model.node_mut(id).op = Box::new(RepeatAxes { shape });
        }
    }
    Ok(())
}

/// Whether operations that tract moves a broadcast over lead from here to an `EinSum`.
fn reaches_product(model: &TypedModel, from: usize) -> bool {
    let mut open = vec![from];
    let mut seen = HashSet::from([from]);
    while let Some(id) = open.pop() {
        for output in &model.node(id).outputs {
            for successor in &output.successors {
                let node = model.node(successor.node);
                if node.op_is::<EinSum>() {
                    return true;
                }
                let is_crossed = node.op_is::<AxisOp>()
                    || node.op_is::<TypedBinOp>()
                    || node.op_is::<ElementWiseOp>();
                if is_crossed && seen.insert(node.id) {
                    open.push(node.id);
                }
            }
        }
    }
    false
}
