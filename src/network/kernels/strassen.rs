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

use super::lanes::{LANES, Lanes};
use super::product::{Target, finish};
use super::rest::Rest;
use super::tile::{Sums, multiply};

/// Products of quarters, and quarters of A, of B and of their sums that they need.
const PARTS: usize = 7;

/// Rows and depth from which on the additions cost less than they save.
const LEAST_ROWS: usize = 128;
const LEAST_DEPTH: usize = 192;

/// Columns that have a partner are a multiple of this: tiles of 8 and of 12 columns
/// then fit into both halves, or nearly.
const PAIRED_COLUMNS: usize = 24;

/// Whether a matrix A [rows, depth] should be packed in halves.
pub fn pays(rows: usize, depth: usize) -> bool {
    can_be_halved(depth) && rows >= LEAST_ROWS && depth >= LEAST_DEPTH
}

/// Whether the depth has two halves.
pub fn can_be_halved(depth: usize) -> bool {
    depth.is_multiple_of(2)
}

/// Of how many of a matrix's rows the upper half is.
pub fn upper_rows(rows: usize) -> usize {
    rows.div_ceil(2)
}

/// How many of a picture's columns are the left half of those that have a partner;
/// the columns after both halves are multiplied in the plain way.
pub fn left_columns(columns: usize) -> usize {
    columns / PAIRED_COLUMNS * PAIRED_COLUMNS / 2
}

/// y = min(max(A · B + bias + z, `least`), `most`) for some columns of the left half
/// and their partners.
#[derive(Clone, Debug)]
pub struct HalvedProduct<'a> {
    /// A [rows, depth] in panels of a tile's rows, first those of the upper half.
    pub a: &'a [f32],
    pub a_panel: usize,
    /// B as [`Parts::deal`] packs it.
    pub b: &'a [f32],
    pub rows: usize,
    pub depth: usize,
    /// Of the left half.
    pub columns: usize,
    /// From a column to its partner.
    pub partner: usize,
    pub rest: Option<Rest<'a>>,
    pub target: Target<'a>,
}

/// How columns are packed, pair of panels by pair of panels: from each pair the parts
/// of B in the order in which the tiles want them, with half the depth.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// Of a panel.
    pub width: usize,
    pub depth: usize,
}

impl Parts {
    fn part(self) -> usize {
        self.depth / 2 * self.width
    }

    /// Numbers that a pair of panels takes.
    pub fn pair(self) -> usize {
        PARTS * self.part()
    }

    /// Deals lines out to the pairs, as row `place` of each quarter: lines of B11, B12,
    /// B21 and B22, equally long.
    pub fn deal(self, [line, rest @ ..]: [&[f32]; 4], pairs: &mut [f32], place: usize) {
        let (width, part) = (self.width, self.part());
        let starts = (0..line.len()).step_by(width);
        for (start, pair) in starts.zip(pairs.chunks_exact_mut(self.pair())) {
            let count = width.min(line.len() - start);
            for vector in (0..width).step_by(LANES) {
                let left = count.saturating_sub(vector);
                let four = |line: &[f32]| four(&line[start + vector.min(count)..], left);
                let [b11, b12, b21, b22] =
                    [four(line), four(rest[0]), four(rest[1]), four(rest[2])];
                let t1 = b12.sub(b11);
                let t2 = b22.sub(t1);
                let (t3, t4) = (b22.sub(b12), b21.sub(t2));
                let to = &mut pair[place * width + vector..];
                for (number, values) in [b11, b21, t2, t3, t4, t1, b22].into_iter().enumerate() {
                    // Safety: the slice is four numbers long.
                    unsafe { values.store(to[number * part..][..LANES].as_mut_ptr()) };
                }
            }
        }
    }
}

/// The next four numbers of a line of which `left` are left; zeros behind its end.
#[inline(always)]
fn four(line: &[f32], left: usize) -> Lanes {
    if left >= LANES {
        // Safety: the slice is four numbers long.
        return unsafe { Lanes::load(line[..LANES].as_ptr()) };
    }
    let mut numbers = [0.0; LANES];
    numbers[..left].copy_from_slice(&line[..left]);
    // Safety: the array is four numbers long.
    unsafe { Lanes::load(numbers.as_ptr()) }
}

