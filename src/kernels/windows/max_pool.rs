//! Max pooling.

use std::mem::MaybeUninit;

use tract_onnx::tract_core::internal::*;

use super::super::common::{LANES, Lanes, tensor_filled_by};
use super::sliding_window::{Geometry, PaddedPlane, PlaneFill, write_row};

/// Max pooling. Input: x […, C, h, w]; output: […, C, h', w'], the greatest element of each
/// window, padded with −∞.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxPooling {
    pub geometry: Geometry,
}

impl Op for MaxPooling {
    fn name(&self) -> StaticName {
        "GradcamMaxPooling".into()
    }

    fn info(&self) -> TractResult<Vec<String>> {
        Ok(vec![format!("{self:?}")])
    }

    op_as_typed_op!();
}

impl EvalOp for MaxPooling {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let input = args_1!(inputs);
        let geometry = &self.geometry;
        let shape = geometry.output_shape(input.shape())?;
        let input = input.to_plain_array_view::<f32>()?;
        let input = input
            .as_slice()
            .context("max pooling wants a contiguous tensor")?;
        let fill = PlaneFill {
            padding: f32::NEG_INFINITY,
            min: f32::NEG_INFINITY,
        };
        let pool = |_: usize, plane: &mut [MaybeUninit<f32>], padded: &PaddedPlane| match padded
            .taps
            .len()
        {
            4 => self.plane::<4>(plane, padded),
            9 => self.plane::<9>(plane, padded),
            _ => self.any_plane(plane, padded),
        };
        // Safety: `parallel_planes` calls `pool` for every plane of the output, and that
        // writes every row.
        let output = unsafe {
            tensor_filled_by(&shape, |planes| {
                geometry.parallel_planes(input, planes, fill, pool)
            })?
        };
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for MaxPooling {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [input] = inputs else {
            bail!("max pooling has one input, not {}", inputs.len());
        };
        let shape = input
            .shape
            .as_concrete()
            .context("its shape must be known")?;
        Ok(tvec!(f32::fact(self.geometry.output_shape(shape)?)))
    }

    as_op!();
}

impl MaxPooling {
    /// A plane whose number of taps is a constant.
    #[inline(never)]
    fn plane<const TAPS: usize>(&self, plane: &mut [MaybeUninit<f32>], padded: &PaddedPlane) {
        let taps: [usize; TAPS] = std::array::from_fn(|tap| padded.taps[tap]);
        self.rows(plane, padded, &taps);
    }

    #[inline(never)]
    fn any_plane(&self, plane: &mut [MaybeUninit<f32>], padded: &PaddedPlane) {
        self.rows(plane, padded, &padded.taps);
    }

    #[inline(always)]
    fn rows(&self, plane: &mut [MaybeUninit<f32>], padded: &PaddedPlane, taps: &[usize]) {
        for (row, to) in plane.chunks_exact_mut(self.geometry.output.1).enumerate() {
            let from = padded.vector_row(&self.geometry, row);
            write_row(to, |column| {
                let mut max = Lanes::splat(f32::NEG_INFINITY);
                for &tap in taps {
                    debug_assert!(tap + column + LANES <= from.len());
                    // Safety: `tap` is one of `padded.taps`, and `column` one of those of
                    // `write_row`: `vector_row` has LANES elements from their sum on.
                    max = max.max(unsafe { Lanes::load(from.as_ptr().add(tap + column)) });
                }
                max
            });
        }
    }
}
