//! Broadcasts that a matrix product reads.
//!
//! tract takes away a broadcast in front of an `EinSum`, also where the product has the
//! axis in its output, and then refuses the graph since a shape has changed. Such
//! broadcasts are frequent in gradient branches: that of a mean over all pixels is one.
//! An operation that tract does not know does the same and stays.

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
    let leads_to_product = leads_to_product(model)?;
    for (id, leads_to_product) in leads_to_product.into_iter().enumerate() {
        if let Some(broadcast) = model.node(id).op_as::<MultiBroadcastTo>()
            && leads_to_product
        {
            let shape = broadcast.shape.clone();
            model.node_mut(id).op = Box::new(RepeatAxes { shape });
        }
    }
    Ok(())
}

/// For each node, whether operations that tract moves a broadcast over lead from it to an
/// `EinSum`.
fn leads_to_product(model: &TypedModel) -> TractResult<Vec<bool>> {
    let mut leads = vec![false; model.nodes().len()];
    for id in model.eval_order()?.into_iter().rev() {
        let outputs = model.node(id).outputs.iter();
        leads[id] = outputs.flat_map(|output| &output.successors).any(|reader| {
            let node = model.node(reader.node);
            let is_crossed = node.op_is::<AxisOp>()
                || node.op_is::<TypedBinOp>()
                || node.op_is::<ElementWiseOp>();
            node.op_is::<EinSum>() || (is_crossed && leads[node.id])
        });
    }
    Ok(leads)
}
