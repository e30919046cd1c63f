//! Max pooling.

use tract_onnx::tract_core::internal::*;

use super::lanes::Lanes;
use super::planes::{Geometry, Scratch, write_row};

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
        let bounds = (f32::NEG_INFINITY, f32::NEG_INFINITY);
        geometry.each_plane(input, planes, bounds, |_, plane, scratch| {
            match scratch.taps.len() {
                4 => self.plane::<4>(plane, scratch),
                9 => self.plane::<9>(plane, scratch),
                _ => self.any_plane(plane, scratch),
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
    fn plane<const TAPS: usize>(&self, plane: &mut [f32], scratch: &Scratch) {
        let taps: [usize; TAPS] = std::array::from_fn(|tap| scratch.taps[tap]);
        self.rows(plane, scratch, &taps);
    }

    #[inline(never)]
    fn any_plane(&self, plane: &mut [f32], scratch: &Scratch) {
        self.rows(plane, scratch, &scratch.taps);
    }

    #[inline(always)]
    fn rows(&self, plane: &mut [f32], scratch: &Scratch, taps: &[usize]) {
        for (row, to) in plane.chunks_exact_mut(self.geometry.output.1).enumerate() {
            let from = scratch.row(&self.geometry, row).as_ptr();
            write_row(to, |column| {
                let mut most = Lanes::splat(f32::NEG_INFINITY);
                for &tap in taps {
                    // Safety: the scratch plane holds every tap of a whole vector.
                    most = most.max(unsafe { Lanes::load(from.add(tap + column)) });
                }
                most
            });
        }
    }
}
