//! Columns of the output that belong to neither half of a Strassen–Winograd product: up to
//! [`MAX_REMAINDER_COLUMNS`], multiplied in the ordinary way along with a block of others,
//! while the panels of A are cached.
//!
//! An output of an odd number of pixels leaves one column. Its four lanes are then four
//! successive steps of the depth instead of four columns: a dot product for each row with
//! four partial sums. Steps of equal index modulo four share a lane whatever the shape of
//! the tile, so that all shapes give the same bits.

use super::super::common::{LANES, Lanes};
use super::microkernel::Accumulators;

/// More columns than these are a product of their own.
pub const MAX_REMAINDER_COLUMNS: usize = LANES;

/// Columns of B as [`RemainderColumns::multiply`] reads them.
#[derive(Clone, Copy, Debug)]
pub struct RemainderColumns<'a> {
    /// As [`repeat_for_rows`] returns it.
    pub b: &'a [f32],
    /// At most [`MAX_REMAINDER_COLUMNS`].
    pub columns: usize,
    /// From the first column of the product's left half to the first of these.
    pub offset: usize,
}

/// Width of the panel [depth, width] in which this many remainder columns are packed.
pub fn packed_width(columns: usize) -> usize {
    if columns == 1 {
        1
    } else {
        MAX_REMAINDER_COLUMNS
    }
}

/// A panel [depth, width] as [`RemainderColumns::multiply`] reads it for tiles of `rows`
/// rows: of width 1, each element `rows` times, [depth, rows]; else as it is.
pub fn repeat_for_rows(panel: &[f32], width: usize, rows: usize) -> Vec<f32> {
    if width == 1 {
        (panel.iter())
            .flat_map(|&value| std::iter::repeat_n(value, rows))
            .collect()
    } else {
        panel.to_vec()
    }
}

impl RemainderColumns<'_> {
    /// The sums for two panels of A, [depth, ROWS] each.
    pub fn multiply<const ROWS: usize>(&self, panels: [&[f32]; 2]) -> [Accumulators<ROWS, 1>; 2] {
        if self.columns == 1 {
            multiply_one_column(panels, self.b)
        } else {
            multiply_columns(panels, self.b)
        }
    }
}

/// Four steps of the depth as ROWS vectors.
type FourSteps<const ROWS: usize> = [[f32; LANES]; ROWS];

/// The whole [`FourSteps`] of a panel [depth, ROWS].
#[inline(always)]
fn four_steps<const ROWS: usize>(panel: &[f32]) -> &[FourSteps<ROWS>] {
    panel.as_chunks::<LANES>().0.as_chunks::<ROWS>().0
}

#[inline(never)]
fn multiply_one_column<const ROWS: usize>(
    panels: [&[f32]; 2],
    b: &[f32],
) -> [Accumulators<ROWS, 1>; 2] {
    let whole = b.len() / (LANES * ROWS) * LANES * ROWS;
    let mut sums = [[Lanes::splat(0.0); 2]; ROWS];
    let [upper, lower] = panels.map(|panel| four_steps::<ROWS>(&panel[..whole]));
    for ((upper, lower), b) in upper.iter().zip(lower).zip(four_steps::<ROWS>(b)) {
        let vectors = upper.iter().zip(lower).zip(b);
        for ([of_upper, of_lower], ((upper, lower), b)) in sums.iter_mut().zip(vectors) {
            let factor = Lanes::load_array(b);
            *of_upper = Lanes::load_array(upper).mul_add(factor, *of_upper);
            *of_lower = Lanes::load_array(lower).mul_add(factor, *of_lower);
        }
    }
    let mut totals = [[[Lanes::splat(0.0)]; ROWS]; 2];
    for (half, (panel, totals)) in panels.into_iter().zip(&mut totals).enumerate() {
        // Four steps of ROWS rows: [4, ROWS], flattened.
        let mut partial_sums = sums.map(|sums| sums[half].to_array());
        let partial_sums = partial_sums.as_flattened_mut();
        for (sum, (a, b)) in partial_sums
            .iter_mut()
            .zip(panel[whole..].iter().zip(&b[whole..]))
        {
            *sum += a * b;
        }
        for (row, total) in totals.iter_mut().enumerate() {
            let steps = partial_sums[row..].iter().step_by(ROWS);
            *total = [Lanes::splat(steps.sum())];
        }
    }
    totals
}

/// As [`super::microkernel::multiply_accumulate`] with one vector of columns, for two panels
/// of A at once: enough independent sums to hide the latency of an addition.
#[inline(never)]
fn multiply_columns<const ROWS: usize>(
    panels: [&[f32]; 2],
    b: &[f32],
) -> [Accumulators<ROWS, 1>; 2] {
    let mut sums = [[[Lanes::splat(0.0)]; ROWS]; 2];
    let [upper, lower] = panels.map(|panel| panel.as_chunks::<ROWS>().0);
    for ((upper, lower), b) in upper.iter().zip(lower).zip(b.as_chunks::<LANES>().0) {
        let columns = Lanes::load_array(b);
        for (sums, rows) in sums.iter_mut().zip([upper, lower]) {
            for (sum, &factor) in sums.iter_mut().zip(rows) {
                sum[0] = Lanes::splat(factor).mul_add(columns, sum[0]);
            }
        }
    }
    sums
}
