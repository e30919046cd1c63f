//! What a scan is decoded by: T.87, annexes A.2.1 and C.2.4.1.

/// In which order the numbers of several kinds stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interleaving {
    /// There is one kind, or each line of a kind is followed by that of the next.
    Lines,
    /// Each pixel has its numbers together.
    Pixels,
}

impl Interleaving {
    /// By the number in the scan's header, for so many kinds.
    pub fn of(number: u8, kinds: usize) -> Option<Self> {
        match (number, kinds) {
            (_, 1) => Some(Interleaving::Lines),
            (1, 2..=4) => Some(Interleaving::Lines),
            (2, 2..=4) => Some(Interleaving::Pixels),
            _ => None,
        }
    }
}

/// What a file may state in place of the usual.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    pub greatest: i32,
    pub steps: [i32; 3],
    pub reset: i32,
}

impl Thresholds {
    /// Those of a segment; zeros are the usual.
    pub fn read(content: &[u8]) -> Option<Self> {
        let (&kind, content) = content.split_first()?;
        if kind != 1 {
            return None;
        }
        let numbers = content.as_chunks::<2>().0.iter();
        let numbers: Vec<i32> = numbers
            .map(|pair| u16::from_be_bytes(*pair).into())
            .collect();
        let &[greatest, first, second, third, reset] = numbers.as_slice() else {
            return None;
        };
        Some(Self {
            greatest,
            steps: [first, second, third],
            reset,
        })
    }
}

/// What a scan is decoded by, with the standard's names in brackets.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// The greatest number (MAXVAL).
    pub greatest: i32,
    /// How far a number may be from the true one (NEAR).
    pub near: i32,
    /// Errors that are told apart (RANGE).
    pub range: i32,
    /// Bits of an error (qbpp).
    pub error_bits: u32,
    /// The longest code (LIMIT).
    pub limit: u32,
    /// Where differences are taken for greater (T1, T2, T3).
    pub steps: [i32; 3],
    /// When what was learnt is halved (RESET).
    pub reset: i32,
}

impl Parameters {
    /// For numbers of so many bits; `None` for what contradicts itself.
    pub fn new(bits: u32, near: i32, stated: Option<Thresholds>) -> Option<Self> {
        if !(2..=16).contains(&bits) {
            return None;
        }
        let most = (1 << bits) - 1;
        let or = |stated: Option<i32>, usual: i32| stated.filter(|one| *one != 0).unwrap_or(usual);
        let greatest = or(stated.map(|stated| stated.greatest), most);
        if !(1..=most).contains(&greatest) || !(0..=(greatest / 2).min(255)).contains(&near) {
            return None;
        }
        let range = (greatest + 2 * near) / (2 * near + 1) + 1;
        let bits_of = |count: i32| i32::BITS - (count - 1).leading_zeros();
        let bits = bits_of(greatest + 1).max(2);
        let mut steps = usual_steps(greatest, near);
        for (place, step) in steps.iter_mut().enumerate() {
            *step = or(stated.map(|stated| stated.steps[place]), *step);
        }
        let reset = or(stated.map(|stated| stated.reset), 64);
        let is_ordered = near < steps[0] && steps.is_sorted() && steps[2] <= greatest.max(near + 1);
        (is_ordered && reset >= 3).then_some(Self {
            greatest,
            near,
            range,
            error_bits: bits_of(range),
            limit: 2 * (bits + bits.max(8)),
            steps,
            reset,
        })
    }

    /// A number by what was expected and its error, brought back into the range (A.4.5).
    pub fn corrected(&self, expected: i32, error: i32) -> i32 {
        // A damaged file's error may be of any size.
        let (near, range) = (i64::from(self.near), i64::from(self.range));
        let step = 2 * near + 1;
        let mut value = i64::from(expected) + i64::from(error) * step;
        if value < -near {
            value += range * step;
        } else if value > i64::from(self.greatest) + near {
            value -= range * step;
        }
        value.clamp(0, self.greatest.into()) as i32
    }
}

fn usual_steps(greatest: i32, near: i32) -> [i32; 3] {
    let clamp = |value: i32, low: i32| {
        if value > greatest || value < low {
            low
        } else {
            value
        }
    };
    if greatest >= 128 {
        let factor = (greatest.min(4095) + 128) / 256;
        let first = clamp(factor + 2 + 3 * near, near + 1);
        let second = clamp(4 * factor + 3 + 5 * near, first);
        return [first, second, clamp(17 * factor + 4 + 7 * near, second)];
    }
    let factor = 256 / (greatest + 1);
    let first = clamp((3 / factor + 3 * near).max(2), near + 1);
    let second = clamp((7 / factor + 5 * near).max(3), first);
    [
        first,
        second,
        clamp((21 / factor + 7 * near).max(4), second),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_values_are_those_of_the_standard() {
        let eight = Parameters::new(8, 0, None).unwrap();
        assert_eq!(
            (eight.steps, eight.limit, eight.error_bits),
            ([3, 7, 21], 32, 8)
        );
        let twelve = Parameters::new(12, 0, None).unwrap();
        assert_eq!((twelve.steps, twelve.limit), ([18, 67, 276], 48));
        assert!(Parameters::new(1, 0, None).is_none() && Parameters::new(8, 200, None).is_none());
    }
}
