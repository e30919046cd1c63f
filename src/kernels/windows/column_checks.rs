//! What a Strassen–Winograd product must know of its columns, since it adds those of one half
//! to those of the other.
//!
//! A column of zeros no longer gives exactly zero, and would open a closed ReLU: such outputs
//! are set to the bias afterwards. An infinity or a NaN would spoil another column: then the
//! ordinary product is used. (Winograd's F(2×2, 3×3) needs neither: what a window does not
//! see is multiplied into no output of it.)

use tract_onnx::prelude::TractResult;

use super::super::common::{Clamp, LANES, Lanes, parallel_chunks};
use super::sliding_window::Geometry;

/// Whether all planes [C, h, w] are finite; `false` also if their sum overflows.
///
/// # Errors
/// None of its own.
pub fn are_surely_finite(geometry: &Geometry, planes: &[f32]) -> TractResult<bool> {
    let len = geometry.input_len();
    let mut sums = vec![0.0; planes.len() / len];
    parallel_chunks(&mut sums, 1, planes.len(), |first, sums| {
        for (plane, sum) in planes[first * len..].chunks_exact(len).zip(sums) {
            *sum = lane_sum(plane);
        }
        Ok(())
    })?;
    Ok(sums.into_iter().sum::<f32>().is_finite())
}

/// The sum of some elements, by four vectors of partial sums.
fn lane_sum(values: &[f32]) -> f32 {
    let mut sums = [Lanes::splat(0.0); 4];
    let (blocks, rest) = values.as_chunks::<{ 4 * LANES }>();
    for block in blocks {
        for (sum, values) in sums.iter_mut().zip(block.as_chunks().0) {
            *sum = sum.add(Lanes::load_array(values));
        }
    }
    let sum = sums[0].add(sums[1]).add(sums[2].add(sums[3]));
    sum.to_array().iter().chain(rest).sum()
}

/// The outputs whose windows see only pixels that are zero in all channels of `planes`
/// [C, h, w], and padding.
pub fn outputs_of_zeros(geometry: &Geometry, planes: &[f32]) -> Vec<usize> {
    // Each plane leaves fewer: few pixels are zero in all of the first ones.
    let mut channels = planes.chunks_exact(geometry.input_len());
    let first = channels.next().unwrap_or_default();
    let mut zeros: Vec<usize> = (0..first.len())
        .filter(|&pixel| first[pixel] == 0.0)
        .collect();
    for plane in channels {
        if zeros.is_empty() {
            return zeros;
        }
        zeros.retain(|&pixel| plane[pixel] == 0.0);
    }
    if zeros.is_empty() || *geometry == Geometry::pointwise(geometry.input) {
        return zeros;
    }
    let mut is_zero = vec![false; geometry.input_len()];
    for pixel in zeros {
        is_zero[pixel] = true;
    }
    let sees_only_zeros = |&output: &usize| geometry.window(output).all(|pixel| is_zero[pixel]);
    (0..geometry.output_len()).filter(sees_only_zeros).collect()
}

/// What an output is whose window sees only zeros: the bias of its row, plus an element of z
/// if there is one, clamped.
pub struct ZeroEpilogue<'a, B> {
    pub bias: B,
    /// z [M, h', w'] of the image.
    pub added: Option<&'a [f32]>,
    pub clamp: Clamp,
}

impl<B: Fn(usize) -> f32 + Send + Sync> ZeroEpilogue<'_, B> {
    /// Writes the outputs at `positions` in each plane of `planes` [M, h', w'].
    ///
    /// # Errors
    /// None of its own.
    pub fn write(
        &self,
        geometry: &Geometry,
        planes: &mut [f32],
        positions: &[usize],
    ) -> TractResult<()> {
        let len = geometry.output_len();
        let work = planes.len() / len * positions.len();
        parallel_chunks(planes, len, work, |first, planes| {
            for (row, plane) in (first..).zip(planes.chunks_exact_mut(len)) {
                let bias = (self.bias)(row);
                for &position in positions {
                    let added = self.added.map_or(0.0, |added| added[row * len + position]);
                    plane[position] = self.clamp.apply(bias + added);
                }
            }
            Ok(())
        })
    }
}
