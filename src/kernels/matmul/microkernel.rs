//! The microkernel (F. Van Zee and R. van de Geijn, "BLIS: A Framework for Rapidly
//! Instantiating BLAS Functionality", 2015): a tile of ROWS × 4·VECTORS accumulators that
//! stay in registers along all of K, and every epilogue that tract fuses.
//!
//! A is packed in panels [K, ROWS] and B in panels [K, 4·VECTORS]. At every step of K,
//! an element of A is broadcast and multiplied with the vectors of B: a rank-1 update.
//! ROWS · VECTORS + VECTORS + 1 registers are live. x86-64 has 16, ARM 32, hence several
//! shapes ([`super::KernelShape`]).

use tract_onnx::tract_core::tract_linalg::mmm::{FusedKerSpec, OutputStoreKer};

use super::super::common::{LANES, Lanes};

/// The sums of a tile: ROWS rows of VECTORS vectors of four columns.
pub type Accumulators<const ROWS: usize, const VECTORS: usize> = [[Lanes; VECTORS]; ROWS];

/// Runs tract's list of operations on a tile. Returns 0, or 1 at an operation that is for
/// integers only.
///
/// # Safety
/// The pointers in `operations` must be valid for a whole tile, as tract demands of its
/// own kernels:
/// - of `AddMatMul`, `pa` for `k · ROWS` elements and `pb` for `k · 4 · VECTORS`,
/// - of operations by row, ROWS elements, and of those by column, `4 · VECTORS`,
/// - of `LoadTile`, `ROWS · 4 · VECTORS`,
/// - of `AddUnicast` (to read) and `Store` (to write), every element (row, column) of the
///   tile by their strides.
pub unsafe fn run<const ROWS: usize, const VECTORS: usize>(
    operations: &[FusedKerSpec<f32>],
) -> isize {
    use FusedKerSpec as Spec;
    let mut sums: Accumulators<ROWS, VECTORS> = [[Lanes::splat(0.0); VECTORS]; ROWS];
    for operation in operations {
        let sums = &mut sums;
        // Safety: rows are below ROWS, and columns LANES · vector + lane below 4 · VECTORS,
        // for which the pointers are valid by the contract above.
        unsafe {
            match *operation {
                Spec::Done => break,
                Spec::Clear => *sums = [[Lanes::splat(0.0); VECTORS]; ROWS],
                Spec::LoadTile(_, rows) => map_sums(sums, |row, vector, _| {
                    Lanes::load(rows.add(LANES * (row * VECTORS + vector)))
                }),
                Spec::AddMatMul { k, pa, pb, .. } => {
                    multiply_accumulate(sums, pa.cast(), pb.cast(), k, sums);
                }
                Spec::ScalarMin(value) => with_scalar(sums, value, Lanes::min),
                Spec::ScalarMax(value) => with_scalar(sums, value, Lanes::max),
                Spec::ScalarAdd(value) => with_scalar(sums, value, Lanes::add),
                Spec::ScalarMul(value) => with_scalar(sums, value, Lanes::mul),
                Spec::ScalarSub(value) => with_scalar(sums, value, |sum, value| value.sub(sum)),
                Spec::ScalarSubF(value) => with_scalar(sums, value, Lanes::sub),
                Spec::LeakyRelu(slope) => with_scalar(sums, slope, |sum, slope| {
                    sum.or_where_not_positive(sum.mul(slope))
                }),
                Spec::PerRowMin(values) => per_row(sums, values, Lanes::min),
                Spec::PerRowMax(values) => per_row(sums, values, Lanes::max),
                Spec::PerRowAdd(values) => per_row(sums, values, Lanes::add),
                Spec::PerRowMul(values) => per_row(sums, values, Lanes::mul),
                Spec::PerRowSub(values) => per_row(sums, values, |sum, value| value.sub(sum)),
                Spec::PerRowSubF(values) => per_row(sums, values, Lanes::sub),
                Spec::PerColMin(values) => per_column(sums, values, Lanes::min),
                Spec::PerColMax(values) => per_column(sums, values, Lanes::max),
                Spec::PerColAdd(values) => per_column(sums, values, Lanes::add),
                Spec::PerColMul(values) => per_column(sums, values, Lanes::mul),
                Spec::PerColSub(values) => per_column(sums, values, |sum, value| value.sub(sum)),
                Spec::PerColSubF(values) => per_column(sums, values, Lanes::sub),
                Spec::AddRowColProducts(rows, columns) => map_sums(sums, |row, vector, sum| {
                    Lanes::load(columns.add(LANES * vector))
                        .mul_add(Lanes::load_splat(rows.add(row)), sum)
                }),
                Spec::AddUnicast(from) => add_elements(sums, &from),
                Spec::Store(to) => store(sums, &to),
                Spec::QScale(..) | Spec::RoundingShiftRight(..) | Spec::ShiftLeft(..) => return 1,
            }
        }
    }
    0
}

