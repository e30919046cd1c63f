//! The gradient of max pooling.

use tract_onnx::tract_core::internal::*;

use super::super::common::parallel_chunks;

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
            for (index, to) in (first..).zip(planes.chunks_exact_mut(len)) {
                let of_output = index * output_len..(index + 1) * output_len;
                let planes = Planes {
                    pixels: &pixels[index * len..][..len],
                    size,
                    maxima: &maxima[of_output.clone()],
                    cotangent: &cotangent[of_output],
                    output,
                };
                self.route(&planes, to);
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

    /// Adds each window's cotangent to a pixel of `to`. From the last window to the first: so a
    /// pixel's summands come in the order of the taps, as in a sum over taps.
    fn route(&self, planes: &Planes, to: &mut [f32]) {
        let [kernel_rows, kernel_columns] = self.kernel;
        let [height, width] = planes.size;
        let taps: Vec<usize> = (0..kernel_rows)
            .flat_map(|row| (0..kernel_columns).map(move |column| row * width + column))
            .collect();
        for row in (0..planes.output[0]).rev() {
            // The first row and column of a window lie within the padding if there is none.
            let top = (row * self.strides[0]).checked_sub(self.padding[0]);
            let top = top.filter(|top| top + kernel_rows <= height);
            for column in (0..planes.output[1]).rev() {
                let left = (column * self.strides[1]).checked_sub(self.padding[1]);
                let left = left.filter(|left| left + kernel_columns <= width);
                let window = row * planes.output[1] + column;
                let max = planes.maxima[window];
                let pixel = match (top, left) {
                    (Some(top), Some(left)) => {
                        let corner = top * width + left;
                        let mut pixels = taps.iter().map(|tap| corner + tap);
                        pixels.find(|&pixel| is_maximum(planes.pixels[pixel], max))
                    }
                    _ => self.padded_maximum(planes, [row, column], max),
                };
                if let Some(pixel) = pixel {
                    to[pixel] += planes.cotangent[window];
                }
            }
        }
    }

    /// The pixel that gets the cotangent of a window that reaches into the padding, if there is
    /// one.
    fn padded_maximum(&self, planes: &Planes, window: [usize; 2], max: f32) -> Option<usize> {
        let along = |axis: usize, tap: usize| {
            let place = (window[axis] * self.strides[axis] + tap).checked_sub(self.padding[axis]);
            place.filter(|&place| place < planes.size[axis])
        };
        for tap in 0..self.kernel[0] * self.kernel[1] {
            let (row, column) = (tap / self.kernel[1], tap % self.kernel[1]);
            let place = along(0, row).zip(along(1, column));
            let pixel = place.map(|(row, column)| row * planes.size[1] + column);
            if is_maximum(pixel.map_or(f32::MIN, |pixel| planes.pixels[pixel]), max) {
                return pixel;
            }
        }
        None
    }
}

/// Whether a pixel is not less than the maximum; so is one that is no number.
#[inline(always)]
fn is_maximum(pixel: f32, max: f32) -> bool {
    let is_less = pixel < max;
    !is_less
}
