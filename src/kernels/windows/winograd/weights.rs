//! The weights of a Winograd convolution: G g Gᵀ, packed.

use std::mem::MaybeUninit;
use std::ops::Range;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::tract_linalg::pack::PackedFormat;

use super::super::super::common::parallel_chunks;
use super::super::super::matmul::{PackedMatrix, PanelLayout, UninitPanels, WeightReader};
use super::transforms::{TAPS, TRANSFORM_ELEMENTS, transform_weights};

/// Channels and rows from which on the transforms cost less than the multiplications saved.
const MIN_CHANNELS: usize = 16;
const MIN_ROWS: usize = 16;

/// Whether a convolution with a weight matrix [rows, C·9] should be a Winograd convolution.
pub fn is_winograd_faster(rows: usize, depth: usize) -> bool {
    rows >= MIN_ROWS && channels(depth) >= MIN_CHANNELS
}

/// Whether a weight matrix's depth is C·9 for some C.
pub fn has_3x3_depth(depth: usize) -> bool {
    depth.is_multiple_of(TAPS)
}

/// C of a depth C·9.
fn channels(depth: usize) -> usize {
    depth / TAPS
}

/// Transforms and packs a weight matrix [M, C·9]: a panel of `layout` becomes one panel
/// [C, panel rows] for each element of the transform domain. Row r is multiplied by
/// `row_scales[r]`.
///
/// # Errors
/// None of its own.
pub fn pack_weights(
    matrix: &WeightReader,
    row_scales: Option<&[f32]>,
    format: &PackedFormat,
    layout: PanelLayout,
) -> TractResult<PackedMatrix> {
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
            for (index, panels) in (first..).zip(panels) {
                pack_transformed(matrix, row_scales, layout.rows(index), panels, format.r);
            }
            Ok(())
        },
    )?;
    // Safety: the chunks are all panels, and each was filled with zeros first.
    let buffer = unsafe { buffer.assume_init() };
    Ok(PackedMatrix::new(buffer, format, channels, padded_rows))
}

/// Writes `rows` of a weight matrix [M, C·9], transformed, to `panels`: a panel [C, width]
/// for each element of the transform domain.
fn pack_transformed(
    matrix: &WeightReader,
    row_scales: Option<&[f32]>,
    rows: Range<usize>,
    panels: &mut [MaybeUninit<f32>],
    width: usize,
) {
    let panel_len = panels.len() / TRANSFORM_ELEMENTS;
    for (panel_row, row) in rows.enumerate() {
        let scale = row_scales.map_or(1.0, |scales| scales[row]);
        for channel in 0..channels(matrix.columns) {
            let first = row * matrix.columns + channel * TAPS;
            let window = std::array::from_fn(|tap| matrix.get(first + tap) * scale);
            for (element, value) in transform_weights(window).into_iter().enumerate() {
                panels[element * panel_len + channel * width + panel_row].write(value);
            }
        }
    }
}
