//! A product of packed matrices with what is added to it and its bounds, tile by tile.
//!
//! tract's own walk over tiles asks anew for each of them what is to be done with it.
//! Short products, of which convolutional networks have many, feel that.

use super::super::common::{Clamp, LANES, Lanes};
use super::dispatch_on_shape;
use super::kernel_shape::KernelShape;
use super::microkernel::{Accumulators, multiply_accumulate};
use super::packing::PackedPanels;

/// y = min(max(A · B + bias + z, min), max).
#[derive(Clone, Debug)]
pub struct PackedProduct<'a> {
    /// A [rows, depth] in panels of a tile's rows.
    pub a: PackedPanels<'a>,
    /// B [depth, columns] in panels of a tile's columns.
    pub b: PackedPanels<'a>,
    pub rows: usize,
    pub columns: usize,
    pub depth: usize,
    pub epilogue: Epilogue<'a>,
}

/// What is done to the sums of a product, and where they go.
#[derive(Clone, Copy, Debug)]
pub struct Epilogue<'a> {
    /// One for each row of every panel of A.
    pub bias: &'a [f32],
    /// z [rows, columns]; null for none.
    pub added: *const f32,
    /// y [rows, columns].
    pub output: *mut f32,
    /// From one row of y, and of z, to the next.
    pub stride: usize,
    pub clamp: Clamp,
}

/// How many rows and columns of a tile lie inside of the output; may be more than it has.
#[derive(Clone, Copy, Debug)]
pub struct TileExtent {
    pub rows: usize,
    pub columns: usize,
}

impl Epilogue<'_> {
    /// The same for the rows from `rows` on, whose bias begins at place `bias`.
    ///
    /// # Safety
    /// There must be such rows.
    pub unsafe fn from_row(self, rows: usize, bias: usize) -> Self {
        let before = rows * self.stride;
        let added = if self.added.is_null() {
            self.added
        } else {
            // Safety: the caller's.
            unsafe { self.added.add(before) }
        };
        Epilogue {
            bias: &self.bias[bias..],
            added,
            // Safety: the caller's.
            output: unsafe { self.output.add(before) },
            ..self
        }
    }
}

impl PackedProduct<'_> {
    /// Multiplies panel `panel` of A with all of B, in tiles of a shape. That panel stays
    /// in the first cache while those of B pass by.
    ///
    /// # Safety
    /// The epilogue's `output`, and `added` unless it is null, must be good for all columns
    /// of the panel's rows, and nobody else may use those places of `output`.
    pub unsafe fn multiply_panel(&self, shape: KernelShape, panel: usize) {
        let multiply_panel = dispatch_on_shape!(shape, multiply_panel);
        // Safety: the caller's.
        unsafe { multiply_panel(self, panel) };
    }
}

/// # Safety
/// As [`PackedProduct::multiply_panel`].
#[inline(never)]
unsafe fn multiply_panel<const ROWS: usize, const VECTORS: usize>(
    product: &PackedProduct,
    panel: usize,
) {
    for columns in 0..product.columns.div_ceil(LANES * VECTORS) {
        // Safety: the caller's.
        unsafe { tile::<ROWS, VECTORS>(product, panel, columns) };
    }
}

#[inline(always)]
unsafe fn tile<const ROWS: usize, const VECTORS: usize>(
    product: &PackedProduct,
    a: usize,
    b: usize,
) {
    let (row, column) = (a * ROWS, b * LANES * VECTORS);
    let a = product.a.panel(a, product.depth * ROWS);
    let b = product.b.panel(b, product.depth * LANES * VECTORS);
    let mut sums = [[Lanes::splat(0.0); VECTORS]; ROWS];
    let sums = &raw mut sums;
    // Safety: both panels are `depth` long; the caller's for the places inside.
    unsafe {
        let (a, b) = (a.as_ptr(), b.as_ptr());
        multiply_accumulate::<ROWS, VECTORS>(sums, a, b, product.depth, sums);
        let first = row * product.epilogue.stride + column;
        let inside = TileExtent {
            rows: product.rows - row,
            columns: product.columns - column,
        };
        store_tile(sums, &product.epilogue, row, first, inside);
    }
}

/// Adds bias and z to a tile of sums, bounds them, and stores what of them lies in the
/// next `inside` rows and columns from the place `first` on; its bias begins at place
/// `bias`.
///
/// # Safety
/// As [`PackedProduct::multiply_panel`], for those places; the sums must be readable.
#[inline(always)]
pub unsafe fn store_tile<const ROWS: usize, const VECTORS: usize>(
    sums: *const Accumulators<ROWS, VECTORS>,
    epilogue: &Epilogue,
    bias: usize,
    first: usize,
    inside: TileExtent,
) {
    let bias = &epilogue.bias[bias..][..ROWS];
    let is_whole = inside.rows >= ROWS && inside.columns >= LANES * VECTORS;
    // Safety: the caller's.
    unsafe {
        if !is_whole {
            store_partial_tile(sums, epilogue, bias, first, inside);
        } else if epilogue.added.is_null() {
            store_whole_tile::<ROWS, VECTORS, false>(sums, epilogue, bias, first);
        } else {
            store_whole_tile::<ROWS, VECTORS, true>(sums, epilogue, bias, first);
        }
    }
}

/// A tile of which all lies inside.
#[inline(always)]
unsafe fn store_whole_tile<const ROWS: usize, const VECTORS: usize, const ADDS: bool>(
    sums: *const Accumulators<ROWS, VECTORS>,
    epilogue: &Epilogue,
    bias: &[f32],
    first: usize,
) {
    let clamp = epilogue.clamp.splat();
    for row in 0..ROWS {
        let bias = Lanes::splat(bias[row]);
        let start = first + row * epilogue.stride;
        for vector in 0..VECTORS {
            let place = start + vector * LANES;
            // Safety: the caller's.
            unsafe {
                let mut sum = (&raw const (*sums)[row][vector]).read().add(bias);
                if ADDS {
                    sum = sum.add(Lanes::load(epilogue.added.add(place)));
                }
                clamp.apply(sum).store(epilogue.output.add(place));
            }
        }
    }
}

/// A tile of which some rows and columns lie inside.
#[cold]
#[inline(never)]
unsafe fn store_partial_tile<const ROWS: usize, const VECTORS: usize>(
    sums: *const Accumulators<ROWS, VECTORS>,
    epilogue: &Epilogue,
    bias: &[f32],
    first: usize,
    inside: TileExtent,
) {
    let clamp = epilogue.clamp.splat();
    for (row, &bias) in bias.iter().enumerate().take(inside.rows) {
        for vector in 0..VECTORS {
            let place = first + row * epilogue.stride + vector * LANES;
            let count = inside.columns.saturating_sub(vector * LANES).min(LANES);
            let (mut added, mut four) = ([0.0; LANES], [0.0; LANES]);
            // Safety: the caller's; a piece of a vector is copied number by number.
            unsafe {
                if !epilogue.added.is_null() && count > 0 {
                    let from = std::slice::from_raw_parts(epilogue.added.add(place), count);
                    added[..count].copy_from_slice(from);
                }
                let sum = (&raw const (*sums)[row][vector]).read();
                let sum = sum.add(Lanes::splat(bias)).add(Lanes::load(added.as_ptr()));
                clamp.apply(sum).store(four.as_mut_ptr());
                if count > 0 {
                    let to = std::slice::from_raw_parts_mut(epilogue.output.add(place), count);
                    to.copy_from_slice(&four[..count]);
                }
            }
        }
    }
}
