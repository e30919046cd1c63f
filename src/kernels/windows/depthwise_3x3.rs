//! Depthwise convolution with windows of 3 × 3, unit stride and padding 1, without a padded
//! copy.
//!
//! Rows above and below the plane are a row of zeros. In a row only the first and the last
//! vector of outputs see a column of padding: there the left or right tap is the vector of
//! the middle tap, shifted by one lane, with a zero in the lane that becomes free.

use std::mem::MaybeUninit;

use super::super::common::{Clamp, LANES, Lanes};
use super::sliding_window::Geometry;

/// Elements of a window.
pub const TAPS: usize = 9;

/// Rows of the output that are computed at once: they share most of the rows that they read.
const ROWS: usize = 2;

/// Whether [`Channel::run`] can compute this: such windows, and rows longer than a vector.
pub fn is_possible(geometry: &Geometry) -> bool {
    geometry.has_unit_stride_3x3()
        && geometry.padding == (1, 1)
        && geometry.output == geometry.input
        && geometry.input.1 > LANES
}

/// One channel of a convolution.
pub struct Channel<'a> {
    pub geometry: &'a Geometry,
    /// Activation before, as [`super::Depthwise::input_min`].
    pub input_min: f32,
    /// Activation after.
    pub clamp: Clamp,
    /// The window.
    pub weights: [Lanes; TAPS],
    pub bias: Lanes,
    /// A row of zeros, as long as those of the input.
    pub zeros: &'a [f32],
}

/// The position of a vector of outputs in its row.
#[derive(Clone, Copy)]
enum VectorPosition {
    /// From column 0 on.
    First,
    /// From this column on, which is at least 1; at least one column follows the vector.
    Between(usize),
    /// Up to the last column.
    Last,
}

impl Channel<'_> {
    /// Computes, and so initialises, the plane `to` from the plane `from`. Panics unless both
    /// have the size of the geometry's input, of rows longer than a vector.
    pub fn run(&self, from: &[f32], to: &mut [MaybeUninit<f32>]) {
        let len = self.geometry.input_len();
        assert!(from.len() == len && to.len() == len && self.geometry.input.1 > LANES);
        if self.input_min > f32::NEG_INFINITY {
            self.plane::<true>(from, to);
        } else {
            self.plane::<false>(from, to);
        }
    }

    /// `CLAMPS_INPUT`: whether `input_min` is a bound.
    #[inline(never)]
    fn plane<const CLAMPS_INPUT: bool>(&self, from: &[f32], to: &mut [MaybeUninit<f32>]) {
        let (height, width) = self.geometry.input;
        // Row 0 is above the plane.
        let row = |row: usize| {
            if (1..=height).contains(&row) {
                &from[(row - 1) * width..][..width]
            } else {
                &self.zeros[..width]
            }
        };
        let from = |first: usize| [0, 1, 2, 3].map(|below| row(first + below));
        let mut blocks = to.chunks_exact_mut(ROWS * width);
        let mut first = 0;
        for rows in &mut blocks {
            self.rows::<ROWS, CLAMPS_INPUT>(from(first), rows);
            first += ROWS;
        }
        for last in blocks.into_remainder().chunks_exact_mut(width) {
            self.rows::<1, CLAMPS_INPUT>(from(first), last);
            first += 1;
        }
    }

    /// `OUT` rows of the output; `from` are the rows of the input from the one above the
    /// first of them on, each `width` long.
    #[inline(always)]
    fn rows<const OUT: usize, const CLAMPS_INPUT: bool>(
        &self,
        from: [&[f32]; 4],
        to: &mut [MaybeUninit<f32>],
    ) {
        let width = self.geometry.input.1;
        debug_assert!(width > LANES && from.iter().all(|row| row.len() == width));
        let from = from.map(<[f32]>::as_ptr);
        let to = to[..OUT * width].as_mut_ptr().cast::<f32>();
        let clamp = self.clamp.splat();
        let compute_vector = |position: VectorPosition| {
            let mut sums = [self.bias; OUT];
            for (below, row) in from.into_iter().enumerate().take(OUT + 2) {
                // Safety: the row has `width` elements, more than LANES; a position between
                // is a column from LANES to below `width - LANES`.
                let taps = unsafe { self.taps::<CLAMPS_INPUT>(row, position, width) };
                for (out, sum) in sums.iter_mut().enumerate() {
                    if (out..out + 3).contains(&below) {
                        for (right, values) in taps.into_iter().enumerate() {
                            *sum = values.mul_add(self.weights[3 * (below - out) + right], *sum);
                        }
                    }
                }
            }
            let column = match position {
                VectorPosition::First => 0,
                VectorPosition::Between(column) => column,
                VectorPosition::Last => width - LANES,
            };
            for (out, sum) in sums.into_iter().enumerate() {
                let clamped = clamp.apply(sum);
                // Safety: `to` has OUT · width elements; out < OUT, and
                // `column + LANES <= width`.
                unsafe { clamped.store(to.add(out * width + column)) };
            }
        };
        compute_vector(VectorPosition::First);
        for column in (LANES..width - LANES).step_by(LANES) {
            compute_vector(VectorPosition::Between(column));
        }
        compute_vector(VectorPosition::Last);
    }

    /// What the left, middle and right taps of a vector of outputs see in a row.
    ///
    /// # Safety
    /// `row[..width]` must be readable, and `width > LANES`. A position between must be a
    /// column for which `column >= 1` and `column + 1 + LANES <= width`.
    #[inline(always)]
    unsafe fn taps<const CLAMPS_INPUT: bool>(
        &self,
        row: *const f32,
        position: VectorPosition,
        width: usize,
    ) -> [Lanes; 3] {
        let min = Lanes::splat(self.input_min);
        let load = |column: usize| {
            debug_assert!(column + LANES <= width);
            // Safety: the columns below are at most `width - LANES`.
            let values = unsafe { Lanes::load(row.add(column)) };
            if CLAMPS_INPUT {
                values.max(min)
            } else {
                values
            }
        };
        let zeros = Lanes::splat(0.0);
        match position {
            VectorPosition::First => {
                let middle = load(0);
                [zeros.extract_from_3(middle), middle, load(1)]
            }
            VectorPosition::Between(column) => [load(column - 1), load(column), load(column + 1)],
            VectorPosition::Last => {
                let middle = load(width - LANES);
                [
                    load(width - LANES - 1),
                    middle,
                    middle.extract_from_1(zeros),
                ]
            }
        }
    }
}
