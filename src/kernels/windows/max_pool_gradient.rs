//! The gradient of max pooling.

use tract_onnx::tract_core::internal::*;

use super::super::common::{Lanes, parallel_chunks};

/// The gradient of max pooling without dilation. Inputs: x […, C, h, w], the maxima y
/// […, C, h', w'] of its windows, and their cotangent, as large; output: […, C, h, w]. Of each
/// window the first pixel in row-major order that is not less than the maximum gets its
/// cotangent; padding is [`f32::MIN`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxPoolGradient {
    /// Rows and columns.
    pub kernel: [usize; 2],
    pub strides: [usize; 2],
    /// Above and to the left.
    pub padding: [usize; 2],
}

/// One plane of each input, row-major.
struct Planes<'a> {
    pixels: &'a [f32],
    /// Height and width.
    size: [usize; 2],
    maxima: &'a [f32],
    cotangent: &'a [f32],
    /// Of maxima and cotangent.
    output: [usize; 2],
}

impl Op for MaxPoolGradient {
    fn name(&self) -> StaticName {
        "GradcamMaxPoolGradient".into()
    }

    fn info(&self) -> TractResult<Vec<String>> {
        Ok(vec![format!("{self:?}")])
    }

    op_as_typed_op!();
}

impl EvalOp for MaxPoolGradient {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (pixels, maxima, cotangent) = args_3!(inputs);
        let shape: TVec<usize> = pixels.shape().into();
        let (size, output) = (plane(pixels.shape())?, plane(maxima.shape())?);
        let (len, output_len) = (size[0] * size[1], output[0] * output[1]);
        let views = (
            pixels.to_plain_array_view::<f32>()?,
            maxima.to_plain_array_view::<f32>()?,
            cotangent.to_plain_array_view::<f32>()?,
        );
        let slices = (views.0.as_slice(), views.1.as_slice(), views.2.as_slice());
        let (Some(pixels), Some(maxima), Some(cotangent)) = slices else {
            bail!("the gradient of max pooling wants contiguous tensors");
        };
        ensure!(
            len > 0
                && output_len > 0
                && maxima.len() == cotangent.len()
                && maxima.len() / output_len == pixels.len() / len,
            "its maxima or their cotangent are of another shape"
        );
        let mut gradient = Tensor::zero::<f32>(&shape)?;
        let mut view = gradient.to_plain_array_view_mut::<f32>()?;
        let all = view.as_slice_mut().unwrap_or_default();
        parallel_chunks(all, len, pixels.len(), |first, planes| {
            let mut padded = PaddedPlane::new(self, size, output);
            for (index, to) in (first..).zip(planes.chunks_exact_mut(len)) {
                let of_output = index * output_len..(index + 1) * output_len;
                let planes = Planes {
                    pixels: &pixels[index * len..][..len],
                    size,
                    maxima: &maxima[of_output.clone()],
                    cotangent: &cotangent[of_output],
                    output,
                };
                padded.route(&planes, to);
            }
            Ok(())
        })?;
        Ok(tvec!(gradient.into_tvalue()))
    }
}

impl TypedOp for MaxPoolGradient {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let [input, _, _] = inputs else {
            bail!(
                "the gradient of max pooling has three inputs, not {}",
                inputs.len()
            );
        };
        Ok(tvec!(f32::fact(input.shape.clone())))
    }

    as_op!();
}

/// Height and width of a shape's planes.
fn plane(shape: &[usize]) -> TractResult<[usize; 2]> {
    let last = shape.last_chunk::<2>();
    Ok(*last.context("a plane has two axes")?)
}

impl MaxPoolGradient {
    /// Pixels of a window, at most.
    pub const MAX_TAPS: usize = 1024;

    /// Height and width of a plane with its padding, which the windows do not leave.
    fn padded(&self, size: [usize; 2], output: [usize; 2]) -> [usize; 2] {
        [0, 1].map(|axis| {
            let reach = (output[axis] - 1) * self.strides[axis] + self.kernel[axis];
            reach.max(self.padding[axis] + size[axis])
        })
    }
}

/// A plane and its gradient with the padding around them: no window is a special one.
struct PaddedPlane<'a> {
    op: &'a MaxPoolGradient,
    /// Row-major, of `width` columns.
    pixels: Vec<f32>,
    gradient: Vec<f32>,
    width: usize,
}

impl<'a> PaddedPlane<'a> {
    fn new(op: &'a MaxPoolGradient, size: [usize; 2], output: [usize; 2]) -> PaddedPlane<'a> {
        let [height, width] = op.padded(size, output);
        PaddedPlane {
            op,
            // One more than the last window has: vectors reach beyond it.
            pixels: vec![f32::MIN; height * width + 1],
            gradient: vec![0.0; height * width],
            width,
        }
    }

    /// Writes the gradient of a plane to `to`. From the last window to the first: so a pixel's
    /// summands come in the order of the taps, as in a sum over taps.
    fn route(&mut self, planes: &Planes, to: &mut [f32]) {
        let PaddedPlane { op, width, .. } = *self;
        let inside = op.padding[0] * width + op.padding[1];
        let rows = self.pixels[inside..].chunks_mut(width);
        for (row, pixels) in rows.zip(planes.pixels.chunks_exact(planes.size[1])) {
            row[..pixels.len()].copy_from_slice(pixels);
        }
        self.gradient.fill(0.0);
        let taps: Vec<usize> = (0..op.kernel[0])
            .flat_map(|row| (0..op.kernel[1]).map(move |column| row * width + column))
            .collect();
        let windows = planes.maxima.iter().zip(planes.cotangent);
        for (window, (&max, &cotangent)) in windows.enumerate().rev() {
            let (row, column) = (window / planes.output[1], window % planes.output[1]);
            let corner = row * op.strides[0] * width + column * op.strides[1];
            let pixels = &self.pixels[corner..];
            let tap = match op.kernel {
                [3, 3] => taps.get(first_maximum_3x3(pixels, width, max)),
                _ => taps.iter().find(|&&tap| is_maximum(pixels[tap], max)),
            };
            if let Some(&tap) = tap {
                self.gradient[corner + tap] += cotangent;
            }
        }
        let rows = self.gradient[inside..].chunks(width);
        for (row, to) in rows.zip(to.chunks_exact_mut(planes.size[1])) {
            to.copy_from_slice(&row[..to.len()]);
        }
    }
}

/// Which of the first 3 × 3 pixels, row by row, is the first maximum; a larger number where none is.
/// All nine are looked at without a branch: where a maximum lies cannot be predicted. Of each row's
/// vector the fourth pixel is not the window's.
#[inline(always)]
fn first_maximum_3x3(pixels: &[f32], width: usize, max: f32) -> usize {
    let max = Lanes::splat(max);
    let maxima = |row: usize| {
        let less = Lanes::load_slice(&pixels[row * width..]).less_bits(max);
        u32::from(!less & 0b111)
    };
    let all = maxima(0) | maxima(1) << 3 | maxima(2) << 6;
    all.trailing_zeros() as usize
}

/// Whether a pixel is not less than the maximum; so is one that is no number.
#[inline(always)]
fn is_maximum(pixel: f32, max: f32) -> bool {
    let is_less = pixel < max;
    !is_less
}
