//! The microkernel of matrix products: a tile of ROWS × 4·VECTORS sums that stay
//! in registers while it walks along K, and every epilogue that tract fuses.
//!
//! A is packed by panels of ROWS rows and B by panels of 4·VECTORS columns, each
//! panel K-major. At every step of K a row's number is spread over four lanes and
//! multiplied with the B vectors. ROWS · VECTORS + VECTORS + 1 registers are
//! alive: x86-64 has 16, ARM 32, hence several shapes ([`super::KernelShape`]).

use tract_onnx::tract_core::tract_linalg::mmm::{FusedKerSpec, OutputStoreKer};

use super::super::common::{LANES, Lanes};

pub type Accumulators<const ROWS: usize, const VECTORS: usize> = [[Lanes; VECTORS]; ROWS];

/// Runs a tile's list of operations. Answers 0, or 1 for an operation that only
/// integers have.
///
/// # Safety
/// Every pointer in `operations` must be good for a whole tile, as tract's own
/// kernels demand.
pub unsafe fn run<const ROWS: usize, const VECTORS: usize>(
    operations: &[FusedKerSpec<f32>],
) -> isize {
    use FusedKerSpec as Spec;
    let mut sums: Accumulators<ROWS, VECTORS> = [[Lanes::splat(0.0); VECTORS]; ROWS];
    for operation in operations {
        let sums = &mut sums;
        unsafe {
            match *operation {
                Spec::Done => break,
                Spec::Clear => *sums = [[Lanes::splat(0.0); VECTORS]; ROWS],
                Spec::LoadTile(_, rows) => each(sums, |row, vector, _| {
                    Lanes::load(rows.add(LANES * (row * VECTORS + vector)))
                }),
                Spec::AddMatMul { k, pa, pb, .. } => {
                    multiply_accumulate(sums, pa.cast(), pb.cast(), k, sums);
                }
                Spec::ScalarMin(value) => scalar(sums, value, Lanes::min),
                Spec::ScalarMax(value) => scalar(sums, value, Lanes::max),
                Spec::ScalarAdd(value) => scalar(sums, value, Lanes::add),
                Spec::ScalarMul(value) => scalar(sums, value, Lanes::mul),
                Spec::ScalarSub(value) => scalar(sums, value, |sum, value| value.sub(sum)),
                Spec::ScalarSubF(value) => scalar(sums, value, Lanes::sub),
                Spec::LeakyRelu(slope) => scalar(sums, slope, |sum, slope| {
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
                Spec::AddRowColProducts(rows, columns) => each(sums, |row, vector, sum| {
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

/// Adds the product of two packed panels to sums. A function of its own, or the
/// registers of the epilogues would push sums out to memory inside the loop.
///
/// # Safety
/// The panels must be `k` rows and columns long, `from` good to read and `to` to write;
/// they may be the same.
#[inline(never)]
pub unsafe fn multiply_accumulate<const ROWS: usize, const VECTORS: usize>(
    from: *const Accumulators<ROWS, VECTORS>,
    mut a: *const f32,
    mut b: *const f32,
    k: usize,
    to: *mut Accumulators<ROWS, VECTORS>,
) {
    // Safety: the caller's.
    let mut tile = unsafe { from.read() };
    for _ in 0..k {
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
    // Safety: the caller's.
    unsafe { to.write(tile) };
}

#[inline(always)]
fn each<const ROWS: usize, const VECTORS: usize>(
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
fn scalar<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    value: f32,
    change: impl Fn(Lanes, Lanes) -> Lanes,
) {
    let value = Lanes::splat(value);
    each(sums, |_, _, sum| change(sum, value));
}

#[inline(always)]
unsafe fn per_row<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    values: *const f32,
    change: impl Fn(Lanes, Lanes) -> Lanes,
) {
    each(sums, |row, _, sum| {
        change(sum, unsafe { Lanes::load_splat(values.add(row)) })
    });
}

#[inline(always)]
unsafe fn per_column<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    values: *const f32,
    change: impl Fn(Lanes, Lanes) -> Lanes,
) {
    each(sums, |_, vector, sum| {
        change(sum, unsafe { Lanes::load(values.add(LANES * vector)) })
    });
}

const ITEM: isize = size_of::<f32>() as isize;

/// Where an element of a tile lies.
#[inline(always)]
unsafe fn place(tile: &OutputStoreKer, row: usize, column: usize) -> *mut f32 {
    let offset = tile.row_byte_stride * row as isize + tile.col_byte_stride * column as isize;
    unsafe { tile.ptr.offset(offset).cast() }
}

unsafe fn add_elements<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    from: &OutputStoreKer,
) {
    unsafe {
        if from.col_byte_stride == ITEM {
            each(sums, |row, vector, sum| {
                sum.add(Lanes::load(place(from, row, LANES * vector)))
            });
        } else if from.row_byte_stride == ITEM && ROWS.is_multiple_of(LANES) {
            by_fours(sums, |row, column, four| {
                let from = |lane| Lanes::load(place(from, row, column + lane));
                let rows = Lanes::transpose([from(0), from(1), from(2), from(3)]);
                for (sum, row) in four.iter_mut().zip(rows) {
                    *sum = sum.add(row);
                }
            });
        } else {
            each(sums, |row, vector, sum| {
                let one = |lane| *place(from, row, LANES * vector + lane);
                let four = [one(0), one(1), one(2), one(3)];
                sum.add(Lanes::load(four.as_ptr()))
            });
        }
    }
}

unsafe fn store<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    to: &OutputStoreKer,
) {
    unsafe {
        if to.col_byte_stride == ITEM {
            each(sums, |row, vector, sum| {
                sum.store(place(to, row, LANES * vector));
                sum
            });
        } else if to.row_byte_stride == ITEM && ROWS.is_multiple_of(LANES) {
            by_fours(sums, |row, column, four| {
                let columns = Lanes::transpose(*four);
                for (lane, values) in columns.into_iter().enumerate() {
                    values.store(place(to, row, column + lane));
                }
            });
        } else {
            each(sums, |row, vector, sum| {
                let mut four = [0.0; LANES];
                sum.store(four.as_mut_ptr());
                for (lane, value) in four.into_iter().enumerate() {
                    *place(to, row, LANES * vector + lane) = value;
                }
                sum
            });
        }
    }
}

/// Calls `change` with every 4×4 square of a tile: its first row and column, and
/// its four rows.
#[inline(always)]
fn by_fours<const ROWS: usize, const VECTORS: usize>(
    sums: &mut Accumulators<ROWS, VECTORS>,
    change: impl Fn(usize, usize, &mut [Lanes; LANES]),
) {
    let (fours, _) = sums.as_chunks_mut::<LANES>();
    for (number, rows) in fours.iter_mut().enumerate() {
        for vector in 0..VECTORS {
            let mut four = rows.map(|row| row[vector]);
            change(LANES * number, LANES * vector, &mut four);
            for (row, values) in rows.iter_mut().zip(four) {
                row[vector] = values;
            }
        }
    }
}
