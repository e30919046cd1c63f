//! A product of packed matrices with what is added to it and its bounds, tile by tile.
//!
//! tract's own walk over tiles asks anew for each of them what is to be done with it.
//! Short products, of which convolutional networks have many, feel that.

use super::lanes::{LANES, Lanes};
use super::tile::{Sums, multiply};

/// y = min(max(A · B + bias + z, `least`), `most`).
#[derive(Clone, Debug)]
pub struct Product<'a> {
    /// A [rows, depth] in panels of a tile's rows.
    pub a: &'a [f32],
    /// B [depth, columns] in panels of a tile's columns.
    pub b: &'a [f32],
    /// From one panel to the next.
    pub a_panel: usize,
    pub b_panel: usize,
    pub rows: usize,
    pub columns: usize,
    pub depth: usize,
    pub target: Target<'a>,
}

/// Where the sums of a product go, and what is done to them on the way.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// One for each row of every panel of A.
    pub bias: &'a [f32],
    /// z [rows, columns]; null for none.
    pub added: *const f32,
    /// y [rows, columns].
    pub output: *mut f32,
    /// From one row of y, and of z, to the next.
    pub stride: usize,
    pub least: f32,
    pub most: f32,
}

impl Target<'_> {
    /// The same for the rows from `rows` on, whose bias begins at place `bias`.
    ///
    /// # Safety
    /// There must be such rows.
    pub unsafe fn below(self, rows: usize, bias: usize) -> Self {
        let before = rows * self.stride;
        let added = match self.added.is_null() {
            true => self.added,
            // Safety: the caller's.
            false => unsafe { self.added.add(before) },
        };
        Target {
            bias: &self.bias[bias..],
            added,
            // Safety: the caller's.
            output: unsafe { self.output.add(before) },
            ..self
        }
    }
}

/// Multiplies panel `panel` of A with all of B, in tiles of ROWS × 4·VECTORS. That panel
/// stays in the first cache while those of B pass by.
///
/// # Safety
/// The target's `output`, and `added` unless it is null, must be good for all columns of
/// the panel's rows, and nobody else may use those places of `output`.
pub unsafe fn run<const ROWS: usize, const VECTORS: usize>(product: &Product, panel: usize) {
    for columns in 0..product.columns.div_ceil(LANES * VECTORS) {
        // Safety: the caller's.
        unsafe { tile::<ROWS, VECTORS>(product, panel, columns) };
    }
}

#[inline(always)]
unsafe fn tile<const ROWS: usize, const VECTORS: usize>(product: &Product, a: usize, b: usize) {
    let (row, column) = (a * ROWS, b * LANES * VECTORS);
    let panels = (
        &product.a[a * product.a_panel..][..product.depth * ROWS],
        &product.b[b * product.b_panel..][..product.depth * LANES * VECTORS],
    );
    let mut sums = [[Lanes::splat(0.0); VECTORS]; ROWS];
    let sums = &raw mut sums;
    // Safety: both panels are `depth` long; the caller's for the places inside.
    unsafe {
        let (a, b) = (panels.0.as_ptr(), panels.1.as_ptr());
        multiply::<ROWS, VECTORS>(sums, a, b, product.depth, sums);
        let first = row * product.target.stride + column;
        let inside = (product.rows - row, product.columns - column);
        finish(sums, &product.target, row, first, inside);
    }
}

/// Adds bias and z to a tile of sums, bounds them, and stores what of them lies in the
/// next `inside` rows and columns from the place `first` on; its bias begins at place
/// `bias`.
///
/// # Safety
/// As [`run`], for those places; the sums must be readable.
#[inline(always)]
pub unsafe fn finish<const ROWS: usize, const VECTORS: usize>(
    sums: *const Sums<ROWS, VECTORS>,
    target: &Target,
    bias: usize,
    first: usize,
    (rows, columns): (usize, usize),
) {
    let bias = &target.bias[bias..][..ROWS];
    // Safety: the caller's.
    unsafe {
        match (
            rows >= ROWS && columns >= LANES * VECTORS,
            target.added.is_null(),
        ) {
            (true, true) => whole::<ROWS, VECTORS, false>(sums, target, bias, first),
            (true, false) => whole::<ROWS, VECTORS, true>(sums, target, bias, first),
            (false, _) => part(sums, target, bias, first, (rows, columns)),
        }
    }
}

/// A tile of which all lies inside.
#[inline(always)]
unsafe fn whole<const ROWS: usize, const VECTORS: usize, const ADDS: bool>(
    sums: *const Sums<ROWS, VECTORS>,
    target: &Target,
    bias: &[f32],
    first: usize,
) {
    let bounds = (Lanes::splat(target.least), Lanes::splat(target.most));
    for row in 0..ROWS {
        let bias = Lanes::splat(bias[row]);
        let start = first + row * target.stride;
        for vector in 0..VECTORS {
            let place = start + vector * LANES;
            // Safety: the caller's.
            unsafe {
                let mut sum = (&raw const (*sums)[row][vector]).read().add(bias);
                if ADDS {
                    sum = sum.add(Lanes::load(target.added.add(place)));
                }
                let bounded = sum.max(bounds.0).min(bounds.1);
                bounded.store(target.output.add(place));
            }
        }
    }
}

/// A tile of which some rows and columns lie inside.
#[cold]
#[inline(never)]
unsafe fn part<const ROWS: usize, const VECTORS: usize>(
    sums: *const Sums<ROWS, VECTORS>,
    target: &Target,
    bias: &[f32],
    first: usize,
    (rows, columns): (usize, usize),
) {
    let bounds = (Lanes::splat(target.least), Lanes::splat(target.most));
    for (row, &bias) in bias.iter().enumerate().take(rows) {
        for vector in 0..VECTORS {
            let place = first + row * target.stride + vector * LANES;
            let count = columns.saturating_sub(vector * LANES).min(LANES);
            let (mut added, mut four) = ([0.0; LANES], [0.0; LANES]);
            // Safety: the caller's; a piece of a vector is copied number by number.
            unsafe {
                if !target.added.is_null() && count > 0 {
                    let from = std::slice::from_raw_parts(target.added.add(place), count);
                    added[..count].copy_from_slice(from);
                }
                let sum = (&raw const (*sums)[row][vector]).read();
                let sum = sum.add(Lanes::splat(bias)).add(Lanes::load(added.as_ptr()));
                sum.max(bounds.0).min(bounds.1).store(four.as_mut_ptr());
                if count > 0 {
                    let to = std::slice::from_raw_parts_mut(target.output.add(place), count);
                    to.copy_from_slice(&four[..count]);
                }
            }
        }
    }
}
