//! What is learnt while decoding: T.87, annexes A.4 to A.7.

use super::bits::Bits;
use super::parameters::Parameters;

/// Contexts of smooth places.
const REGULAR: usize = 365;

/// What is learnt of errors in one kind of place (A, B, C, N in the standard).
#[derive(Clone, Copy)]
pub struct Context {
    size: i64,
    bias: i64,
    correction: i32,
    count: i64,
}

/// What is learnt where a run ends (A, N and Nn).
#[derive(Clone, Copy)]
pub struct RunContext {
    size: i64,
    count: i64,
    below: i64,
}

pub struct Contexts {
    pub regular: [Context; REGULAR],
    pub ends: [RunContext; 2],
}

impl Contexts {
    pub fn new(parameters: &Parameters) -> Self {
        let size = i64::from((parameters.range + 32) / 64).max(2);
        let regular = Context {
            size,
            bias: 0,
            correction: 0,
            count: 1,
        };
        let end = RunContext {
            size,
            count: 1,
            below: 0,
        };
        Self {
            regular: [regular; REGULAR],
            ends: [end; 2],
        }
    }
}

/// The length of a code for errors of this size.
fn code_length(count: i64, size: i64) -> u32 {
    let grown = |k: &u32| count << k < size;
    (0..24).take_while(grown).count() as u32
}

impl Context {
    /// The next number, where `expected` was guessed; `sign` is −1 where the place is seen in a
    /// mirror.
    pub fn decode(
        &mut self,
        bits: &mut Bits,
        parameters: &Parameters,
        expected: i32,
        sign: i32,
    ) -> Option<i32> {
        let expected = (expected + sign * self.correction).clamp(0, parameters.greatest);
        let k = code_length(self.count, self.size);
        let code = bits.golomb(k, parameters.limit, parameters.error_bits)?;
        let is_mirrored = parameters.near == 0 && k == 0 && 2 * self.bias <= -self.count;
        let error = match (code & 1 == 0, is_mirrored) {
            (true, false) => code / 2,
            (false, false) => -(code / 2) - 1,
            (false, true) => code / 2,
            (true, true) => -(code / 2) - 1,
        };
        self.learn(error, parameters);
        Some(parameters.corrected(expected, sign * error))
    }

    fn learn(&mut self, error: i32, parameters: &Parameters) {
        let error = i64::from(error);
        self.bias += error * i64::from(2 * parameters.near + 1);
        self.size += error.abs();
        if self.count == i64::from(parameters.reset) {
            self.size >>= 1;
            self.bias >>= 1;
            self.count >>= 1;
        }
        self.count += 1;
        if self.bias <= -self.count {
            self.bias = (self.bias + self.count).max(1 - self.count);
            self.correction = (self.correction - 1).max(-128);
        } else if self.bias > 0 {
            self.bias = (self.bias - self.count).min(0);
            self.correction = (self.correction + 1).min(127);
        }
    }
}

impl RunContext {
    /// The error of the number that ends a run; `kind` is 1 where the numbers before and above
    /// are alike.
    pub fn decode_error(
        &mut self,
        bits: &mut Bits,
        parameters: &Parameters,
        kind: i32,
        limit: u32,
    ) -> Option<i32> {
        let size = self.size + if kind == 1 { self.count >> 1 } else { 0 };
        let k = code_length(self.count, size);
        let code = bits.golomb(k, limit, parameters.error_bits)?;
        let doubled = code.checked_add(kind)?;
        let is_odd = doubled & 1 == 1;
        let error = doubled / 2 + i32::from(is_odd);
        let is_below = (k != 0 || 2 * self.below >= self.count) == is_odd;
        let error = if is_below { -error } else { error };
        self.below += i64::from(error < 0);
        self.size += i64::from(code + 1 - kind) >> 1;
        if self.count == i64::from(parameters.reset) {
            self.size >>= 1;
            self.count >>= 1;
            self.below >>= 1;
        }
        self.count += 1;
        Some(error)
    }
}
