//! The gradient of max pooling.
//!
//! - `planes`: the windows, and one plane of each tensor
//! - `padded_plane`: for any windows
//! - `split_plane`: for those of most networks, with a stride of two columns, four at once

mod padded_plane;
mod planes;
mod split_plane;

use std::mem::MaybeUninit;

use tract_onnx::tract_core::internal::*;

use super::super::common::{parallel_chunks, tensor_filled_by};
use padded_plane::PaddedPlane;
use planes::Planes;
pub use planes::PoolWindows;
use split_plane::SplitPlane;

/// The gradient of max pooling without dilation. Inputs: x […, C, h, w], the maxima y
/// […, C, h', w'] of its windows, and their cotangent, as large; output: […, C, h, w]. Of each
/// window the first pixel in row-major order that is not less than the maximum gets its
/// cotangent; padding is [`f32::MIN`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxPoolGradient(pub PoolWindows);

/// Writes the gradient of a plane.
type Routing = Box<dyn FnMut(&Planes, &mut [MaybeUninit<f32>])>;

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
        let write = |gradient: &mut [MaybeUninit<f32>]| {
            parallel_chunks(gradient, len, pixels.len(), |first, planes| {
                let mut route = routing(self.0, size, output);
                for (index, to) in (first..).zip(planes.chunks_exact_mut(len)) {
                    let of_output = index * output_len..(index + 1) * output_len;
                    let planes = Planes {
                        pixels: &pixels[index * len..][..len],
                        size,
                        maxima: &maxima[of_output.clone()],
                        cotangent: &cotangent[of_output],
                        output,
                    };
                    route(&planes, to);
                }
                Ok(())
            })
        };
        // Safety: a route writes all of its plane, and the planes are all of the tensor.
        let gradient = unsafe { tensor_filled_by(&shape, write)? };
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

/// What writes the gradient of one plane after the other, all of one size.
fn routing(windows: PoolWindows, size: [usize; 2], output: [usize; 2]) -> Routing {
    if SplitPlane::is_for(&windows) {
        let mut plane = SplitPlane::new(windows, size, output);
        return Box::new(move |planes, to| plane.route(planes, to));
    }
    let mut plane = PaddedPlane::new(windows, size, output);
    Box::new(move |planes, to| plane.route(planes, to))
}
