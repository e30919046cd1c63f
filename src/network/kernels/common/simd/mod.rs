//! Vectors of four f32 lanes: the SIMD of WebAssembly in a browser, an array elsewhere,
//! so that native tests run the kernels of the browser.
//!
//! One more operation: a function in `wasm`, the same in `portable`, and a method of
//! [`Lanes`].

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use portable as imp;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use wasm as imp;

/// How many numbers [`Lanes`] holds.
pub const LANES: usize = 4;

/// Vector f32 numbers; every operation works on each by itself.
#[derive(Clone, Copy)]
pub struct Lanes(imp::Vector);

#[allow(clippy::should_implement_trait)]
impl Lanes {
    #[inline(always)]
    pub fn splat(value: f32) -> Lanes {
        Lanes(imp::splat(value))
    }

    /// # Safety
    /// Vector numbers must be readable there; any alignment.
    #[inline(always)]
    pub unsafe fn load(from: *const f32) -> Lanes {
        Lanes(unsafe { imp::load(from) })
    }

    /// One number, four times.
    ///
    /// # Safety
    /// It must be readable.
    #[inline(always)]
    pub unsafe fn load_splat(from: *const f32) -> Lanes {
        Lanes(unsafe { imp::load_splat(from) })
    }

    /// Vector float16 numbers, widened.
    ///
    /// # Safety
    /// They must be readable there; any alignment.
    #[inline(always)]
    pub unsafe fn load_f16(from: *const u16) -> Lanes {
        Lanes(unsafe { imp::load_f16(from) })
    }

    /// # Safety
    /// Vector numbers must be writable there; any alignment.
    #[inline(always)]
    pub unsafe fn store(self, to: *mut f32) {
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

    /// The numbers at even places of `self` followed by `next`.
    #[inline(always)]
    pub fn even(self, next: Lanes) -> Lanes {
        Lanes(imp::even(self.0, next.0))
    }

    /// The numbers at odd places of `self` followed by `next`.
    #[inline(always)]
    pub fn odd(self, next: Lanes) -> Lanes {
        Lanes(imp::odd(self.0, next.0))
    }

    /// The last three numbers of `self` and the first of `next`.
    #[inline(always)]
    pub fn extract_from_1(self, next: Lanes) -> Lanes {
        Lanes(imp::extract_from_1(self.0, next.0))
    }

    /// The last number of `self` and the first three of `next`.
    #[inline(always)]
    pub fn extract_from_3(self, next: Lanes) -> Lanes {
        Lanes(imp::extract_from_3(self.0, next.0))
    }

    /// The numbers of `self` and `other` in turn.
    #[inline(always)]
    pub fn zip(self, other: Lanes) -> [Lanes; 2] {
        imp::zip(self.0, other.0).map(Lanes)
    }

    #[inline(always)]
    pub fn transpose(rows: [Lanes; 4]) -> [Lanes; 4] {
        imp::transpose(rows.map(|row| row.0)).map(Lanes)
    }
}
