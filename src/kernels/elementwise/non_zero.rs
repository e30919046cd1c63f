//! Where a tensor is not 0: ONNX's Cast of float32 to truth.

use tract_onnx::tract_core::internal::*;

use super::super::common::{parallel_chunks, tensor_filled_by};

/// x ≠ 0 for each element of a float32 tensor; a NaN is not 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NonZero;

impl Op for NonZero {
    fn name(&self) -> StaticName {
        "GradcamNonZero".into()
    }

    op_as_typed_op!();
}

impl EvalOp for NonZero {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let elements = input.try_as_plain_ram()?.as_slice::<f32>()?;
        // Safety: every element of each chunk is written.
        let output = unsafe {
            tensor_filled_by(input.shape(), |out| {
                let work = out.len();
                parallel_chunks(out, 1, work, |first, out| {
                    for (truth, &element) in out.iter_mut().zip(&elements[first..]) {
                        truth.write(element != 0.0);
                    }
                    Ok(())
                })
            })?
        };
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for NonZero {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(bool::fact(inputs[0].shape.clone())))
    }

    as_op!();
}
