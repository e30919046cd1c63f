//! [`Vector`] as an array, which the compiler turns into the machine's own SIMD.

use std::array::from_fn;

pub type Vector = [f32; 4];

#[inline(always)]
pub fn splat(value: f32) -> Vector {
    [value; 4]
}
/// # Safety
/// `from[..4]` must be readable; any alignment.
#[inline(always)]
pub unsafe fn load(from: *const f32) -> Vector {
    // Safety: four elements are readable; the read is unaligned.
    unsafe { from.cast::<Vector>().read_unaligned() }
}
/// # Safety
/// `from[0]` must be readable; any alignment.
#[inline(always)]
pub unsafe fn load_splat(from: *const f32) -> Vector {
    // Safety: one element is readable; the read is unaligned.
    unsafe { [from.read_unaligned(); 4] }
}
/// # Safety
/// `from[..4]` must be readable; any alignment.
#[inline(always)]
pub unsafe fn load_f16(from: *const u16) -> Vector {
    // Safety: four elements are readable; the read is unaligned.
    let halves = unsafe { from.cast::<[u16; 4]>().read_unaligned() };
    halves.map(|bits| half::f16::from_bits(u16::from_le(bits)).to_f32())
}
/// # Safety
/// `to[..4]` must be writable; any alignment.
#[inline(always)]
pub unsafe fn store(to: *mut f32, value: Vector) {
    // Safety: four elements are writable; the write is unaligned.
    unsafe { to.cast::<Vector>().write_unaligned(value) }
}
#[inline(always)]
pub fn add(a: Vector, b: Vector) -> Vector {
    from_fn(|lane| a[lane] + b[lane])
}
#[inline(always)]
pub fn sub(a: Vector, b: Vector) -> Vector {
    from_fn(|lane| a[lane] - b[lane])
}
#[inline(always)]
pub fn mul(a: Vector, b: Vector) -> Vector {
    from_fn(|lane| a[lane] * b[lane])
}
#[inline(always)]
pub fn mul_add(a: Vector, b: Vector, sum: Vector) -> Vector {
    from_fn(|lane| a[lane] * b[lane] + sum[lane])
}
#[inline(always)]
pub fn max(a: Vector, b: Vector) -> Vector {
    from_fn(|lane| if a[lane] < b[lane] { b[lane] } else { a[lane] })
}
#[inline(always)]
pub fn min(a: Vector, b: Vector) -> Vector {
    from_fn(|lane| if b[lane] < a[lane] { b[lane] } else { a[lane] })
}
#[inline(always)]
pub fn select_positive(test: Vector, yes: Vector, no: Vector) -> Vector {
    from_fn(|lane| {
        if test[lane] > 0.0 {
            yes[lane]
        } else {
            no[lane]
        }
    })
}
#[inline(always)]
pub fn less_bits(a: Vector, b: Vector) -> u8 {
    let lanes = a.iter().zip(&b).enumerate();
    lanes.fold(0, |bits, (lane, (a, b))| bits | u8::from(a < b) << lane)
}
#[inline(always)]
pub fn split_by_less(of: Vector, value: Vector, bound: Vector) -> [Vector; 2] {
    let is_less: [u32; 4] = from_fn(|lane| u32::from(value[lane] < bound[lane]).wrapping_neg());
    [
        from_fn(|lane| f32::from_bits(of[lane].to_bits() & is_less[lane])),
        from_fn(|lane| f32::from_bits(of[lane].to_bits() & !is_less[lane])),
    ]
}
#[inline(always)]
pub fn even(a: Vector, b: Vector) -> Vector {
    [a[0], a[2], b[0], b[2]]
}
#[inline(always)]
pub fn odd(a: Vector, b: Vector) -> Vector {
    [a[1], a[3], b[1], b[3]]
}
#[inline(always)]
pub fn extract_from_1(a: Vector, b: Vector) -> Vector {
    [a[1], a[2], a[3], b[0]]
}
#[inline(always)]
pub fn extract_from_3(a: Vector, b: Vector) -> Vector {
    [a[3], b[0], b[1], b[2]]
}
#[inline(always)]
pub fn zip(a: Vector, b: Vector) -> [Vector; 2] {
    [[a[0], b[0], a[1], b[1]], [a[2], b[2], a[3], b[3]]]
}
#[inline(always)]
pub fn transpose(rows: [Vector; 4]) -> [Vector; 4] {
    from_fn(|column| from_fn(|row| rows[row][column]))
}
