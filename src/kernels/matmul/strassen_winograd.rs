//! Strassen–Winograd products of matrices: 7 multiplications of quadrants instead of 8.
//!
//! The algorithm is Strassen's (1969) in Winograd's form (D. Knuth, "The Art of Computer
//! Programming", vol. 2, 4.6.4), applied once:
//!
//! ```text
//! A = │A11 A12│  B = │B11 B12│   S1 = A21 + A22   T1 = B12 − B11
//!     │A21 A22│      │B21 B22│   S2 = S1 − A11    T2 = B22 − T1
//!                                S3 = A11 − A21   T3 = B22 − B12
//!                                S4 = A12 − S2    T4 = B21 − T2
//! P = A11·B11          Y11 = P + A12·B21      Q = S1·T1
//! U = P + S2·T2        Y21 = V + A22·T4       Y12 = U + Q + S4·B22
//! V = U + S3·T3                               Y22 = V + Q
//! ```
//!
//! Whole quadrants are not formed: one tile of each quadrant of Y is computed at a time, so
//! that P, U, V and Q stay in the first-level cache. The sums of B are computed while its
//! columns are packed, those of A once for a panel and many columns.
//!
//! The rounding error is somewhat larger than that of an ordinary product, since sums of
//! elements are multiplied, and that of the product as a whole: `row_scaling` makes the rows
//! of A equally large, and `column_checks` of `windows` deals with columns of B that are zero
//! or no numbers. Where rows and columns are halved does not depend on the shape
//! of the tile, so that all shapes give the same bits.

use std::mem::MaybeUninit;

use super::super::common::{LANES, Lanes};
use super::dispatch_on_shape;
use super::kernel_shape::KernelShape;
use super::microkernel::{Accumulators, multiply_accumulate};
use super::packed_product::{Epilogue, TileExtent, TilePosition, store_tile};
use super::packing::PackedPanels;
use super::remainder_columns::RemainderColumns;

/// Products, and so factors of each of A and B: quadrants or sums of them.
const PRODUCTS: usize = 7;

/// Rows and depth from which on the additions cost less than the multiplication saved.
const MIN_ROWS: usize = 128;
const MIN_DEPTH: usize = 192;

/// The columns of both halves together are a multiple of this, so that each half is a multiple
/// of 12: whole tiles of 12 columns, and one partial tile of 8 columns at most.
const HALVED_COLUMNS_MULTIPLE: usize = 24;

/// Whether a matrix A [rows, depth] should be packed in quadrants.
pub fn is_strassen_faster(rows: usize, depth: usize) -> bool {
    has_even_depth(depth) && rows >= MIN_ROWS && depth >= MIN_DEPTH
}

/// Whether the depth can be halved.
pub fn has_even_depth(depth: usize) -> bool {
    depth.is_multiple_of(2)
}

/// Rows of the upper half of a matrix; the lower half has as many, or one less.
pub fn upper_rows(rows: usize) -> usize {
    rows.div_ceil(2)
}

/// Columns of the left half, and of the right half, of a matrix B; those after both halves
/// are an ordinary product.
pub fn left_columns(columns: usize) -> usize {
    columns / HALVED_COLUMNS_MULTIPLE * HALVED_COLUMNS_MULTIPLE / 2
}

/// y = min(max(scale · A · B + bias + z, min), max) for a block of columns of the left half, the
/// same block of the right half, and remainder columns.
#[derive(Clone, Debug)]
pub struct StrassenProduct<'a> {
    /// A [rows, depth] in panels of ROWS rows, first those of the upper half.
    pub a: PackedPanels<'a>,
    /// B as [`QuadrantPanels::pack_row`] packs it.
    pub b: &'a [f32],
    pub rows: usize,
    pub depth: usize,
    /// Columns of the left half; the right half has as many.
    pub columns: usize,
    /// From a column of the left half to the same of the right half.
    pub right_offset: usize,
    pub remainder: Option<RemainderColumns<'a>>,
    pub epilogue: Epilogue<'a>,
}

/// How B is packed: for each pair of panels, one of each half, the seven factors of B
/// [depth / 2, width] in the order in which `multiply_tiles` reads them.
#[derive(Clone, Copy, Debug)]
pub struct QuadrantPanels {
    /// Columns of a panel.
    pub width: usize,
    pub depth: usize,
}

impl QuadrantPanels {
    fn quadrant_len(self) -> usize {
        self.depth / 2 * self.width
    }

    /// Elements of a pair of panels.
    pub fn pair_len(self) -> usize {
        PRODUCTS * self.quadrant_len()
    }

