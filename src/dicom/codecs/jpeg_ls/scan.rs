//! The numbers of a scan, line by line: T.87, annexes A.3 to A.8 and B.2.

use super::bits::Bits;
use super::contexts::Contexts;
use super::parameters::{Interleaving, Parameters};

/// Bits that say how long the rest of a run is, the more the longer runs have been (J).
const RUN_BITS: [u32; 32] = [
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13,
    14, 15,
];

/// A scan in work.
struct Scan<'a> {
    bits: Bits<'a>,
    parameters: &'a Parameters,
    contexts: Contexts,
    /// Place in [`RUN_BITS`].
    run: usize,
    width: usize,
}

/// A line's numbers between one at each side, which stand for what is outside.
type Line = Vec<i32>;

/// Numbers of `height` lines of `width` pixels of so many kinds, pixel by pixel, and how many
/// bytes were read.
pub fn decode_scan(
    bytes: &[u8],
    parameters: &Parameters,
    (width, kinds): (usize, usize),
    interleaving: Interleaving,
    height: u32,
) -> Option<(Vec<i32>, usize)> {
    let mut scan = Scan {
        bits: Bits::new(bytes),
        parameters,
        contexts: Contexts::new(parameters),
        run: 0,
        width,
    };
    let mut runs = vec![0; kinds];
    let mut above: Vec<Line> = vec![vec![0; width + 2]; kinds];
    let mut lines = above.clone();
    let mut values = Vec::with_capacity(width * kinds * height as usize);
    for _ in 0..height {
        for (above, line) in above.iter_mut().zip(&mut lines) {
            above[width + 1] = above[width];
            line[0] = above[1];
        }
        if interleaving == Interleaving::Pixels {
            scan.line(&above, &mut lines)?;
        } else {
            for (kind, run) in runs.iter_mut().enumerate() {
                scan.run = *run;
                let range = kind..=kind;
                scan.line(&above[range.clone()], &mut lines[range])?;
                *run = scan.run;
            }
        }
        for place in 1..=width {
            values.extend(lines.iter().map(|line| line[place]));
        }
        std::mem::swap(&mut above, &mut lines);
    }
    Some((values, scan.bits.place()))
}

impl Scan<'_> {
    /// Decodes a line of each of these kinds.
    fn line(&mut self, above: &[Line], lines: &mut [Line]) -> Option<()> {
        let mut place = 1;
        while place <= self.width {
            let slopes: Vec<[i32; 3]> = above
                .iter()
                .zip(&*lines)
                .map(|(above, line)| self.slopes(above, line, place))
                .collect();
            if slopes.iter().all(|slopes| *slopes == [0; 3]) {
                place = self.run(above, lines, place)?;
                continue;
            }
            for ((above, line), slopes) in above.iter().zip(&mut *lines).zip(slopes) {
                line[place] = self.regular(above, line, place, slopes)?;
            }
            place += 1;
        }
        Some(())
    }

    /// How numbers around a place rise, each from −4 to 4 (A.3.3).
    fn slopes(&self, above: &[i32], line: &[i32], place: usize) -> [i32; 3] {
        let (left, corner) = (line[place - 1], above[place - 1]);
        let (over, right) = (above[place], above[place + 1]);
        [right - over, over - corner, corner - left].map(|rise| {
            let [first, second, third] = self.parameters.steps;
            let size = match rise.abs() {
                size if size <= self.parameters.near => 0,
                size if size < first => 1,
                size if size < second => 2,
                size if size < third => 3,
                _ => 4,
            };
            size * rise.signum()
        })
    }

    /// A number in a place that is not flat.
    fn regular(
        &mut self,
        above: &[i32],
        line: &[i32],
        place: usize,
        slopes: [i32; 3],
    ) -> Option<i32> {
        let (left, over, corner) = (line[place - 1], above[place], above[place - 1]);
        let expected = if corner >= left.max(over) {
            left.min(over)
        } else if corner <= left.min(over) {
            left.max(over)
        } else {
            left + over - corner
        };
        let [first, second, third] = slopes;
        let number = 81 * first + 9 * second + third;
        let sign = if number < 0 { -1 } else { 1 };
        let context = self
            .contexts
            .regular
            .get_mut(number.unsigned_abs() as usize)?;
        context.decode(&mut self.bits, self.parameters, expected, sign)
    }

    /// A run of the number before, and the one that ends it; gives the place behind (A.7).
    fn run(&mut self, above: &[Line], lines: &mut [Line], start: usize) -> Option<usize> {
        let end = self.width + 1;
        let mut place = start;
        let mut is_ended = false;
        while place < end {
            if self.bits.bit()? == 1 {
                let length = 1 << RUN_BITS[self.run];
                if length <= end - place {
                    self.run = (self.run + 1).min(RUN_BITS.len() - 1);
                }
                place += length.min(end - place);
            } else {
                let rest = self.bits.number(RUN_BITS[self.run])? as usize;
                place += rest;
                is_ended = true;
                break;
            }
        }
        if place > end || (is_ended && place == end) {
            return None;
        }
        for line in &mut *lines {
            let before = line[start - 1];
            line[start..place].fill(before);
        }
        if !is_ended {
            return Some(place);
        }
        let is_several = lines.len() > 1;
        for (above, line) in above.iter().zip(lines) {
            line[place] = self.run_end(line[place - 1], above[place], is_several)?;
        }
        self.run = self.run.saturating_sub(1);
        Some(place + 1)
    }

    /// The number that ends a run.
    fn run_end(&mut self, left: i32, over: i32, is_several: bool) -> Option<i32> {
        let is_alike = !is_several && (left - over).abs() <= self.parameters.near;
        let limit = self.parameters.limit - RUN_BITS[self.run] - 1;
        let kind = usize::from(is_alike);
        let context = &mut self.contexts.ends[kind];
        let error = context.decode_error(&mut self.bits, self.parameters, kind as i32, limit)?;
        let (expected, error) = match (is_alike, left > over) {
            (true, _) => (left, error),
            (false, true) => (over, -error),
            (false, false) => (over, error),
        };
        Some(self.parameters.corrected(expected, error))
    }
}
