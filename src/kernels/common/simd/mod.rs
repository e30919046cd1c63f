//! Vectors of four f32 lanes: WebAssembly SIMD in a browser, an array elsewhere, so that
//! native tests run the same kernels.
//!
//! One more operation: a function in `wasm`, the same in `portable`, and a method of
//! [`Lanes`].

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;

use std::mem::MaybeUninit;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use portable as imp;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use wasm as imp;

/// Elements of a [`Lanes`].
pub const LANES: usize = 4;

/// A vector of [`LANES`] f32 elements; every operation is element by element, unless it
/// says otherwise.
#[derive(Clone, Copy)]
pub struct Lanes(imp::Vector);

#[allow(clippy::should_implement_trait)]
impl Lanes {
    #[inline(always)]
    pub fn splat(value: f32) -> Lanes {
        Lanes(imp::splat(value))
    }

    #[inline(always)]
    pub fn load_array(from: &[f32; LANES]) -> Lanes {
        // Safety: the array has LANES elements.
        unsafe { Lanes::load(from.as_ptr()) }
    }

    /// The first [`LANES`] elements; panics if there are fewer.
    #[inline(always)]
    pub fn load_slice(from: &[f32]) -> Lanes {
        // Safety: the slice that is taken has LANES elements.
        unsafe { Lanes::load(from[..LANES].as_ptr()) }
    }

    #[inline(always)]
    pub fn store_array(self, to: &mut [f32; LANES]) {
        // Safety: the array has LANES elements.
        unsafe { self.store(to.as_mut_ptr()) }
    }

    /// Writes the first [`LANES`] elements; panics if there are fewer.
    #[inline(always)]
    pub fn store_slice(self, to: &mut [f32]) {
        // Safety: the slice that is taken has LANES elements.
        unsafe { self.store(to[..LANES].as_mut_ptr()) }
    }

    /// Initialises the first [`LANES`] elements; panics if there are fewer.
    #[inline(always)]
    pub fn store_uninit(self, to: &mut [MaybeUninit<f32>]) {
        // Safety: the slice that is taken has LANES elements, and nothing is read of it.
        unsafe { self.store(to[..LANES].as_mut_ptr().cast()) }
    }

    #[inline(always)]
    pub fn to_array(self) -> [f32; LANES] {
        let mut array = [0.0; LANES];
        self.store_array(&mut array);
        array
    }

    /// [`LANES`] elements from a pointer on.
    ///
    /// # Safety
    /// `from[..LANES]` must be initialised and readable; any alignment.
    #[inline(always)]
    pub unsafe fn load(from: *const f32) -> Lanes {
        // Safety: `imp::load` asks for the same.
        Lanes(unsafe { imp::load(from) })
    }

    /// One element in all lanes.
    ///
    /// # Safety
    /// `from[0]` must be initialised and readable; any alignment.
    #[inline(always)]
    pub unsafe fn load_splat(from: *const f32) -> Lanes {
        // Safety: `imp::load_splat` asks for the same.
        Lanes(unsafe { imp::load_splat(from) })
    }

    /// [`LANES`] little-endian float16 elements from a pointer on, widened.
    ///
    /// # Safety
    /// `from[..LANES]` must be initialised and readable; any alignment.
    #[inline(always)]
    pub unsafe fn load_f16(from: *const u16) -> Lanes {
        // Safety: `imp::load_f16` asks for the same.
        Lanes(unsafe { imp::load_f16(from) })
    }

    /// Writes [`LANES`] elements from a pointer on.
    ///
    /// # Safety
    /// `to[..LANES]` must be writable and not borrowed elsewhere; any alignment.
    #[inline(always)]
    pub unsafe fn store(self, to: *mut f32) {
        // Safety: `imp::store` asks for the same.
        unsafe { imp::store(to, self.0) }
    }

    #[inline(always)]
    pub fn add(self, other: Lanes) -> Lanes {
        Lanes(imp::add(self.0, other.0))
    }

    #[inline(always)]
    pub fn sub(self, other: Lanes) -> Lanes {
        Lanes(imp::sub(self.0, other.0))
    }

    #[inline(always)]
    pub fn mul(self, other: Lanes) -> Lanes {
        Lanes(imp::mul(self.0, other.0))
    }

    /// `self · factor + sum`, rounded once where relaxed SIMD is built in.
    #[inline(always)]
    pub fn mul_add(self, factor: Lanes, sum: Lanes) -> Lanes {
        Lanes(imp::mul_add(self.0, factor.0, sum.0))
    }

    /// `other` where it is greater; else, and beside a NaN, `self`.
    #[inline(always)]
    pub fn max(self, other: Lanes) -> Lanes {
        Lanes(imp::max(self.0, other.0))
    }

    /// `other` where it is smaller; else, and beside a NaN, `self`.
    #[inline(always)]
    pub fn min(self, other: Lanes) -> Lanes {
        Lanes(imp::min(self.0, other.0))
    }

    /// `self` where it is positive, else `other`.
    #[inline(always)]
    pub fn or_where_not_positive(self, other: Lanes) -> Lanes {
        Lanes(imp::select_positive(self.0, self.0, other.0))
    }

    /// A bit for each element, the lowest for the first: whether it is less than `other`'s.
    #[inline(always)]
    pub fn less_bits(self, other: Lanes) -> u8 {
        imp::less_bits(self.0, other.0)
    }

    /// `self` where `value` is less than `bound`, and `self` where it is not; 0 elsewhere.
    #[inline(always)]
    pub fn split_by_less(self, value: Lanes, bound: Lanes) -> [Lanes; 2] {
        imp::split_by_less(self.0, value.0, bound.0).map(Lanes)
    }

    /// Elements at even indices of `self` followed by `next`.
    #[inline(always)]
    pub fn even(self, next: Lanes) -> Lanes {
        Lanes(imp::even(self.0, next.0))
    }

    /// Elements at odd indices of `self` followed by `next`.
    #[inline(always)]
    pub fn odd(self, next: Lanes) -> Lanes {
        Lanes(imp::odd(self.0, next.0))
    }

    /// Elements 1 to 4 of `self` followed by `next`.
    #[inline(always)]
    pub fn extract_from_1(self, next: Lanes) -> Lanes {
        Lanes(imp::extract_from_1(self.0, next.0))
    }

    /// Elements 3 to 6 of `self` followed by `next`.
    #[inline(always)]
    pub fn extract_from_3(self, next: Lanes) -> Lanes {
        Lanes(imp::extract_from_3(self.0, next.0))
    }

    /// `self` and `other` interleaved: `[s0, o0, s1, o1]` and `[s2, o2, s3, o3]`.
    #[inline(always)]
    pub fn zip(self, other: Lanes) -> [Lanes; 2] {
        imp::zip(self.0, other.0).map(Lanes)
    }

    /// The columns of four rows.
    #[inline(always)]
    pub fn transpose(rows: [Lanes; 4]) -> [Lanes; 4] {
        imp::transpose(rows.map(|row| row.0)).map(Lanes)
    }
}
