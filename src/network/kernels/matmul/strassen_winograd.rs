//! Products of matrices with seven eighths of the multiplications.
//!
//! Strassen found, and Winograd put it in this form (D. Knuth, "The Art of Computer
//! Programming", vol. 2, 4.6.4), that matrices in quarters are multiplied by seven
//! products of quarters instead of eight:
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
//! Usually whole quarters are multiplied, and the additions of what comes out take
//! back much of what is saved. Here one tile of each quarter of Y is computed at a
//! time: P, U, V and Q stay in the first cache, most sums in registers. The sums of B
//! are made while its columns are packed, those of A once for many columns.
//!
//! Rounding grows a little, since sums of numbers are multiplied. Rows and columns
//! are halved without a look at the tile, so that every tile gives the same bits.

use std::mem::MaybeUninit;

use super::super::common::{LANES, Lanes};
use super::dispatch_on_shape;
use super::kernel_shape::KernelShape;
use super::microkernel::{Accumulators, multiply_accumulate};
use super::packed_product::{Epilogue, TileExtent, store_tile};
use super::packing::PackedPanels;
use super::remainder_columns::RemainderColumns;

/// Products of quarters, and quarters of A, of B and of their sums that they need.
const PRODUCTS: usize = 7;

/// Rows and depth from which on the additions cost less than they save.
const MIN_ROWS: usize = 128;
const MIN_DEPTH: usize = 192;

/// Columns of both halves together are a multiple of this: tiles of 8 and of 12 columns
/// then fit into both halves, or nearly.
const HALVED_COLUMNS_MULTIPLE: usize = 24;

/// Whether a matrix A [rows, depth] should be packed in halves.
pub fn is_strassen_faster(rows: usize, depth: usize) -> bool {
    has_even_depth(depth) && rows >= MIN_ROWS && depth >= MIN_DEPTH
}

/// Whether the depth has two halves.
pub fn has_even_depth(depth: usize) -> bool {
    depth.is_multiple_of(2)
}

/// Of how many of a matrix's rows the upper half is.
pub fn upper_rows(rows: usize) -> usize {
    rows.div_ceil(2)
}

/// How many of a picture's columns are the left half of those of both halves;
/// the columns after both halves are multiplied in the plain way.
pub fn left_columns(columns: usize) -> usize {
    columns / HALVED_COLUMNS_MULTIPLE * HALVED_COLUMNS_MULTIPLE / 2
}

/// y = min(max(A · B + bias + z, min), max) for some columns of the left half
/// and those of the right half.
#[derive(Clone, Debug)]
pub struct StrassenProduct<'a> {
    /// A [rows, depth] in panels of a tile's rows, first those of the upper half.
    pub a: PackedPanels<'a>,
    /// B as [`QuadrantPanels::pack_row`] packs it.
    pub b: &'a [f32],
    pub rows: usize,
    pub depth: usize,
    /// Of the left half.
    pub columns: usize,
    /// From a column of the left half to that of the right half.
    pub right_offset: usize,
    pub remainder: Option<RemainderColumns<'a>>,
    pub epilogue: Epilogue<'a>,
}

/// How columns are packed, pair of panels by pair of panels: from each pair the parts
/// of B in the order in which the tiles want them, with half the depth.
#[derive(Clone, Copy, Debug)]
pub struct QuadrantPanels {
    /// Of a panel.
    pub width: usize,
    pub depth: usize,
}

impl QuadrantPanels {
    fn quadrant_len(self) -> usize {
        self.depth / 2 * self.width
    }

    /// Numbers that a pair of panels takes.
    pub fn pair_len(self) -> usize {
        PRODUCTS * self.quadrant_len()
    }

