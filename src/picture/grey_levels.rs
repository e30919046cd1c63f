//! Grey levels of more than 8 bits, as microscopes, X-ray detectors and scanners write them, and
//! the part of them that is shown from black to white.

use std::fmt;
use std::str::FromStr;

use image::{ImageBuffer, Luma, RgbImage};

/// Numbers of pixels in 16 bits.
pub type Grey16 = ImageBuffer<Luma<u16>, Vec<u16>>;

/// A picture whose greatest value needs no more bits than this is taken for one of a detector:
/// taken as 16 bits, its brightest place would have a quarter of white at most.
const MAX_DETECTOR_BITS: u32 = 14;

/// Bars of a histogram.
const BARS: usize = 64;

/// The values that become black and white; those between become grey in proportion. As text
/// `low,high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelWindow {
    pub low: f64,
    /// Above `low`.
    pub high: f64,
}

impl LevelWindow {
    /// `None` unless both are finite and `high` is above `low`.
    pub fn new(low: f64, high: f64) -> Option<Self> {
        let is_one = low.is_finite() && high.is_finite() && low < high;
        // Their difference divides.
        (is_one && (high - low).is_finite()).then_some(Self { low, high })
    }
}

impl fmt::Display for LevelWindow {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{},{}", self.low, self.high)
    }
}

impl FromStr for LevelWindow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once(',');
        let number = |text: &str| text.trim().parse::<f64>().ok();
        let window = parts.and_then(|(low, high)| LevelWindow::new(number(low)?, number(high)?));
        window.ok_or_else(|| {
            format!(
                "'{text}' is no window of grey levels; it wants two numbers, the one that becomes \
                 black and a greater one that becomes white, such as 0,1023"
            )
        })
    }
}

/// A grey picture before its levels are brought to 8 bits.
#[derive(Clone, Debug)]
pub struct GreyLevels {
    /// The numbers of the pixels. A number's value is `number · slope + intercept`.
    pub numbers: Grey16,
    /// Not 0.
    pub slope: f64,
    pub intercept: f64,
    /// What is shown unless a person chooses.
    pub usual: LevelWindow,
    /// Whether the file itself states `usual`.
    pub is_usual_of_file: bool,
    /// The least values are white, as films have it.
    pub is_inverted: bool,
}

/// What a person is told of a picture's grey levels, and may choose by.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelsSummary {
    /// What is shown.
    pub window: LevelWindow,
    /// What is shown unless a person chooses.
    pub usual: LevelWindow,
    /// Whether the file itself states `usual`.
    pub is_usual_of_file: bool,
    /// The least and the greatest value of a pixel.
    pub range: [f64; 2],
    /// How many pixels are in each of as many equal parts of `range`.
    pub histogram: Vec<u32>,
}

impl GreyLevels {
    /// Levels of a file that says nothing about them. White is 65535, or where only a part of the
    /// 16 bits is used the smallest power of two, less one, that holds the greatest value, and at
    /// least 255. The second value is the number of bits in that case.
    pub fn of_numbers(numbers: Grey16) -> (Self, Option<u32>) {
        let greatest = numbers.iter().copied().max().unwrap_or(0);
        let bits = (u16::BITS - greatest.leading_zeros()).max(u8::BITS);
        let is_detector = greatest > 0 && bits <= MAX_DETECTOR_BITS;
        let white = if is_detector {
            (1u32 << bits) - 1
        } else {
            u32::from(u16::MAX)
        };
        let levels = Self {
            numbers,
            slope: 1.0,
            intercept: 0.0,
            usual: LevelWindow {
                low: 0.0,
                high: f64::from(white),
            },
            is_usual_of_file: false,
            is_inverted: false,
        };
        (levels, is_detector.then_some(bits))
    }

    /// The value of a number.
    fn value(&self, number: u16) -> f64 {
        f64::from(number) * self.slope + self.intercept
    }

    /// The picture as it is shown through a window, and what there is to be known of its levels.
    pub fn shown(&self, chosen: Option<LevelWindow>) -> (RgbImage, LevelsSummary) {
        let window = chosen.unwrap_or(self.usual);
        let greys = self.greys(window);
        let (width, height) = self.numbers.dimensions();
        let picture = spread(&self.numbers, &greys);
        let picture = RgbImage::from_raw(width, height, picture).unwrap_or_default();
        (picture, self.summary(window))
    }