/// `*to = *from + A · B` for a panel of each. Not inlined: beside the epilogues, accumulators
/// would be spilled inside the loop.
///
/// # Safety
/// `a` must be valid to read for `k · ROWS` elements, `b` for `k · 4 · VECTORS`, `from` to
/// read and `to` to write; `from` and `to` may be the same.
#[inline(never)]
pub unsafe fn multiply_accumulate<const ROWS: usize, const VECTORS: usize>(
    from: *const Accumulators<ROWS, VECTORS>,
    mut a: *const f32,
    mut b: *const f32,
    k: usize,
    to: *mut Accumulators<ROWS, VECTORS>,
) {
    debug_assert!(from.is_aligned() && to.is_aligned());
    debug_assert!(k == 0 || !(a.is_null() || b.is_null()));
    // Safety: `from` is valid and aligned.
    let mut tile = unsafe { from.read() };
    for _ in 0..k {
        // Safety: at step i of `k`, `a` points to element i · ROWS of its panel and
        // row < ROWS; `b` to element i · 4 · VECTORS and LANES · vector + 3 < 4 · VECTORS.
        unsafe {
            let mut columns = [Lanes::splat(0.0); VECTORS];
            for (vector, column) in columns.iter_mut().enumerate() {
                *column = Lanes::load(b.add(LANES * vector));
            }
            for (row, sums) in tile.iter_mut().enumerate() {
                let factor = Lanes::load_splat(a.add(row));
                for (sum, &column) in sums.iter_mut().zip(&columns) {
                    *sum = factor.mul_add(column, *sum);
                }
            }
            a = a.add(ROWS);
            b = b.add(LANES * VECTORS);
        }
    }
    // Safety: `to` is valid and aligned.
    unsafe { to.write(tile) };
}

/// Replaces every vector of a tile by `change(row, vector, sums)`.
#[inline(always)]
fn map_sums<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    change: impl Fn(usize, usize, Lanes) -> Lanes,
) {
    for (row, sums) in sums.iter_mut().enumerate() {
        for (vector, sum) in sums.iter_mut().enumerate() {
            *sum = change(row, vector, *sum);
        }
    }
}

#[inline(always)]
fn with_scalar<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    value: f32,
    change: impl Fn(Lanes, Lanes) -> Lanes,
) {
    let value = Lanes::splat(value);
    map_sums(sums, |_, _, sum| change(sum, value));
}

/// # Safety
/// `values[..ROWS]` must be readable.
#[inline(always)]
unsafe fn per_row<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    values: *const f32,
    change: impl Fn(Lanes, Lanes) -> Lanes,
) {
    map_sums(sums, |row, _, sum| {
        // Safety: row < ROWS.
        change(sum, unsafe { Lanes::load_splat(values.add(row)) })
    });
}