    /// Scatters rows `row` of B11, B12, B21 and B22, equally long, to the pairs of panels.
    /// If `width` is a multiple of [`LANES`], row `row` of all seven matrices of each pair is
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
                for (number, values) in [b11, b21, t2, t3, t4, t1, b22].into_iter().enumerate() {
                    values.store_uninit(&mut to[number * quadrant_len..]);
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
    /// Multiplies panel `panel` of both halves of A with all of B, in tiles of a shape.
    /// `workspace` is room for sums of A.
    ///
    /// # Safety
    /// The epilogue's `output`, and `added` unless it is null, must be good for the rows in
    /// these panels of the columns of both halves and of the remainder, and nobody else may
    /// use those places of `output`.
    pub unsafe fn multiply_panel(
        &self,
        shape: KernelShape,
        panel: usize,
        workspace: &mut Vec<f32>,
    ) {
        let multiply_panel = dispatch_on_shape!(shape, multiply_panel);
        // Safety: the caller's.
        unsafe { multiply_panel(self, panel, workspace) };
    }
}

/// # Safety
/// As [`StrassenProduct::multiply_panel`].
#[inline(never)]
unsafe fn multiply_panel<const ROWS: usize, const VECTORS: usize>(
    product: &StrassenProduct,
    panel: usize,
    sums: &mut Vec<f32>,
) {
    let panels_of_b = QuadrantPanels {
        width: LANES * VECTORS,
        depth: product.depth,
    };
    let panels = upper_rows(product.rows).div_ceil(ROWS);
    let half = product.depth / 2 * ROWS;
    let rows = |panel: usize| product.a.panel(panel, 2 * half);
    let (upper, lower) = (rows(panel), rows(panels + panel));
    let ((a11, a12), (a21, a22)) = (upper.split_at(half), lower.split_at(half));
    sums.resize(4 * half, 0.0);
    sum([a11, a12, a21, a22], sums);
    let (s1, rest) = sums.split_at(half);
    let (s2, rest) = rest.split_at(half);
    let (s3, s4) = rest.split_at(half);
    let a = [a11, a12, s2, s3, a22, s1, s4];
    for pair in 0..product.columns.div_ceil(panels_of_b.width) {
        let b = &product.b[pair * panels_of_b.pair_len()..][..panels_of_b.pair_len()];
        // Safety: the caller's.
        unsafe { tiles::<ROWS, VECTORS>(product, panel, pair, a, b) };
    }
    if let Some(remainder) = product.remainder {
        let [upper, lower] = remainder.multiply::<ROWS>([upper, lower]);
        let columns = ColumnSpan {
            first: remainder.offset,
            count: remainder.columns,
        };
        // Safety: the caller's.
        unsafe {
            store(product, &upper, Half::Upper, panel, columns);
            store(product, &lower, Half::Lower, panel, columns);
        }
    }
}

/// Of the rows of A and of Y.
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

/// S1 to S4 of a panel's quarters, one after the other.
fn sum(quarters: [&[f32]; 4], sums: &mut [f32]) {
    let half = quarters[0].len();
    let (s1, rest) = sums.split_at_mut(half);
    let (s2, rest) = rest.split_at_mut(half);
    let (s3, s4) = rest.split_at_mut(half);
    let [a11, a12, a21, a22] = quarters.map(|quarter| &quarter[..half]);
    let fours = half / LANES * LANES;
    for place in (0..fours).step_by(LANES) {
        // Safety: all are `half` long, and `place` is LANES before that at least.
        unsafe {
            let at = |quarter: &[f32]| Lanes::load(quarter.as_ptr().add(place));
            let (a11, a21) = (at(a11), at(a21));
            let first = a21.add(at(a22));
            let second = first.sub(a11);
            first.store(s1.as_mut_ptr().add(place));
            second.store(s2.as_mut_ptr().add(place));
            a11.sub(a21).store(s3.as_mut_ptr().add(place));
            at(a12).sub(second).store(s4.as_mut_ptr().add(place));
        }
    }
    for place in fours..half {
        s1[place] = a21[place] + a22[place];
        s2[place] = s1[place] - a11[place];
        s3[place] = a11[place] - a21[place];
        s4[place] = a12[place] - s2[place];
    }
}

/// A tile of each quarter of Y: panel `panel` of both halves of A by pair `pair` of B.
#[inline(always)]
unsafe fn tiles<const ROWS: usize, const VECTORS: usize>(
    product: &StrassenProduct,
    panel: usize,
    pair: usize,
    a: [&[f32]; PRODUCTS],
    b: &[f32],
) {
    let k = product.depth / 2;
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
    // From sums to sums: nothing is copied that a product does not read anyway.
    let add = |from: *const Accumulators<ROWS, VECTORS>,
               number: usize,
               to: *mut Accumulators<ROWS, VECTORS>| {
        let (a, b) = (a[number], &b[number * quadrant_len..][..quadrant_len]);
        // Safety: both panels are `k` long.
        unsafe { multiply_accumulate(from, a.as_ptr(), b.as_ptr(), k, to) };
    };
    // Safety: the caller's; the sums are written by then.
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
    // Safety: all of them are written by now.
    unsafe {
        plus(&mut *v, &*q);
        plus(&mut *u, &*q);
    }
    store(v, Half::Lower, right);
    add(u, 6, y);
    store(y, Half::Upper, right);
}

/// Stores the tile of panel `panel` of one half of A: as many of `columns` as it has.
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
    let bias = (panels_before + panel) * ROWS;
    let row = panel * ROWS;
    let first = (rows_before + row) * product.epilogue.stride + columns.first;
    let inside = TileExtent {
        rows: rows.saturating_sub(row),
        columns: columns.count,
    };
    // Safety: the caller's.
    unsafe { store_tile(sums, &product.epilogue, bias, first, inside) };
}

#[inline(always)]
fn plus<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    others: &Accumulators<ROWS, VECTORS>,
) {
    for (sums, others) in sums.iter_mut().zip(others) {
        for (sum, &other) in sums.iter_mut().zip(others) {
            *sum = sum.add(other);
        }
    }
}
