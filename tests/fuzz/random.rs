//! Chance that repeats: the same seed gives the same cases on every machine.

/// A SplitMix64 generator.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn one_of<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        choices.get(self.below(choices.len()))
    }

    /// A whole number that programs tend to get wrong, or a small one.
    pub fn number(&mut self) -> i64 {
        const HARD: [i64; 20] = [
            0,
            1,
            -1,
            2,
            -2,
            i64::MAX,
            i64::MIN,
            i64::MIN + 1,
            1 << 15,
            (1 << 15) - 1,
            1 << 16,
            1 << 20,
            1 << 24,
            1 << 28,
            (1 << 28) + 1,
            1 << 31,
            1 << 32,
            -(1 << 31),
            1 << 62,
            4_000_000_000_000_000_000,
        ];
        match self.below(3) {
            0 => HARD[self.below(HARD.len())],
            _ => self.below(12) as i64 - 3,
        }
    }
}
