//! The macrokernel: a product of packed matrices, tile by tile, with bias, sum and clamp
//! fused into the store.
//!
//! tract's own loop over tiles interprets a list of operations for each of them, which costs
//! much where the depth is small, as it often is in convolutional networks.

use super::super::common::{Clamp, LANES, Lanes};
use super::dispatch_on_shape;
use super::kernel_shape::KernelShape;
use super::microkernel::{Accumulators, multiply_accumulate};
use super::packing::PackedPanels;

/// y = min(max(scale · A · B + bias + z, min), max).
#[derive(Clone, Debug)]
pub struct PackedProduct<'a> {
    /// A [rows, depth] in panels of ROWS rows.
    pub a: PackedPanels<'a>,
    /// B [depth, columns] in panels of 4 · VECTORS columns.
    pub b: PackedPanels<'a>,
    pub rows: usize,
    pub columns: usize,
    pub depth: usize,
    pub epilogue: Epilogue<'a>,
}

/// What is done to the sums of a product, and where they are stored.
///
/// `output[..len]`, and `added[..len]` unless it is null, are one allocation each, which
/// outlives the epilogue. Threads share `output`: each writes rows and columns of its own.
#[derive(Clone, Copy, Debug)]
pub struct Epilogue<'a> {
    /// Powers of two: one for each row of every panel of A, padding included.
    pub scales: &'a [f32],
    /// One element for each row of every panel of A, padding included.
    pub bias: &'a [f32],
    /// z, with the offsets of y; null for none.
    pub added: *const f32,
    /// y: the element (row, column) at `row · stride + column`.
    pub output: *mut f32,
    /// Elements from `output` and from `added` on.
    pub len: usize,
    /// Elements from one row of y, and of z, to the next.
    pub stride: usize,
    pub clamp: Clamp,
}

/// Where a tile is stored.
#[derive(Clone, Copy, Debug)]
pub struct TilePosition {
    /// Of its first row in `Epilogue::bias` and `Epilogue::scales`.
    pub bias_offset: usize,
    /// Of its first element in `Epilogue::output`.
    pub output_offset: usize,
}

/// Rows and columns from the first ones of a tile to the end of the output; may be more
/// than a tile has.
#[derive(Clone, Copy, Debug)]
pub struct TileExtent {
    pub rows: usize,
    pub columns: usize,
}

impl Epilogue<'_> {
    /// The epilogue of the rows after `rows`, whose bias begins at `bias_offset`. Panics if
    /// there are fewer rows.
    pub fn skip_rows(self, rows: usize, bias_offset: usize) -> Self {
        let offset = rows * self.stride;
        assert!(offset <= self.len);
        let added = if self.added.is_null() {
            self.added
        } else {
            self.added.wrapping_add(offset)
        };
        Epilogue {
            scales: &self.scales[bias_offset..],
            bias: &self.bias[bias_offset..],
            added,
            output: self.output.wrapping_add(offset),
            len: self.len - offset,
            ..self
        }
    }
}

impl PackedProduct<'_> {
    /// Multiplies panel `panel` of A with all of B, in tiles of `shape`. That panel stays in
    /// the first-level cache while those of B are streamed.
    ///
    /// # Safety
    /// The elements of the epilogue's `output` in rows `panel · ROWS` up to `rows` or the
    /// panel's end and in columns 0 to `columns` must lie below its `len`, be valid to write,
    /// and be used by no other thread; those of `added`, unless it is null, be valid to read.
    pub unsafe fn multiply_panel(&self, shape: KernelShape, panel: usize) {
        let multiply_panel = dispatch_on_shape!(shape, multiply_panel);
        // Safety: the same contract, for the ROWS of `shape`.
        unsafe { multiply_panel(self, panel) };
    }
}

/// Panics if there is no such panel.
///
/// # Safety
/// As [`PackedProduct::multiply_panel`].
#[inline(never)]
unsafe fn multiply_panel<const ROWS: usize, const VECTORS: usize>(
    product: &PackedProduct,
    panel: usize,
) {
    assert!(panel * ROWS < product.rows);
    for column_panel in 0..product.columns.div_ceil(LANES * VECTORS) {
        // Safety: the tile's rows are those of the panel, and its first column is below
        // `columns`.
        unsafe { multiply_tile::<ROWS, VECTORS>(product, panel, column_panel) };
    }
}

/// # Safety
/// As [`PackedProduct::multiply_panel`] for panel `row_panel` of A; `column_panel` must be
/// one of B.
#[inline(always)]
unsafe fn multiply_tile<const ROWS: usize, const VECTORS: usize>(
    product: &PackedProduct,
    row_panel: usize,
    column_panel: usize,
) {
    let (row, column) = (row_panel * ROWS, column_panel * LANES * VECTORS);
    let a = product.a.panel(row_panel, product.depth * ROWS);
    let b = (product.b).panel(column_panel, product.depth * LANES * VECTORS);
    let mut sums = [[Lanes::splat(0.0); VECTORS]; ROWS];
    let sums = &raw mut sums;
    // Safety: the slices are `depth` rows and columns of a panel long, `sums` is a local
    // variable, and the extent ends with the rows and columns of the product.
    unsafe {
        let (a, b) = (a.as_ptr(), b.as_ptr());
        multiply_accumulate::<ROWS, VECTORS>(sums, a, b, product.depth, sums);
        let position = TilePosition {
            bias_offset: row,
            output_offset: row * product.epilogue.stride + column,
        };
        let extent = TileExtent {
            rows: product.rows - row,
            columns: product.columns - column,
        };
        store_tile(sums, &product.epilogue, position, extent);
    }
}

