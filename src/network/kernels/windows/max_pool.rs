//! Max pooling.

use tract_onnx::tract_core::internal::*;

use super::super::common::Lanes;
use super::sliding_window::{Geometry, PaddedPlane, PlaneFill, write_row};

/// The greatest number of each window. Input: […, C, h, w]; output: […, C, h', w'].
/// What pads is −∞.
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
        // Safety: every element is written below.
        let mut output = unsafe { Tensor::uninitialized::<f32>(&shape)? };
        let input = input.to_plain_array_view::<f32>()?;
        let input = input
            .as_slice()
            .context("max pooling wants a contiguous tensor")?;
        let mut plain = output.try_as_plain_ram_mut()?;
        let planes = plain.as_slice_mut::<f32>()?;
        let fill = PlaneFill {
            padding: f32::NEG_INFINITY,
            min: f32::NEG_INFINITY,
        };
        geometry.parallel_planes(input, planes, fill, |_, plane, padded| {
            match padded.taps.len() {
                4 => self.plane::<4>(plane, padded),
                9 => self.plane::<9>(plane, padded),
                _ => self.any_plane(plane, padded),
            }
        })?;
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
    #[inline(never)]
    fn plane<const TAPS: usize>(&self, plane: &mut [f32], padded: &PaddedPlane) {
        let taps: [usize; TAPS] = std::array::from_fn(|tap| padded.taps[tap]);
        self.rows(plane, padded, &taps);
    }

    #[inline(never)]
    fn any_plane(&self, plane: &mut [f32], padded: &PaddedPlane) {
        self.rows(plane, padded, &padded.taps);
    }

    #[inline(always)]
    fn rows(&self, plane: &mut [f32], padded: &PaddedPlane, taps: &[usize]) {
        for (row, to) in plane.chunks_exact_mut(self.geometry.output.1).enumerate() {
            let from = padded.row(&self.geometry, row).as_ptr();
            write_row(to, |column| {
                let mut max = Lanes::splat(f32::NEG_INFINITY);
                for &tap in taps {
                    // Safety: the padded plane holds every tap of a whole vector.
                    max = max.max(unsafe { Lanes::load(from.add(tap + column)) });
                }
                max
            });
        }
    }
}
