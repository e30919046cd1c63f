//! The few columns of a picture that belong to neither half in a Strassen–Winograd product: they are
//! multiplied along with others while the rows are at hand.
//!
//! A picture of an odd number of pixels leaves one column. Four lanes are
//! then not four columns, but those of four steps of the depth: a panel of rows is
//! read once from begin to end, and what is added up at each of its places is summed
//! in the end. Whatever the shape of the tile, the sum of every fourth step is one of
//! four that make the whole.

use super::super::common::{LANES, Lanes};
use super::microkernel::Accumulators;

/// The most columns that can be a rest.
pub const MAX_REMAINDER_COLUMNS: usize = LANES;

/// Columns as [`RemainderColumns::multiply`] reads them.
#[derive(Clone, Copy, Debug)]
pub struct RemainderColumns<'a> {
    pub b: &'a [f32],
    /// At most [`MAX_REMAINDER_COLUMNS`].
    pub columns: usize,
    /// From the first column of the others to them.
    pub offset: usize,
}

/// Columns of the panel in which so many remainder columns are packed: [depth, width].
pub fn packed_width(columns: usize) -> usize {
    if columns == 1 {
        1
    } else {
        MAX_REMAINDER_COLUMNS
    }
}

/// A panel as [`RemainderColumns::multiply`] reads it for tiles of so many rows: one
/// column with each number repeated for each of them, more as they are.
pub fn repeat_for_rows(panel: &[f32], width: usize, rows: usize) -> Vec<f32> {
    if width == 1 {
        (panel.iter())
            .flat_map(|&number| std::iter::repeat_n(number, rows))
            .collect()
    } else {
        panel.to_vec()
    }
}

impl RemainderColumns<'_> {
    /// The sums of two panels of rows, [depth, ROWS] each.
    pub fn multiply<const ROWS: usize>(&self, panels: [&[f32]; 2]) -> [Accumulators<ROWS, 1>; 2] {
        match self.columns {
            1 => one_column(panels, self.b),
            _ => columns(panels, self.b),
        }
    }
}

#[inline(never)]
fn one_column<const ROWS: usize>(panels: [&[f32]; 2], b: &[f32]) -> [Accumulators<ROWS, 1>; 2] {
    let len = LANES * ROWS;
    let whole = b.len() / len * len;
    let mut sums = [[Lanes::splat(0.0); 2]; ROWS];
    let [upper, lower] = panels.map(|panel| panel[..whole].chunks_exact(len));
    for ((upper, lower), b) in upper.zip(lower).zip(b[..whole].chunks_exact(len)) {
        for (vector, [of_upper, of_lower]) in sums.iter_mut().enumerate() {
            // Safety: all three are ROWS vectors long.
            let at = |from: &[f32]| unsafe { Lanes::load(from.as_ptr().add(LANES * vector)) };
            let factor = at(b);
            *of_upper = at(upper).mul_add(factor, *of_upper);
            *of_lower = at(lower).mul_add(factor, *of_lower);
        }
    }
    let mut summed = [[[Lanes::splat(0.0)]; ROWS]; 2];
    for (half, (panel, summed)) in panels.into_iter().zip(&mut summed).enumerate() {
        let mut numbers = [[0.0_f32; LANES]; ROWS];
        for (four, sums) in numbers.iter_mut().zip(sums) {
            // Safety: the array is four numbers long.
            unsafe { sums[half].store(four.as_mut_ptr()) };
        }
        let numbers = numbers.as_flattened_mut();
        for (number, (a, b)) in numbers
            .iter_mut()
            .zip(panel[whole..].iter().zip(&b[whole..]))
        {
            *number += a * b;
        }
        for (row, sum) in summed.iter_mut().enumerate() {
            let steps = numbers[row..].iter().step_by(ROWS);
            *sum = [Lanes::splat(steps.sum())];
        }
    }
    summed
}

/// As `microkernel::multiply_accumulate`, for two panels of rows: more sums at once, so that none waits for
/// the one before.
#[inline(never)]
fn columns<const ROWS: usize>(panels: [&[f32]; 2], b: &[f32]) -> [Accumulators<ROWS, 1>; 2] {
    let mut sums = [[[Lanes::splat(0.0)]; ROWS]; 2];
    let [upper, lower] = panels.map(|panel| panel.chunks_exact(ROWS));
    for ((upper, lower), b) in upper.zip(lower).zip(b.chunks_exact(LANES)) {
        // Safety: the piece is a vector long.
        let columns = unsafe { Lanes::load(b.as_ptr()) };
        for (sums, rows) in sums.iter_mut().zip([upper, lower]) {
            for (row, sum) in sums.iter_mut().enumerate() {
                // Safety: a row of a panel is ROWS long.
                let factor = unsafe { Lanes::load_splat(rows.as_ptr().add(row)) };
                sum[0] = factor.mul_add(columns, sum[0]);
            }
        }
    }
    sums
}
