//! Depthwise convolution with a window of 3 × 3 around each pixel, without a padded copy.
//!
//! Rows beyond the plane are a row of zeros. In a row only the first four outputs and
//! the last four see a column beyond it: there the numbers that are read once are slid
//! along by one, with a zero behind them.

use super::super::common::{Clamp, LANES, Lanes};
use super::sliding_window::Geometry;

pub const TAPS: usize = 9;

/// Rows of the output that are computed at once: what is read for one is read for the
/// next ones, too.
const ROWS: usize = 2;

/// Whether windows are such ones, over rows wide enough.
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
    /// Activation behind.
    pub clamp: Clamp,
    /// The window.
    pub weights: [Lanes; TAPS],
    pub bias: Lanes,
    /// A row of zeros.
    pub zeros: &'a [f32],
}

/// Where a vector of a row is.
#[derive(Clone, Copy)]
enum VectorPosition {
    First,
    Between(usize),
    Last,
}

impl Channel<'_> {
    /// Computes a plane.
    pub fn run(&self, from: &[f32], to: &mut [f32]) {
        if self.input_min > f32::NEG_INFINITY {
            self.plane::<true>(from, to);
        } else {
            self.plane::<false>(from, to);
        }
    }

    #[inline(never)]
    fn plane<const RAISES_INPUT: bool>(&self, from: &[f32], to: &mut [f32]) {
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
        let mut pieces = to.chunks_exact_mut(ROWS * width);
        let mut first = 0;
        for rows in &mut pieces {
            self.rows::<ROWS, RAISES_INPUT>(from(first), rows);
            first += ROWS;
        }
        for last in pieces.into_remainder().chunks_exact_mut(width) {
            self.rows::<1, RAISES_INPUT>(from(first), last);
            first += 1;
        }
    }

    /// Some rows of the output from those of the input around them.
    #[inline(always)]
    fn rows<const OUT: usize, const RAISES_INPUT: bool>(&self, from: [&[f32]; 4], to: &mut [f32]) {
        let width = self.geometry.input.1;
        let (from, to) = (from.map(<[f32]>::as_ptr), to[..OUT * width].as_mut_ptr());
        let clamp = self.clamp.splat();
        let four = |position: VectorPosition| {
            let mut sums = [self.bias; OUT];
            for (below, row) in from.into_iter().enumerate().take(OUT + 2) {
                // Safety: the row is `width` long, and more than a vector.
                let taps = unsafe { self.taps::<RAISES_INPUT>(row, position, width) };
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
                let bounded = clamp.apply(sum);
                // Safety: a vector fits from `column` on.
                unsafe { bounded.store(to.add(out * width + column)) };
            }
        };
        four(VectorPosition::First);
        for column in (LANES..width - LANES).step_by(LANES) {
            four(VectorPosition::Between(column));
        }
        four(VectorPosition::Last);
    }

    /// What the left, middle and right tap of four outputs see in a row.
    ///
    /// # Safety
    /// The row must be `width` long, and that more than a vector.
    #[inline(always)]
    unsafe fn taps<const RAISES_INPUT: bool>(
        &self,
        row: *const f32,
        position: VectorPosition,
        width: usize,
    ) -> [Lanes; 3] {
        let min = Lanes::splat(self.input_min);
        let load = |column: usize| {
            // Safety: the caller's.
            let values = unsafe { Lanes::load(row.add(column)) };
            if RAISES_INPUT {
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
