//! Four f32 numbers at once: the SIMD of WebAssembly in a browser, an array that
//! the compiler turns into the machine's own elsewhere, so that native tests run
//! the very kernels of the browser.

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod imp {
    use std::arch::wasm32::*;

    pub type Four = v128;

    #[inline(always)]
    pub fn splat(value: f32) -> Four {
        f32x4_splat(value)
    }
    #[inline(always)]
    pub unsafe fn load(from: *const f32) -> Four {
        unsafe { v128_load(from.cast()) }
    }
    #[inline(always)]
    pub unsafe fn load_splat(from: *const f32) -> Four {
        unsafe { v128_load32_splat(from.cast()) }
    }
    #[inline(always)]
    pub unsafe fn load_halves(from: *const u16) -> Four {
        let bits = i32x4_extend_low_u16x8(unsafe { v128_load64_zero(from.cast()) });
        let rest = v128_and(bits, i32x4_splat(0x7fff));
        // The exponent is counted from another number: 2¹¹² makes up for it, for
        // numbers without a leading one, too.
        let scale = f32x4_splat(f32::from_bits((127 + 112) << 23));
        let finite = f32x4_mul(i32x4_shl(rest, 13), scale);
        let special = v128_or(i32x4_shl(rest, 13), i32x4_splat(0x7f80_0000));
        let is_special = i32x4_ge(rest, i32x4_splat(0x7c00));
        let sign = i32x4_shl(v128_and(bits, i32x4_splat(0x8000)), 16);
        v128_or(v128_bitselect(special, finite, is_special), sign)
    }
    #[inline(always)]
    pub unsafe fn store(to: *mut f32, value: Four) {
        unsafe { v128_store(to.cast(), value) }
    }
    #[inline(always)]
    pub fn add(a: Four, b: Four) -> Four {
        f32x4_add(a, b)
    }
    #[inline(always)]
    pub fn sub(a: Four, b: Four) -> Four {
        f32x4_sub(a, b)
    }
    #[inline(always)]
    pub fn mul(a: Four, b: Four) -> Four {
        f32x4_mul(a, b)
    }
    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    pub fn mul_add(a: Four, b: Four, sum: Four) -> Four {
        f32x4_relaxed_madd(a, b, sum)
    }
    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    pub fn mul_add(a: Four, b: Four, sum: Four) -> Four {
        f32x4_add(f32x4_mul(a, b), sum)
    }
    // One machine instruction on x86-64 and ARM, unlike f32x4_max and f32x4_min.
    #[inline(always)]
    pub fn max(a: Four, b: Four) -> Four {
        f32x4_pmax(a, b)
    }
    #[inline(always)]
    pub fn min(a: Four, b: Four) -> Four {
        f32x4_pmin(a, b)
    }
    #[inline(always)]
    pub fn select_positive(test: Four, yes: Four, no: Four) -> Four {
        v128_bitselect(yes, no, f32x4_gt(test, f32x4_splat(0.0)))
    }
    #[inline(always)]
    pub fn even(a: Four, b: Four) -> Four {
        i32x4_shuffle::<0, 2, 4, 6>(a, b)
    }
    #[inline(always)]
    pub fn odd(a: Four, b: Four) -> Four {
        i32x4_shuffle::<1, 3, 5, 7>(a, b)
    }
    #[inline(always)]
    pub fn slid_by_one(a: Four, b: Four) -> Four {
        i32x4_shuffle::<1, 2, 3, 4>(a, b)
    }
    #[inline(always)]
    pub fn slid_by_three(a: Four, b: Four) -> Four {
        i32x4_shuffle::<3, 4, 5, 6>(a, b)
    }
    #[inline(always)]
    pub fn zip(a: Four, b: Four) -> [Four; 2] {
        [
            i32x4_shuffle::<0, 4, 1, 5>(a, b),
            i32x4_shuffle::<2, 6, 3, 7>(a, b),
        ]
    }
    #[inline(always)]
    pub fn transpose([a, b, c, d]: [Four; 4]) -> [Four; 4] {
        let ([low_ab, high_ab], [low_cd, high_cd]) = (zip(a, b), zip(c, d));
        [
            i64x2_shuffle::<0, 2>(low_ab, low_cd),
            i64x2_shuffle::<1, 3>(low_ab, low_cd),
            i64x2_shuffle::<0, 2>(high_ab, high_cd),
            i64x2_shuffle::<1, 3>(high_ab, high_cd),
        ]
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod imp {
    use std::array::from_fn;

    pub type Four = [f32; 4];

    #[inline(always)]
    pub fn splat(value: f32) -> Four {
        [value; 4]
    }
    #[inline(always)]
    pub unsafe fn load(from: *const f32) -> Four {
        unsafe { from.cast::<Four>().read_unaligned() }
    }
    #[inline(always)]
    pub unsafe fn load_splat(from: *const f32) -> Four {
        unsafe { [from.read(); 4] }
    }
    #[inline(always)]
    pub unsafe fn load_halves(from: *const u16) -> Four {
        let halves = unsafe { from.cast::<[u16; 4]>().read_unaligned() };
        halves.map(|bits| half::f16::from_bits(u16::from_le(bits)).to_f32())
    }
    #[inline(always)]
    pub unsafe fn store(to: *mut f32, value: Four) {
        unsafe { to.cast::<Four>().write_unaligned(value) }
    }
    #[inline(always)]
    pub fn add(a: Four, b: Four) -> Four {
        from_fn(|lane| a[lane] + b[lane])
    }
    #[inline(always)]
    pub fn sub(a: Four, b: Four) -> Four {
        from_fn(|lane| a[lane] - b[lane])
    }
    #[inline(always)]
    pub fn mul(a: Four, b: Four) -> Four {
        from_fn(|lane| a[lane] * b[lane])
    }
    #[inline(always)]
    pub fn mul_add(a: Four, b: Four, sum: Four) -> Four {
        from_fn(|lane| a[lane] * b[lane] + sum[lane])
    }
    #[inline(always)]
    pub fn max(a: Four, b: Four) -> Four {
        from_fn(|lane| if a[lane] < b[lane] { b[lane] } else { a[lane] })
    }
    #[inline(always)]
    pub fn min(a: Four, b: Four) -> Four {
        from_fn(|lane| if b[lane] < a[lane] { b[lane] } else { a[lane] })
    }
    #[inline(always)]
    pub fn select_positive(test: Four, yes: Four, no: Four) -> Four {
        from_fn(|lane| {
            if test[lane] > 0.0 {
                yes[lane]
            } else {
                no[lane]
            }
        })
    }
    #[inline(always)]
    pub fn even(a: Four, b: Four) -> Four {
        [a[0], a[2], b[0], b[2]]
    }
    #[inline(always)]
    pub fn odd(a: Four, b: Four) -> Four {
        [a[1], a[3], b[1], b[3]]
    }
    #[inline(always)]
    pub fn slid_by_one(a: Four, b: Four) -> Four {
        [a[1], a[2], a[3], b[0]]
    }
    #[inline(always)]
    pub fn slid_by_three(a: Four, b: Four) -> Four {
        [a[3], b[0], b[1], b[2]]
    }
    #[inline(always)]
    pub fn zip(a: Four, b: Four) -> [Four; 2] {
        [[a[0], b[0], a[1], b[1]], [a[2], b[2], a[3], b[3]]]
    }
    #[inline(always)]
    pub fn transpose(rows: [Four; 4]) -> [Four; 4] {
        from_fn(|column| from_fn(|row| rows[row][column]))
    }
}

/// How many numbers [`Lanes`] holds.
pub const LANES: usize = 4;

/// Four f32 numbers; every operation works on each by itself.
#[derive(Clone, Copy)]
pub struct Lanes(imp::Four);

#[allow(clippy::should_implement_trait)]
impl Lanes {
    #[inline(always)]
    pub fn splat(value: f32) -> Lanes {
        Lanes(imp::splat(value))
    }

    /// # Safety
    /// Four numbers must be readable there; any alignment.
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

    /// Four float16 numbers, widened.
    ///
    /// # Safety
    /// They must be readable there; any alignment.
    #[inline(always)]
    pub unsafe fn load_halves(from: *const u16) -> Lanes {
        Lanes(unsafe { imp::load_halves(from) })
    }

    /// # Safety
    /// Four numbers must be writable there; any alignment.
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
    pub fn slid_by_one(self, next: Lanes) -> Lanes {
        Lanes(imp::slid_by_one(self.0, next.0))
    }

    /// The last number of `self` and the first three of `next`.
    #[inline(always)]
    pub fn slid_by_three(self, next: Lanes) -> Lanes {
        Lanes(imp::slid_by_three(self.0, next.0))
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
