//! Depthwise convolution, fused with the activations before and after it and with the
//! bias.

use std::mem::MaybeUninit;

use tract_onnx::tract_core::internal::*;

use super::super::common::{Clamp, LANES, Lanes, parallel_chunks, tensor_filled_by};
use super::depthwise_3x3::{self, Channel};
use super::sliding_window::{Geometry, PaddedPlane, PlaneFill, write_row};

/// Depthwise convolution. Inputs: x […, C, h, w]; kernel `[C, kh·kw]`; bias `[C]`; perhaps a mask
/// of truths […, C, h', w'], with which the output is multiplied; and behind that perhaps a summand
/// of the same shape, which is added in the end. Output: […, C, h', w'].
///
/// y = min(max(bias + Σ kernel · max(x, `input_min`), clamp.min), clamp.max). Padding
/// adds zeros, hence `input_min` ≤ 0.
#[derive(Clone, Debug)]
pub struct Depthwise {
    pub geometry: Geometry,
    /// Activation before: 0 for ReLU, −∞ for none.
    pub input_min: f32,
    /// Activation after.
    pub clamp: Clamp,
}

impl PartialEq for Depthwise {
    fn eq(&self, other: &Self) -> bool {
        self.geometry == other.geometry
            && self.input_min.to_bits() == other.input_min.to_bits()
            && self.clamp == other.clamp
    }
}

impl Eq for Depthwise {}

impl Op for Depthwise {
    fn name(&self) -> StaticName {
        "GradcamDepthwise".into()
    }

    fn info(&self) -> TractResult<Vec<String>> {
        Ok(vec![format!("{self:?}")])
    }

    fn validation(&self) -> Validation {
        Validation::Rounding
    }

    op_as_typed_op!();
}

impl EvalOp for Depthwise {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let [input, kernel, bias, others @ ..] = &*inputs else {
            bail!("a depthwise convolution has three inputs to five");
        };
        let shape = self.geometry.output_shape(input.shape())?;
        let (input, kernel, bias) = (
            input.to_plain_array_view::<f32>()?,
            kernel.to_plain_array_view::<f32>()?,
            bias.to_plain_array_view::<f32>()?,
        );
        let slices = (input.as_slice(), kernel.as_slice(), bias.as_slice());
        let (Some(input), Some(kernel), Some(bias)) = slices else {
            bail!("a depthwise convolution wants contiguous tensors");
        };
        let mask = others
            .first()
            .map(|mask| mask.try_as_plain_ram()?.as_slice::<bool>());
        let summand = others
            .get(1)
            .map(|summand| summand.try_as_plain_ram()?.as_slice::<f32>());
        let (mask, summand) = (mask.transpose()?, summand.transpose()?);
        let len = shape.iter().product::<usize>();
        ensure!(mask.is_none_or(|mask| mask.len() == len));
        ensure!(summand.is_none_or(|summand| summand.len() == len));
        let operands = Operands {
            kernel,
            bias,
            mask,
            summand,
        };
        // Safety: both branches of `planes` write every row of every plane.
        let output =
            unsafe { tensor_filled_by(&shape, |output| self.planes(input, output, &operands))? };
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for Depthwise {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [input, kernel, bias, others @ ..] = inputs else {
            bail!(
                "a depthwise convolution has three inputs to five, not {}",
                inputs.len()
            );
        };
        ensure!(kernel.rank() == 2 && bias.rank() == 1);
        let shape = input
            .shape
            .as_concrete()
            .context("its shape must be known")?;
        let shape = self.geometry.output_shape(shape)?;
        ensure!(others.len() <= 2);
        for (other, datum_type) in others.iter().zip([bool::datum_type(), f32::datum_type()]) {
            let has_same_shape = other.shape.as_concrete() == Some(&*shape);
            ensure!(has_same_shape && other.datum_type == datum_type);
        }
        Ok(tvec!(f32::fact(shape)))
    }

    fn cost(&self, inputs: &[&TypedFact]) -> TractResult<TVec<(Cost, TDim)>> {
        let taps = self.geometry.kernel.0 * self.geometry.kernel.1;
        let planes = inputs[0].shape.volume() / self.geometry.input_len();
        Ok(tvec!((
            Cost::FMA(f32::datum_type()),
            planes * (taps * self.geometry.output_len())
        )))
    }

    as_op!();
}

/// What a plane is computed from, besides the input.
struct Operands<'a> {
    kernel: &'a [f32],
    bias: &'a [f32],
    mask: Option<&'a [bool]>,
    summand: Option<&'a [f32]>,
}

