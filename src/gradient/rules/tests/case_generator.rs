//! The source of random shapes, attributes and values for the cases.

use std::ops::RangeInclusive;

use proptest::prelude::*;

/// Draws choices from a list of random numbers. Smaller numbers make simpler
/// choices, so that proptest shrinks a failing case by shrinking the numbers.
#[derive(Clone, Debug)]
pub struct CaseGenerator {
    choices: Vec<u16>,
    /// Position of the next choice in the list.
    next_choice: usize,
    /// State of the generator of values, which are not shrunk (SplitMix64, Steele et
    /// al. 2014).
    state: u64,
}

impl CaseGenerator {
    /// Proptest's source of generators.
    pub fn strategy() -> impl Strategy<Value = CaseGenerator> {
        let choices = proptest::collection::vec(any::<u16>(), 64);
        (choices, any::<u64>()).prop_map(|(choices, seed)| CaseGenerator {
            choices,
            next_choice: 0,
            state: seed | 1,
        })
    }

    /// A number of the range; its start is the simplest.
    pub fn number(&mut self, range: RangeInclusive<usize>) -> usize {
        let choice = self.choices.get(self.next_choice).copied().unwrap_or(0);
        self.next_choice += 1;
        let count = range.end() - range.start() + 1;
        range.start() + usize::from(choice) * count / (usize::from(u16::MAX) + 1)
    }

    /// One of the list; the first is the simplest.
    pub fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.number(0..=list.len() - 1)].clone()
    }

    /// True or false; false is simpler.
    pub fn boolean(&mut self) -> bool {
        self.number(0..=1) == 1
    }

    /// A version of the operator set from `since` to 22; 22 is the simplest.
    pub fn opset(&mut self, since: i64) -> i64 {
        22 - self.number(0..=(22 - since) as usize) as i64
    }

    /// `count` numbers of one range.
    pub fn numbers(&mut self, count: usize, range: RangeInclusive<usize>) -> Vec<usize> {
        (0..count).map(|_| self.number(range.clone())).collect()
    }

    /// A shape of up to about a hundred values.
    pub fn shape(&mut self, rank: RangeInclusive<usize>) -> Vec<usize> {
        let rank = self.number(rank);
        let max_size = [1, 9, 6, 4, 3, 2][rank.min(5)];
        self.numbers(rank, 1..=max_size)
    }

    /// A shape that broadcasts to this one, perhaps the same.
    pub fn broadcastable(&mut self, shape: &[usize]) -> Vec<usize> {
        let skipped = if self.boolean() {
            self.number(0..=shape.len())
        } else {
            0
        };
        let sizes = shape[skipped..].iter();
        sizes
            .map(|&size| if self.number(0..=3) == 3 { 1 } else { size })
            .collect()
    }

    /// Some of the axes, in order, at least one.
    pub fn axes(&mut self, rank: usize) -> Vec<usize> {
        let mut axes: Vec<usize> = (0..rank).filter(|_| self.boolean()).collect();
        if axes.is_empty() {
            axes.push(self.number(0..=rank - 1));
        }
        axes
    }

    /// An axis or index as files write it: since operator set 11 also counted from
    /// the end, as a negative number.
    pub fn maybe_from_end(&mut self, axis: usize, rank: usize, opset: i64) -> i64 {
        if opset >= 11 && self.boolean() {
            axis as i64 - rank as i64
        } else {
            axis as i64
        }
    }

    /// A permutation of so many axes.
    pub fn permutation(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for position in 1..count {
            let other = position - self.number(0..=position);
            order.swap(position, other);
        }
        order
    }

    /// A number in [0, 1).
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Values in general position: no two alike, and none in the middle of the
    /// range, so that no maximum is shared and no value lies on a corner at 0.
    pub fn values(&mut self, count: usize, low: f64, high: f64) -> Vec<f32> {
        let slots = count.next_multiple_of(2);
        let mut order: Vec<usize> = (0..slots).collect();
        for position in (1..slots).rev() {
            order.swap(position, (self.uniform() * (position + 1) as f64) as usize);
        }
        let width = (high - low) / slots as f64;
        let value_in = |slot: &usize| low + width * (*slot as f64 + 0.25 + 0.5 * self.uniform());
        order[..count]
            .iter()
            .map(value_in)
            .map(|value| value as f32)
            .collect()
    }

    /// Values in general position, none of them near one of these corners.
    pub fn values_away_from(
        &mut self,
        corners: &[f32],
        count: usize,
        low: f64,
        high: f64,
    ) -> Vec<f32> {
        let mut values = self.values(count, low, high);
        for value in &mut values {
            for corner in corners {
                if (*value - corner).abs() < 0.02 {
                    *value = corner + 0.03;
                }
            }
        }
        values
    }

    /// Values of both signs with magnitudes between ½ and 2.
    pub fn values_away_from_zero(&mut self, count: usize) -> Vec<f32> {
        let mut values = self.values(count, 0.5, 2.0);
        for value in &mut values {
            if self.uniform() < 0.5 {
                *value = -*value;
            }
        }
        values
    }
}
