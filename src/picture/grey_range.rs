//! Grey levels that use only a part of their 16 bits, as microscopes and X-ray detectors write
//! them.

use image::{ImageBuffer, Luma};

/// Grey levels in 16 bits.
pub type Grey16 = ImageBuffer<Luma<u16>, Vec<u16>>;

/// A picture whose greatest value needs no more bits than this is taken for one of a detector:
/// taken as 16 bits, its brightest place would have a quarter of white at most.
const MAX_DETECTOR_BITS: u32 = 14;

/// Spreads levels that use only a part of their 16 bits over all of them, and says so: white is
/// then the smallest power of two, less one, that holds the greatest value, and at least 255.
pub fn spread_range(grey: &mut Grey16, name: &str) -> Option<String> {
    let greatest = grey.iter().copied().max()?;
    let bits = (u16::BITS - greatest.leading_zeros()).max(u8::BITS);
    if greatest == 0 || bits > MAX_DETECTOR_BITS {
        return None;
    }
    let white = (1u32 << bits) - 1;
    for level in grey.iter_mut() {
        let spread = (u32::from(*level) * u32::from(u16::MAX) + white / 2) / white;
        *level = spread.min(u32::from(u16::MAX)) as u16;
    }
    Some(format!(
        "'{name}' has 16 bits for each pixel, but its greatest value is {greatest}: its levels are \
         taken as 0 to {white} ({bits} bits). Save it with levels up to 65535 if that is wrong"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(values: [u16; 4]) -> (Vec<u16>, Option<String>) {
        let mut grey = Grey16::from_raw(2, 2, values.to_vec()).unwrap();
        let note = spread_range(&mut grey, "cells.png");
        (grey.into_raw(), note)
    }

    #[test]
    fn ten_bits_are_spread_and_said() {
        let (levels, note) = spread([0, 1, 512, 1000]);
        assert_eq!(levels, [0, 64, 32800, 64062]);
        let note = note.unwrap();
        assert!(
            note.contains("0 to 1023") && note.contains("1000"),
            "{note}"
        );
        // 255 is the least that white can be.
        assert_eq!(spread([0, 3, 0, 0]).0[1], 771);
        assert_eq!(spread([4095, 0, 0, 0]).0[0], u16::MAX);
    }

    #[test]
    fn all_sixteen_bits_stay_as_they_are() {
        for values in [[0, 0, 0, 0], [0, 1, 512, 60_000], [16_384, 0, 0, 0]] {
            assert_eq!(spread(values), (values.to_vec(), None));
        }
    }
}
