//! Convolution of each channel with its own kernel, with the ReLU before it, the
//! bias and the ReLU behind it in the same pass.

use tract_onnx::tract_core::internal::*;

use super::around::{self, Channel};
use super::lanes::Lanes;
use super::planes::{Geometry, Scratch, write_row};
use super::together::in_chunks;

/// Depthwise convolution. Inputs: x […, C, h, w]; kernel [C, kh·kw]; bias: C numbers.
/// Output: […, C, h', w'].
///
/// y = min(max(bias + Σ kernel · max(x, `floor`), `least`), `most`), where a bound
/// that is not wanted is infinite. Padding adds zeros, hence `floor` ≤ 0.
#[derive(Clone, Debug)]
pub struct Depthwise {
    pub geometry: Geometry,
    /// Activation before: 0 for ReLU.
    pub floor: f32,
    /// Activation behind: 0 for ReLU.
    pub least: f32,
    /// Activation behind: 6 for ReLU6.
    pub most: f32,
}

impl PartialEq for Depthwise {
    fn eq(&self, other: &Self) -> bool {
        let bounds = |op: &Depthwise| [op.floor, op.least, op.most].map(f32::to_bits);
        self.geometry == other.geometry && bounds(self) == bounds(other)
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
        let (input, kernel, bias) = args_3!(inputs);
        let shape = self.geometry.output_shape(input.shape())?;
        // Safety: every element is written below.
        let mut output = unsafe { Tensor::uninitialized::<f32>(&shape)? };
        let (input, kernel, bias) = (
            input.to_plain_array_view::<f32>()?,
            kernel.to_plain_array_view::<f32>()?,
            bias.to_plain_array_view::<f32>()?,
        );
        let slices = (input.as_slice(), kernel.as_slice(), bias.as_slice());
        let (Some(input), Some(kernel), Some(bias)) = slices else {
            bail!("a depthwise convolution wants contiguous tensors");
        };
        let mut plain = output.try_as_plain_ram_mut()?;
        let planes = plain.as_slice_mut::<f32>()?;
        if around::is_possible(&self.geometry) {
            self.around_pixels(input, planes, kernel, bias)?;
            return Ok(tvec!(output.into_tvalue()));
        }
        let bounds = (0.0, self.floor);
        (self.geometry).each_plane(input, planes, bounds, |number, plane, scratch| {
            let channel = number % bias.len();
            let taps = scratch.taps.len();
            let weights = &kernel[channel * taps..][..taps];
            match taps {
                9 => self.plane::<9>(plane, scratch, weights, bias[channel]),
                25 => self.plane::<25>(plane, scratch, weights, bias[channel]),
                _ => self.any_plane(plane, scratch, weights, bias[channel]),
            }
        })?;
        Ok(tvec!(output.into_tvalue()))
    }
}

impl TypedOp for Depthwise {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [input, kernel, bias] = inputs else {
            bail!(
                "a depthwise convolution has three inputs, not {}",
                inputs.len()
            );
        };
        ensure!(kernel.rank() == 2 && bias.rank() == 1);
        let shape = input
            .shape
            .as_concrete()
            .context("its shape must be known")?;
        Ok(tvec!(f32::fact(self.geometry.output_shape(shape)?)))
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

impl Depthwise {
    /// All planes, read where they are.
    fn around_pixels(
        &self,
        input: &[f32],
        output: &mut [f32],
        kernel: &[f32],
        bias: &[f32],
    ) -> TractResult<()> {
        let zeros = vec![0.0; self.geometry.input.1];
        let (len, work) = (self.geometry.output_len(), output.len());
        in_chunks(output, len, work, |first, planes| {
            for (number, plane) in (first..).zip(planes.chunks_exact_mut(len)) {
                let channel = number % bias.len();
                let channel = Channel {
                    op: self,
                    weights: std::array::from_fn(|tap| {
                        Lanes::splat(kernel[channel * around::TAPS + tap])
                    }),
                    bias: Lanes::splat(bias[channel]),
                    zeros: &zeros,
                };
                channel.run(&input[number * len..][..len], plane);
            }
            Ok(())
        })
    }

    /// A plane whose number of taps is known to the compiler, which then keeps the
    /// weights in registers as far as there are any.
    #[inline(never)]
    fn plane<const TAPS: usize>(
        &self,
        plane: &mut [f32],
        scratch: &Scratch,
        weights: &[f32],
        bias: f32,
    ) {
        let taps: [usize; TAPS] = std::array::from_fn(|tap| scratch.taps[tap]);
        let weights: [Lanes; TAPS] = std::array::from_fn(|tap| Lanes::splat(weights[tap]));
        self.rows((plane, 0), scratch, &taps, &weights, Lanes::splat(bias));
    }

    #[inline(never)]
    fn any_plane(&self, plane: &mut [f32], scratch: &Scratch, weights: &[f32], bias: f32) {
        let weights: Vec<Lanes> = weights.iter().copied().map(Lanes::splat).collect();
        let bias = Lanes::splat(bias);
        self.rows((plane, 0), scratch, &scratch.taps, &weights, bias);
    }

    /// The rows of a plane from one on.
    #[inline(always)]
    fn rows(
        &self,
        (rows, first): (&mut [f32], usize),
        scratch: &Scratch,
        taps: &[usize],
        weights: &[Lanes],
        bias: Lanes,
    ) {
        let bounds = (Lanes::splat(self.least), Lanes::splat(self.most));
        for (row, to) in (first..).zip(rows.chunks_exact_mut(self.geometry.output.1)) {
            let from = scratch.row(&self.geometry, row).as_ptr();
            write_row(to, |column| {
                let mut sum = bias;
                for (&tap, weight) in taps.iter().zip(weights) {
                    // Safety: the scratch plane holds every tap of a whole vector.
                    let value = unsafe { Lanes::load(from.add(tap + column)) };
                    sum = value.mul_add(*weight, sum);
                }
                sum.max(bounds.0).min(bounds.1)
            });
        }
    }
}