/// Multiplies panel `panel` of both halves of A with all of B, in tiles of
/// ROWS × 4·VECTORS. `sums` is room for sums of A.
///
/// # Safety
/// The target's `output`, and `added` unless it is null, must be good for the rows in
/// these panels of the columns, of their partners and of the rest, and nobody else may
/// use those places of `output`.
pub unsafe fn run<const ROWS: usize, const VECTORS: usize>(
    product: &HalvedProduct,
    panel: usize,
    sums: &mut Vec<f32>,
) {
    let parts = Parts {
        width: LANES * VECTORS,
        depth: product.depth,
    };
    let panels = upper_rows(product.rows).div_ceil(ROWS);
    let half = product.depth / 2 * ROWS;
    let rows = |panel: usize| &product.a[panel * product.a_panel..][..2 * half];
    let (upper, lower) = (rows(panel), rows(panels + panel));
    let ((a11, a12), (a21, a22)) = (upper.split_at(half), lower.split_at(half));
    sums.resize(4 * half, 0.0);
    sum([a11, a12, a21, a22], sums);
    let (s1, rest) = sums.split_at(half);
    let (s2, rest) = rest.split_at(half);
    let (s3, s4) = rest.split_at(half);
    let a = [a11, a12, s2, s3, a22, s1, s4];
    for pair in 0..product.columns.div_ceil(parts.width) {
        let b = &product.b[pair * parts.pair()..][..parts.pair()];
        // Safety: the caller's.
        unsafe { tiles::<ROWS, VECTORS>(product, (panel, pair), a, b) };
    }
    if let Some(rest) = product.rest {
        let [upper, lower] = rest.multiply::<ROWS>([upper, lower]);
        let inside = (rest.place, rest.columns);
        // Safety: the caller's.
        unsafe {
            store(product, &upper, (panel, false), inside);
            store(product, &lower, (panel, true), inside);
        }
    }
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
    product: &HalvedProduct,
    (panel, pair): (usize, usize),
    a: [&[f32]; PARTS],
    b: &[f32],
) {
    let k = product.depth / 2;
    let part = k * LANES * VECTORS;
    let column = pair * LANES * VECTORS;
    let columns = product.columns - column;
    // From sums to sums: nothing is copied that a product does not read anyway.
    let add = |from: *const Sums<ROWS, VECTORS>, number: usize, to: *mut Sums<ROWS, VECTORS>| {
        let (a, b) = (a[number], &b[number * part..][..part]);
        // Safety: both panels are `k` long.
        unsafe { multiply(from, a.as_ptr(), b.as_ptr(), k, to) };
    };
    // Safety: the caller's; the sums are written by then.
    let store = |sums: *const Sums<ROWS, VECTORS>, is_lower: bool, is_right: bool| unsafe {
        let inside = (if is_right { product.partner } else { 0 } + column, columns);
        store(product, sums, (panel, is_lower), inside);
    };
    let mut p = [[Lanes::splat(0.0); VECTORS]; ROWS];
    let mut q = [[Lanes::splat(0.0); VECTORS]; ROWS];
    let [mut u, mut v, mut y] = [const { MaybeUninit::uninit() }; 3];
    let (u, v, y) = (u.as_mut_ptr(), v.as_mut_ptr(), y.as_mut_ptr());
    let p = &raw mut p;
    add(p, 0, p);
    add(p, 1, y);
    store(y, false, false);
    add(p, 2, u);
    add(u, 3, v);
    add(v, 4, y);
    store(y, true, false);
    let q = &raw mut q;
    add(q, 5, q);
    // Safety: all of them are written by now.
    unsafe {
        plus(&mut *v, &*q);
        plus(&mut *u, &*q);
    }
    store(v, true, true);
    add(u, 6, y);
    store(y, false, true);
}

/// Stores the tile of panel `panel` of one half of A: as many `columns` of it as there
/// are from `column` on.
#[inline(always)]
unsafe fn store<const ROWS: usize, const VECTORS: usize>(
    product: &HalvedProduct,
    sums: *const Sums<ROWS, VECTORS>,
    (panel, is_lower): (usize, bool),
    (column, columns): (usize, usize),
) {
    let upper = upper_rows(product.rows);
    let (before, panels, rows) = match is_lower {
        true => (upper, upper.div_ceil(ROWS), product.rows - upper),
        false => (0, 0, upper),
    };
    let bias = (panels + panel) * ROWS;
    let row = panel * ROWS;
    let first = (before + row) * product.target.stride + column;
    let inside = (rows.saturating_sub(row), columns);
    // Safety: the caller's.
    unsafe { finish(sums, &product.target, bias, first, inside) };
}

#[inline(always)]
fn plus<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Sums<ROWS, VECTORS>,
    others: &Sums<ROWS, VECTORS>,
) {
    for (sums, others) in sums.iter_mut().zip(others) {
        for (sum, &other) in sums.iter_mut().zip(others) {
            *sum = sum.add(other);
        }
    }
}