/// # Safety
/// `values[..4 · VECTORS]` must be readable.
#[inline(always)]
unsafe fn per_column<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    values: *const f32,
    change: impl Fn(Lanes, Lanes) -> Lanes,
) {
    map_sums(sums, |_, vector, sum| {
        // Safety: LANES · vector + 3 < 4 · VECTORS.
        change(sum, unsafe { Lanes::load(values.add(LANES * vector)) })
    });
}

const ELEMENT_BYTES: isize = size_of::<f32>() as isize;

/// A pointer to an element of a tile.
///
/// # Safety
/// The tile must have the row and the column.
#[inline(always)]
unsafe fn element_pointer(tile: &OutputStoreKer, row: usize, column: usize) -> *mut f32 {
    let offset = tile.row_byte_stride * row as isize + tile.col_byte_stride * column as isize;
    // Safety: the strides of `tile` lead to its elements, inside of one allocation.
    unsafe { tile.ptr.offset(offset).cast() }
}

/// Adds a tile in memory, by whichever of its axes is contiguous.
///
/// # Safety
/// Every element (row, column) of the tile must be readable by the strides of `from`.
unsafe fn add_elements<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    from: &OutputStoreKer,
) {
    // Safety: rows are below ROWS, and columns below 4 · VECTORS; four elements are loaded
    // at once only along an axis whose stride is that of an element, inside of the tile.
    unsafe {
        if from.col_byte_stride == ELEMENT_BYTES {
            map_sums(sums, |row, vector, sum| {
                sum.add(Lanes::load(element_pointer(from, row, LANES * vector)))
            });
        } else if from.row_byte_stride == ELEMENT_BYTES && ROWS.is_multiple_of(LANES) {
            for_each_4x4_block(sums, |row, column, block| {
                let from = |lane| Lanes::load(element_pointer(from, row, column + lane));
                let rows = Lanes::transpose([from(0), from(1), from(2), from(3)]);
                for (sum, row) in block.iter_mut().zip(rows) {
                    *sum = sum.add(row);
                }
            });
        } else {
            map_sums(sums, |row, vector, sum| {
                let element = |lane| *element_pointer(from, row, LANES * vector + lane);
                let elements = [element(0), element(1), element(2), element(3)];
                sum.add(Lanes::load_array(&elements))
            });
        }
    }
}

/// Stores a tile, by whichever of its axes is contiguous.
///
/// # Safety
/// Every element (row, column) of the tile must be writable by the strides of `to`.
unsafe fn store<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    to: &OutputStoreKer,
) {
    // Safety: as in `add_elements`.
    unsafe {
        if to.col_byte_stride == ELEMENT_BYTES {
            map_sums(sums, |row, vector, sum| {
                sum.store(element_pointer(to, row, LANES * vector));
                sum
            });
        } else if to.row_byte_stride == ELEMENT_BYTES && ROWS.is_multiple_of(LANES) {
            for_each_4x4_block(sums, |row, column, block| {
                let columns = Lanes::transpose(*block);
                for (lane, values) in columns.into_iter().enumerate() {
                    values.store(element_pointer(to, row, column + lane));
                }
            });
        } else {
            map_sums(sums, |row, vector, sum| {
                for (lane, value) in sum.to_array().into_iter().enumerate() {
                    *element_pointer(to, row, LANES * vector + lane) = value;
                }
                sum
            });
        }
    }
}

/// Calls `change(row, column, block)` for every 4×4 block of a tile, where row and column
/// are its first ones.
#[inline(always)]
fn for_each_4x4_block<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    change: impl Fn(usize, usize, &mut [Lanes; LANES]),
) {
    let (row_blocks, _) = sums.as_chunks_mut::<LANES>();
    for (block_row, rows) in row_blocks.iter_mut().enumerate() {
        for vector in 0..VECTORS {
            let mut block = rows.map(|row| row[vector]);
            change(LANES * block_row, LANES * vector, &mut block);
            for (row, values) in rows.iter_mut().zip(block) {
                row[vector] = values;
            }
        }
    }
}