impl Operands<'_> {
    /// Multiplies a plane of the output by its part of the mask, and adds its part of the summand.
    ///
    /// # Safety
    /// Every element of the plane must have been written.
    unsafe fn mask_and_add(&self, index: usize, plane: &mut [MaybeUninit<f32>]) {
        let Some(mask) = self.mask else {
            return;
        };
        let first = index * plane.len();
        let masked = plane
            .iter_mut()
            .zip(&mask[first..])
            .map(|(element, &truth)| {
                // Safety: the caller's promise.
                let value = unsafe { element.assume_init() };
                (element, value * f32::from(u8::from(truth)))
            });
        if let Some(summand) = self.summand {
            for ((element, value), summand) in masked.zip(&summand[first..]) {
                element.write(value + summand);
            }
        } else {
            for (element, value) in masked {
                element.write(value);
            }
        }
    }
}

impl Depthwise {
    /// Computes, and so initialises, all planes of the output.
    fn planes(
        &self,
        input: &[f32],
        output: &mut [MaybeUninit<f32>],
        operands: &Operands,
    ) -> TractResult<()> {
        if depthwise_3x3::is_possible(&self.geometry) {
            return self.planes_3x3(input, output, operands);
        }
        let Operands { kernel, bias, .. } = operands;
        let fill = PlaneFill {
            padding: 0.0,
            min: self.input_min,
        };
        (self.geometry).parallel_planes(input, output, fill, |index, plane, padded| {
            let channel = index % bias.len();
            let taps = padded.taps.len();
            let weights = &kernel[channel * taps..][..taps];
            match taps {
                9 => self.plane::<9>(plane, padded, weights, bias[channel]),
                25 => self.plane::<25>(plane, padded, weights, bias[channel]),
                _ => self.any_plane(plane, padded, weights, bias[channel]),
            }
            // Safety: each of the three writes every row.
            unsafe { operands.mask_and_add(index, plane) };
        })
    }

    /// The same without padded copies of the planes.
    fn planes_3x3(
        &self,
        input: &[f32],
        output: &mut [MaybeUninit<f32>],
        operands: &Operands,
    ) -> TractResult<()> {
        let Operands { kernel, bias, .. } = operands;
        let zeros = vec![0.0; self.geometry.input.1];
        let (len, work) = (self.geometry.output_len(), output.len());
        parallel_chunks(output, len, work, |first, planes| {
            for (index, plane) in (first..).zip(planes.chunks_exact_mut(len)) {
                let channel = index % bias.len();
                let weights = std::array::from_fn(|tap| {
                    Lanes::splat(kernel[channel * depthwise_3x3::TAPS + tap])
                });
                let channel = Channel {
                    geometry: &self.geometry,
                    input_min: self.input_min,
                    clamp: self.clamp,
                    weights,
                    bias: Lanes::splat(bias[channel]),
                    zeros: &zeros,
                };
                channel.run(&input[index * len..][..len], plane);
                // Safety: `run` writes every row.
                unsafe { operands.mask_and_add(index, plane) };
            }
            Ok(())
        })
    }

    /// A plane whose number of taps is a constant: as many weights as possible stay in
    /// registers.
    #[inline(never)]
    fn plane<const TAPS: usize>(
        &self,
        plane: &mut [MaybeUninit<f32>],
        padded: &PaddedPlane,
        weights: &[f32],
        bias: f32,
    ) {
        let taps: [usize; TAPS] = std::array::from_fn(|tap| padded.taps[tap]);
        let weights: [Lanes; TAPS] = std::array::from_fn(|tap| Lanes::splat(weights[tap]));
        self.rows(plane, padded, &taps, &weights, Lanes::splat(bias));
    }

    #[inline(never)]
    fn any_plane(
        &self,
        plane: &mut [MaybeUninit<f32>],
        padded: &PaddedPlane,
        weights: &[f32],
        bias: f32,
    ) {
        let weights: Vec<Lanes> = weights.iter().copied().map(Lanes::splat).collect();
        let bias = Lanes::splat(bias);
        self.rows(plane, padded, &padded.taps, &weights, bias);
    }

    #[inline(always)]
    fn rows(
        &self,
        plane: &mut [MaybeUninit<f32>],
        padded: &PaddedPlane,
        taps: &[usize],
        weights: &[Lanes],
        bias: Lanes,
    ) {
        let clamp = self.clamp.splat();
        for (row, to) in plane.chunks_exact_mut(self.geometry.output.1).enumerate() {
            let from = padded.vector_row(&self.geometry, row);
            write_row(to, |column| {
                let mut sum = bias;
                for (&tap, weight) in taps.iter().zip(weights) {
                    debug_assert!(tap + column + LANES <= from.len());
                    // Safety: `tap` is one of `padded.taps`, and `column` one of those of
                    // `write_row`: `vector_row` has LANES elements from their sum on.
                    let value = unsafe { Lanes::load(from.as_ptr().add(tap + column)) };
                    sum = value.mul_add(*weight, sum);
                }
                clamp.apply(sum)
            });
        }
    }
}