    /// Scatters rows `row` of B11, B12, B21 and B22, equally long, to the pairs of panels.
    /// If `width` is a multiple of [`LANES`], row `row` of all seven factors of each pair is
    /// written whole, with zeros after the last column.
    pub fn pack_row(
        self,
        [line, rest @ ..]: [&[f32]; 4],
        pairs: &mut [MaybeUninit<f32>],
        row: usize,
    ) {
        let (width, quadrant_len) = (self.width, self.quadrant_len());
        let starts = (0..line.len()).step_by(width);
        for (start, pair) in starts.zip(pairs.chunks_exact_mut(self.pair_len())) {
            let count = width.min(line.len() - start);
            for vector in (0..width).step_by(LANES) {
                let left = count.saturating_sub(vector);
                let load = |line: &[f32]| load_padded(&line[start + vector.min(count)..], left);
                let [b11, b12, b21, b22] =
                    [load(line), load(rest[0]), load(rest[1]), load(rest[2])];
                let t1 = b12.sub(b11);
                let t2 = b22.sub(t1);
                let (t3, t4) = (b22.sub(b12), b21.sub(t2));
                let to = &mut pair[row * width + vector..];
                for (factor, values) in [b11, b21, t2, t3, t4, t1, b22].into_iter().enumerate() {
                    values.store_uninit(&mut to[factor * quadrant_len..]);
                }
            }
        }
    }
}

/// The first elements of a line that has `left` more; zeros after its end.
#[inline(always)]
fn load_padded(line: &[f32], left: usize) -> Lanes {
    if left >= LANES {
        return Lanes::load_slice(line);
    }
    let mut padded = [0.0; LANES];
    padded[..left].copy_from_slice(&line[..left]);
    Lanes::load_array(&padded)
}

impl StrassenProduct<'_> {
    /// Multiplies panel `panel` of both halves of A with all of B, in tiles of `shape`.
    /// `workspace` is memory for S1 to S4.
    ///
    /// # Safety
    /// The elements of the epilogue's `output` in the rows of these two panels, and in columns
    /// 0 to `columns`, the same from `right_offset` on, and those of the remainder, must lie
    /// below its `len`, be valid to write and be used by no other thread; those of `added`,
    /// unless it is null, be valid to read.
    pub unsafe fn multiply_panel(
        &self,
        shape: KernelShape,
        panel: usize,
        workspace: &mut Vec<f32>,
    ) {
        let multiply_panel = dispatch_on_shape!(shape, multiply_panel);
        // Safety: the same contract, for the ROWS of `shape`.
        unsafe { multiply_panel(self, panel, workspace) };
    }
}

/// # Safety
/// As [`StrassenProduct::multiply_panel`].
#[inline(never)]
unsafe fn multiply_panel<const ROWS: usize, const VECTORS: usize>(
    product: &StrassenProduct,
    panel: usize,
    workspace: &mut Vec<f32>,
) {
    let quadrant_panels = QuadrantPanels {
        width: LANES * VECTORS,
        depth: product.depth,
    };
    let upper_panels = upper_rows(product.rows).div_ceil(ROWS);
    let quadrant_len = product.depth / 2 * ROWS;
    let rows = |panel: usize| product.a.panel(panel, 2 * quadrant_len);
    let (upper, lower) = (rows(panel), rows(upper_panels + panel));
    let (a11, a12) = upper.split_at(quadrant_len);
    let (a21, a22) = lower.split_at(quadrant_len);
    workspace.resize(4 * quadrant_len, 0.0);
    add_quadrants([a11, a12, a21, a22], workspace);
    let (s1, rest) = workspace.split_at(quadrant_len);
    let (s2, rest) = rest.split_at(quadrant_len);
    let (s3, s4) = rest.split_at(quadrant_len);
    let a = [a11, a12, s2, s3, a22, s1, s4];
    for pair in 0..product.columns.div_ceil(quadrant_panels.width) {
        let b = &product.b[pair * quadrant_panels.pair_len()..][..quadrant_panels.pair_len()];
        // Safety: the tiles' rows are those of the two panels, and their first column is
        // below `columns` in each half.
        unsafe { multiply_tiles::<ROWS, VECTORS>(product, panel, pair, a, b) };
    }
    if let Some(remainder) = product.remainder {
        let [upper, lower] = remainder.multiply::<ROWS>([upper, lower]);
        let columns = ColumnSpan {
            first: remainder.offset,
            count: remainder.columns,
        };
        // Safety: the rows are those of the two panels, the columns those of the remainder,
        // and the sums are local variables.
        unsafe {
            store(product, &upper, Half::Upper, panel, columns);
            store(product, &lower, Half::Lower, panel, columns);
        }
    }
}

/// A half of the rows of A and of Y.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Upper,
    Lower,
}

/// Columns of the output, counted from the product's first.
#[derive(Clone, Copy)]
struct ColumnSpan {
    first: usize,
    count: usize,
}

