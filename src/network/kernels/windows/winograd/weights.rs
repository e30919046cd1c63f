//! Windows of 3 × 3, transformed and packed.

use std::mem::MaybeUninit;
use std::ops::Range;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::mmm::EagerPackedInput;
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::super::super::common::parallel_chunks;
use super::super::super::matmul::{PanelLayout, UninitPanels, WeightReader, into_packed_input};
use super::transforms::{TAPS, TRANSFORM_ELEMENTS, transform_weights};

/// Channels and rows from which on transforming costs less than it saves.
const MIN_CHANNELS: usize = 16;
const MIN_ROWS: usize = 16;

/// Whether a convolution with a matrix [rows, C·9] should be done so.
pub fn is_winograd_faster(rows: usize, depth: usize) -> bool {
    rows >= MIN_ROWS && channels(depth) >= MIN_CHANNELS
}

/// Whether a matrix's depth can be that of windows of 3 × 3.
pub fn has_3x3_depth(depth: usize) -> bool {
    depth.is_multiple_of(TAPS)
}

/// Of such windows.
fn channels(depth: usize) -> usize {
    depth / TAPS
}

/// Packs the windows of a matrix [M, C·9], transformed: a panel of each [`PanelLayout`]
/// row block becomes one for each element of the transform. Row r is multiplied by
/// `row_scales[r]`.
///
/// # Errors
/// None of its own.
pub fn pack_weights(
    matrix: &WeightReader,
    row_scales: Option<&[f32]>,
    format: &PackedFormat,
    layout: PanelLayout,
) -> TractResult<EagerPackedInput> {
    let channels = channels(matrix.columns);
    let padded_rows = layout.count() * TRANSFORM_ELEMENTS * format.r;
    let UninitPanels {
        mut buffer,
        panel_len,
    } = UninitPanels::new(format, channels, padded_rows);
    let panels = buffer.as_mut_slice();
    let work = panels.len();
    parallel_chunks(
        panels,
        TRANSFORM_ELEMENTS * panel_len,
        work,
        |first, panels| {
            panels.fill(MaybeUninit::new(0.0));
            let panels = panels.chunks_exact_mut(TRANSFORM_ELEMENTS * panel_len);
            for (number, panels) in (first..).zip(panels) {
                pack_transformed(matrix, row_scales, layout.rows(number), panels, format.r);
            }
            Ok(())
        },
    )?;
    // Safety: the chunks are all panels, and each was filled with zeros first.
    let buffer = unsafe { buffer.assume_init() };
    Ok(into_packed_input(buffer, format, channels, padded_rows))
}

/// Writes the transformed windows of some rows of a matrix [M, C·9] into a panel of
/// `width` rows for each element of the transform, channel by channel.
fn pack_transformed(
    matrix: &WeightReader,
    row_scales: Option<&[f32]>,
    rows: Range<usize>,
    panels: &mut [MaybeUninit<f32>],
    width: usize,
) {
    let panel_len = panels.len() / TRANSFORM_ELEMENTS;
    for (number, row) in rows.enumerate() {
        let scale = row_scales.map_or(1.0, |scales| scales[row]);
        for channel in 0..channels(matrix.columns) {
            let first = row * matrix.columns + channel * TAPS;
            let window = std::array::from_fn(|tap| matrix.get(first + tap) * scale);
            for (element, value) in transform_weights(window).into_iter().enumerate() {
                panels[element * panel_len + channel * width + number].write(value);
            }
        }
    }
}