/// Scales a tile of sums, adds bias and z to it, clamps and stores the rows and columns of it that
/// `extent` has.
///
/// # Safety
/// `sums` must be valid to read. With `rows` and `columns` the smaller ones of the tile and
/// the extent, the elements `output_offset + row · stride + column` of the epilogue's
/// `output` must lie below its `len`, be valid to write and be used by no other thread;
/// those of `added`, unless it is null, be valid to read.
#[inline(always)]
pub unsafe fn store_tile<const ROWS: usize, const VECTORS: usize>(
    sums: *const Accumulators<ROWS, VECTORS>,
    epilogue: &Epilogue,
    position: TilePosition,
    extent: TileExtent,
) {
    let per_row = PerRow {
        scales: &epilogue.scales[position.bias_offset..][..ROWS],
        bias: &epilogue.bias[position.bias_offset..][..ROWS],
    };
    let offset = position.output_offset;
    let is_whole = extent.rows >= ROWS && extent.columns >= LANES * VECTORS;
    // Safety: the same contract; if the tile is whole, the smaller ones are its own.
    unsafe {
        if !is_whole {
            store_partial_tile(sums, epilogue, per_row, offset, extent);
        } else if epilogue.added.is_null() {
            store_whole_tile::<ROWS, VECTORS, false>(sums, epilogue, per_row, offset);
        } else {
            store_whole_tile::<ROWS, VECTORS, true>(sums, epilogue, per_row, offset);
        }
    }
}

/// A tile's part of the scales and of the bias.
#[derive(Clone, Copy)]
struct PerRow<'a> {
    scales: &'a [f32],
    bias: &'a [f32],
}

/// A tile that lies inside of the output as a whole.
///
/// # Safety
/// As [`store_tile`] for all ROWS rows and 4 · VECTORS columns; `added` must not be null if
/// `ADDS`.
#[inline(always)]
unsafe fn store_whole_tile<const ROWS: usize, const VECTORS: usize, const ADDS: bool>(
    sums: *const Accumulators<ROWS, VECTORS>,
    epilogue: &Epilogue,
    PerRow { scales, bias }: PerRow,
    output_offset: usize,
) {
    debug_assert!(output_offset + (ROWS - 1) * epilogue.stride + LANES * VECTORS <= epilogue.len);
    let clamp = epilogue.clamp.splat();
    for row in 0..ROWS {
        let (scale, bias) = (Lanes::splat(scales[row]), Lanes::splat(bias[row]));
        let row_offset = output_offset + row * epilogue.stride;
        for vector in 0..VECTORS {
            let offset = row_offset + vector * LANES;
            // Safety: `row < ROWS` and `vector < VECTORS` are indices of `sums`; the LANES
            // elements from `offset` on are columns of the tile.
            unsafe {
                let mut sum = (&raw const (*sums)[row][vector]).read();
                sum = sum.mul_add(scale, bias);
                if ADDS {
                    sum = sum.add(Lanes::load(epilogue.added.add(offset)));
                }
                clamp.apply(sum).store(epilogue.output.add(offset));
            }
        }
    }
}

/// A tile of which some rows and columns lie inside of the output.
///
/// # Safety
/// As [`store_tile`].
#[cold]
#[inline(never)]
unsafe fn store_partial_tile<const ROWS: usize, const VECTORS: usize>(
    sums: *const Accumulators<ROWS, VECTORS>,
    epilogue: &Epilogue,
    PerRow { scales, bias }: PerRow,
    output_offset: usize,
    extent: TileExtent,
) {
    let clamp = epilogue.clamp.splat();
    for (row, (&scale, &bias)) in scales.iter().zip(bias).enumerate().take(extent.rows) {
        for vector in 0..VECTORS {
            let offset = output_offset + row * epilogue.stride + vector * LANES;
            let count = extent.columns.saturating_sub(vector * LANES).min(LANES);
            debug_assert!(count == 0 || offset + count <= epilogue.len);
            let mut added = [0.0; LANES];
            // Safety: `row < ROWS` and `vector < VECTORS` are indices of `sums`; only the
            // `count` elements from `offset` on are used, columns of the tile and extent.
            unsafe {
                if !epilogue.added.is_null() && count > 0 {
                    let from = std::slice::from_raw_parts(epilogue.added.add(offset), count);
                    added[..count].copy_from_slice(from);
                }
                let sum = (&raw const (*sums)[row][vector]).read();
                let sum = sum.mul_add(Lanes::splat(scale), Lanes::splat(bias));
                let sum = sum.add(Lanes::load_array(&added));
                let values = clamp.apply(sum).to_array();
                if count > 0 {
                    let to = std::slice::from_raw_parts_mut(epilogue.output.add(offset), count);
                    to.copy_from_slice(&values[..count]);
                }
            }
        }
    }
}