/// Writes S1 to S4 of a panel to `sums`, from A11, A12, A21 and A22.
fn add_quadrants(quadrants: [&[f32]; 4], sums: &mut [f32]) {
    let len = quadrants[0].len();
    let (s1, rest) = sums.split_at_mut(len);
    let (s2, rest) = rest.split_at_mut(len);
    let (s3, s4) = rest.split_at_mut(len);
    let s4 = &mut s4[..len];
    let [a11, a12, a21, a22] = quadrants.map(|quadrant| &quadrant[..len]);
    let whole = len / LANES * LANES;
    for index in (0..whole).step_by(LANES) {
        // Safety: all eight slices are `len` long, and `index + LANES <= whole <= len`.
        unsafe {
            let at = |quadrant: &[f32]| Lanes::load(quadrant.as_ptr().add(index));
            let (a11, a21) = (at(a11), at(a21));
            let first = a21.add(at(a22));
            let second = first.sub(a11);
            first.store(s1.as_mut_ptr().add(index));
            second.store(s2.as_mut_ptr().add(index));
            a11.sub(a21).store(s3.as_mut_ptr().add(index));
            at(a12).sub(second).store(s4.as_mut_ptr().add(index));
        }
    }
    for index in whole..len {
        s1[index] = a21[index] + a22[index];
        s2[index] = s1[index] - a11[index];
        s3[index] = a11[index] - a21[index];
        s4[index] = a12[index] - s2[index];
    }
}

/// A tile of each quadrant of Y: panel `panel` of both halves of A by pair `pair` of B.
/// `a` are A11, A12, S2, S3, A22, S1 and S4, `b` the other factors of the same products.
///
/// # Safety
/// As [`StrassenProduct::multiply_panel`]; `pair` must be one of B.
#[inline(always)]
unsafe fn multiply_tiles<const ROWS: usize, const VECTORS: usize>(
    product: &StrassenProduct,
    panel: usize,
    pair: usize,
    a: [&[f32]; PRODUCTS],
    b: &[f32],
) {
    let k = product.depth / 2;
    debug_assert!(a.iter().all(|a| a.len() == k * ROWS));
    let quadrant_len = k * LANES * VECTORS;
    let column = pair * LANES * VECTORS;
    let count = product.columns - column;
    let left = ColumnSpan {
        first: column,
        count,
    };
    let right = ColumnSpan {
        first: product.right_offset + column,
        count,
    };
    // `*to = *from + A · B` of a product: no copies of sums beyond those that
    // `multiply_accumulate` makes anyway.
    let add = |from: *const Accumulators<ROWS, VECTORS>,
               product: usize,
               to: *mut Accumulators<ROWS, VECTORS>| {
        let (a, b) = (a[product], &b[product * quadrant_len..][..quadrant_len]);
        // Safety: `a` has k · ROWS elements, `b` quadrant_len = k · 4 · VECTORS, and `from`
        // and `to` are local variables, `from` written before.
        unsafe { multiply_accumulate(from, a.as_ptr(), b.as_ptr(), k, to) };
    };
    // Safety: `sums` is a local variable, written before; the rows are those of `panel`, the
    // columns `left` or `right`.
    let store = |sums: *const Accumulators<ROWS, VECTORS>, half: Half, columns: ColumnSpan| unsafe {
        store(product, sums, half, panel, columns);
    };
    let mut p = [[Lanes::splat(0.0); VECTORS]; ROWS];
    let mut q = [[Lanes::splat(0.0); VECTORS]; ROWS];
    let [mut u, mut v, mut y] = [const { MaybeUninit::uninit() }; 3];
    let (u, v, y) = (u.as_mut_ptr(), v.as_mut_ptr(), y.as_mut_ptr());
    let p = &raw mut p;
    add(p, 0, p);
    add(p, 1, y);
    store(y, Half::Upper, left);
    add(p, 2, u);
    add(u, 3, v);
    add(v, 4, y);
    store(y, Half::Lower, left);
    let q = &raw mut q;
    add(q, 5, q);
    // Safety: `add` has written u, v and q, and they are three variables.
    unsafe {
        add_sums(&mut *v, &*q);
        add_sums(&mut *u, &*q);
    }
    store(v, Half::Lower, right);
    add(u, 6, y);
    store(y, Half::Upper, right);
}

/// Stores a tile of panel `panel` of one half of A: as many of `columns` as a tile has.
///
/// # Safety
/// `sums` must be valid to read. The elements of the epilogue's `output` in these rows and
/// columns must be as [`StrassenProduct::multiply_panel`] asks.
#[inline(always)]
unsafe fn store<const ROWS: usize, const VECTORS: usize>(
    product: &StrassenProduct,
    sums: *const Accumulators<ROWS, VECTORS>,
    half: Half,
    panel: usize,
    columns: ColumnSpan,
) {
    let upper = upper_rows(product.rows);
    let (rows_before, panels_before, rows) = match half {
        Half::Upper => (0, 0, upper),
        Half::Lower => (upper, upper.div_ceil(ROWS), product.rows - upper),
    };
    let row = panel * ROWS;
    let position = TilePosition {
        bias_offset: (panels_before + panel) * ROWS,
        output_offset: (rows_before + row) * product.epilogue.stride + columns.first,
    };
    let extent = TileExtent {
        rows: rows.saturating_sub(row),
        columns: columns.count,
    };
    // Safety: the extent ends with the rows of the half, and with `columns`.
    unsafe { store_tile(sums, &product.epilogue, position, extent) };
}

/// `sums += others`.
#[inline(always)]
fn add_sums<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    others: &Accumulators<ROWS, VECTORS>,
) {
    for (sums, others) in sums.iter_mut().zip(others) {
        for (sum, &other) in sums.iter_mut().zip(others) {
            *sum = sum.add(other);
        }
    }
}