    /// The grey of each number, rounded.
    fn greys(&self, window: LevelWindow) -> Vec<u8> {
        let span = window.high - window.low;
        let grey = |number: u16| {
            let part = ((self.value(number) - window.low) / span).clamp(0.0, 1.0);
            let part = if self.is_inverted { 1.0 - part } else { part };
            (part * 255.0).round() as u8
        };
        (0..=u16::MAX).map(grey).collect()
    }

    fn summary(&self, window: LevelWindow) -> LevelsSummary {
        let counts = counts(&self.numbers);
        let used = || counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let values = || used().map(|(number, count)| (self.value(number as u16), *count));
        let low = values().map(|(value, _)| value).fold(f64::MAX, f64::min);
        let high = values().map(|(value, _)| value).fold(f64::MIN, f64::max);
        let mut histogram = vec![0; BARS];
        for (value, count) in values() {
            let part = (value - low) / (high - low).max(f64::MIN_POSITIVE);
            let bar = ((part * BARS as f64) as usize).min(BARS - 1);
            histogram[bar] += count;
        }
        LevelsSummary {
            window,
            usual: self.usual,
            is_usual_of_file: self.is_usual_of_file,
            range: [low, high],
            histogram,
        }
    }
}

#[inline(never)] // The browser optimises whole functions: loops stay in small ones.
fn spread(numbers: &[u16], greys: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(3 * numbers.len());
    for number in numbers {
        let grey = greys[usize::from(*number)];
        bytes.extend([grey; 3]);
    }
    bytes
}

#[inline(never)] // As above.
fn counts(numbers: &[u16]) -> Vec<u32> {
    let mut counts = vec![0; 1 << u16::BITS];
    for number in numbers {
        counts[usize::from(*number)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(values: [u16; 4]) -> (GreyLevels, Option<u32>) {
        GreyLevels::of_numbers(Grey16::from_raw(2, 2, values.to_vec()).unwrap())
    }

    fn greys(levels: &GreyLevels, window: Option<LevelWindow>) -> Vec<u8> {
        let (picture, _) = levels.shown(window);
        picture.pixels().map(|pixel| pixel.0[0]).collect()
    }

    #[test]
    fn ten_bits_are_spread() {
        let (ten, bits) = levels([0, 1, 512, 1000]);
        assert_eq!((ten.usual.high, bits), (1023.0, Some(10)));
        assert_eq!(greys(&ten, None), [0, 0, 128, 249]);
        // 255 is the least that white can be.
        assert_eq!(levels([0, 3, 0, 0]).0.usual.high, 255.0);
    }

    #[test]
    fn all_sixteen_bits_stay_as_they_are() {
        for values in [[0, 0, 0, 0], [0, 1, 512, 60_000], [16_384, 0, 0, 0]] {
            let (levels, bits) = levels(values);
            assert_eq!((levels.usual.high, bits), (65_535.0, None));
            let rounded = values.map(|value| ((u32::from(value) + 128) / 257) as u8);
            assert_eq!(greys(&levels, None), rounded);
        }
    }

    #[test]
    fn a_window_is_of_values_and_films_are_turned_round() {
        let (mut scan, _) = levels([0, 100, 200, 300]);
        (scan.slope, scan.intercept) = (2.0, -100.0);
        let window = LevelWindow::new(-100.0, 300.0);
        assert_eq!(greys(&scan, window), [0, 128, 255, 255]);
        scan.is_inverted = true;
        assert_eq!(greys(&scan, window), [255, 128, 0, 0]);
        let (_, summary) = scan.shown(window);
        assert_eq!(summary.range, [-100.0, 500.0]);
        assert_eq!(summary.histogram.iter().sum::<u32>(), 4);
        assert_eq!((summary.histogram[0], summary.histogram[63]), (1, 1));
    }

    #[test]
    fn windows_are_two_numbers_the_greater_last() {
        let window: LevelWindow = " -160, 240.5".parse().unwrap();
        assert_eq!(window.to_string(), "-160,240.5");
        for text in [
            "",
            "1",
            "2,1",
            "1,1",
            "nan,2",
            "0,inf",
            "-1e308,1e308",
            "1,2,3",
        ] {
            assert!(text.parse::<LevelWindow>().unwrap_err().contains("0,1023"));
        }
    }
}
