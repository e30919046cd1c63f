//! [`Vector`] by the 128-bit SIMD instructions of WebAssembly.

use std::arch::wasm32::*;

pub type Vector = v128;

#[inline(always)]
pub fn splat(value: f32) -> Vector {
    f32x4_splat(value)
}
/// # Safety
/// `from[..4]` must be readable; any alignment.
#[inline(always)]
pub unsafe fn load(from: *const f32) -> Vector {
    // Safety: four elements are readable; the instruction takes any alignment.
    unsafe { v128_load(from.cast()) }
}
/// # Safety
/// `from[0]` must be readable; any alignment.
#[inline(always)]
pub unsafe fn load_splat(from: *const f32) -> Vector {
    // Safety: one element is readable; the instruction takes any alignment.
    unsafe { v128_load32_splat(from.cast()) }
}
/// # Safety
/// `from[..4]` must be readable; any alignment.
#[inline(always)]
pub unsafe fn load_f16(from: *const u16) -> Vector {
    // Safety: four elements, 64 bits, are readable; the instruction takes any alignment.
    let bits = i32x4_extend_low_u16x8(unsafe { v128_load64_zero(from.cast()) });
    let rest = v128_and(bits, i32x4_splat(0x7fff));
    // The exponent's bias is 127 instead of 15: the factor 2¹¹² makes up for it, for
    // subnormal numbers, too.
    let scale = f32x4_splat(f32::from_bits((127 + 112) << 23));
    let finite = f32x4_mul(i32x4_shl(rest, 13), scale);
    let special = v128_or(i32x4_shl(rest, 13), i32x4_splat(0x7f80_0000));
    let is_special = i32x4_ge(rest, i32x4_splat(0x7c00));
    let sign = i32x4_shl(v128_and(bits, i32x4_splat(0x8000)), 16);
    v128_or(v128_bitselect(special, finite, is_special), sign)
}
/// # Safety
/// `to[..4]` must be writable; any alignment.
#[inline(always)]
pub unsafe fn store(to: *mut f32, value: Vector) {
    // Safety: four elements are writable; the instruction takes any alignment.
    unsafe { v128_store(to.cast(), value) }
}
#[inline(always)]
pub fn add(a: Vector, b: Vector) -> Vector {
    f32x4_add(a, b)
}
#[inline(always)]
pub fn sub(a: Vector, b: Vector) -> Vector {
    f32x4_sub(a, b)
}
#[inline(always)]
pub fn mul(a: Vector, b: Vector) -> Vector {
    f32x4_mul(a, b)
}
#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
pub fn mul_add(a: Vector, b: Vector, sum: Vector) -> Vector {
    f32x4_relaxed_madd(a, b, sum)
}
#[cfg(not(target_feature = "relaxed-simd"))]
#[inline(always)]
pub fn mul_add(a: Vector, b: Vector, sum: Vector) -> Vector {
    f32x4_add(f32x4_mul(a, b), sum)
}
// One machine instruction on x86-64 and ARM, unlike f32x4_max and f32x4_min.
#[inline(always)]
pub fn max(a: Vector, b: Vector) -> Vector {
    f32x4_pmax(a, b)
}
#[inline(always)]
pub fn min(a: Vector, b: Vector) -> Vector {
    f32x4_pmin(a, b)
}
#[inline(always)]
pub fn select_positive(test: Vector, yes: Vector, no: Vector) -> Vector {
    v128_bitselect(yes, no, f32x4_gt(test, f32x4_splat(0.0)))
}
#[inline(always)]
pub fn less_bits(a: Vector, b: Vector) -> u8 {
    i32x4_bitmask(f32x4_lt(a, b))
}
#[inline(always)]
pub fn split_by_less(of: Vector, value: Vector, bound: Vector) -> [Vector; 2] {
    let is_less = f32x4_lt(value, bound);
    [v128_and(of, is_less), v128_andnot(of, is_less)]
}
#[inline(always)]
pub fn even(a: Vector, b: Vector) -> Vector {
    i32x4_shuffle::<0, 2, 4, 6>(a, b)
}
#[inline(always)]
pub fn odd(a: Vector, b: Vector) -> Vector {
    i32x4_shuffle::<1, 3, 5, 7>(a, b)
}
#[inline(always)]
pub fn extract_from_1(a: Vector, b: Vector) -> Vector {
    i32x4_shuffle::<1, 2, 3, 4>(a, b)
}
#[inline(always)]
pub fn extract_from_3(a: Vector, b: Vector) -> Vector {
    i32x4_shuffle::<3, 4, 5, 6>(a, b)
}
#[inline(always)]
pub fn zip(a: Vector, b: Vector) -> [Vector; 2] {
    [
        i32x4_shuffle::<0, 4, 1, 5>(a, b),
        i32x4_shuffle::<2, 6, 3, 7>(a, b),
    ]
}
#[inline(always)]
pub fn transpose([a, b, c, d]: [Vector; 4]) -> [Vector; 4] {
    let ([low_ab, high_ab], [low_cd, high_cd]) = (zip(a, b), zip(c, d));
    [
        i64x2_shuffle::<0, 2>(low_ab, low_cd),
        i64x2_shuffle::<1, 3>(low_ab, low_cd),
        i64x2_shuffle::<0, 2>(high_ab, high_cd),
        i64x2_shuffle::<1, 3>(high_ab, high_cd),
    ]
}
