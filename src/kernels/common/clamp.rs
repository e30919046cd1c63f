//! Bounds on the output of an operation: ReLU, ReLU6 and the like, fused into it.

use super::simd::Lanes;

/// min(max(x, `min`), `max`); without a bound it is infinite.
#[derive(Clone, Copy, Debug)]
pub struct Clamp {
    /// 0 for ReLU and ReLU6.
    pub min: f32,
    /// 6 for ReLU6.
    pub max: f32,
}

impl Clamp {
    /// No bounds: the identity.
    pub const NONE: Clamp = Clamp {
        min: f32::NEG_INFINITY,
        max: f32::INFINITY,
    };

    /// max(x, 0).
    pub const RELU: Clamp = Clamp {
        min: 0.0,
        max: f32::INFINITY,
    };

    /// Whether there is a bound.
    pub fn is_bounded(self) -> bool {
        self.min > f32::NEG_INFINITY || self.max < f32::INFINITY
    }

    /// The lower bound first, then the upper one; a NaN stays, as with `LanesClamp`.
    pub fn apply(self, value: f32) -> f32 {
        let raised = if value < self.min { self.min } else { value };
        if self.max < raised { self.max } else { raised }
    }

    /// Both bounds in all lanes.
    #[inline(always)]
    pub fn splat(self) -> LanesClamp {
        LanesClamp {
            min: Lanes::splat(self.min),
            max: Lanes::splat(self.max),
        }
    }
}

/// By the bits of both bounds, so that equality is reflexive.
impl PartialEq for Clamp {
    fn eq(&self, other: &Clamp) -> bool {
        let bits = |clamp: &Clamp| [clamp.min, clamp.max].map(f32::to_bits);
        bits(self) == bits(other)
    }
}

impl Eq for Clamp {}

/// A [`Clamp`] for vectors.
#[derive(Clone, Copy)]
pub struct LanesClamp {
    min: Lanes,
    max: Lanes,
}

impl LanesClamp {
    /// The lower bound first, then the upper one.
    #[inline(always)]
    pub fn apply(self, values: Lanes) -> Lanes {
        values.max(self.min).min(self.max)
    }
}
