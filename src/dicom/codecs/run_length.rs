//! DICOM's own run lengths (part 5, annex G): the bytes of all numbers apart, the highest first.

use crate::dicom::attributes::Attributes;
use crate::dicom::error::{OTHER_SIZE, Problem};
use crate::dicom::samples::Samples;

/// Numbers in the header: how many segments there are, and where each begins.
const HEADER: usize = 16;

pub fn decode(frame: &[u8], attributes: &Attributes) -> Result<Samples, Problem> {
    let cut = || Problem::Damaged("its run lengths end too early");
    let header = frame.get(..4 * HEADER).ok_or_else(cut)?.as_chunks::<4>().0;
    let header: Vec<usize> = header
        .iter()
        .map(|number| u32::from_le_bytes(*number) as usize)
        .collect();
    let bytes_each = attributes.bits_allocated.div_ceil(8) as usize;
    let (pixels, kinds) = (attributes.pixels(), attributes.samples);
    let segments = kinds * bytes_each;
    if header[0] != segments || segments >= HEADER {
        return Err(OTHER_SIZE);
    }
    let mut values = vec![0i32; pixels * kinds];
    for segment in 0..segments {
        let start = header[1 + segment];
        let end = if segment + 1 < segments {
            header[2 + segment]
        } else {
            frame.len()
        };
        let packed = frame.get(start..end).ok_or_else(cut)?;
        let kind = segment / bytes_each;
        let shift = 8 * (bytes_each - 1 - segment % bytes_each);
        let bytes = unpack(packed, pixels).ok_or_else(cut)?;
        for (value, byte) in values.iter_mut().skip(kind).step_by(kinds).zip(bytes) {
            *value |= (u32::from(byte) << shift) as i32;
        }
    }
    Ok(Samples { values, kinds })
}

/// The first `count` bytes of a segment.
fn unpack(packed: &[u8], count: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = packed;
    while bytes.len() < count {
        let (&length, after) = rest.split_first()?;
        rest = match length {
            // So many bytes as they are.
            0..=127 => {
                let (plain, after) = after.split_at_checked(usize::from(length) + 1)?;
                bytes.extend_from_slice(plain);
                after
            }
            128 => after,
            // One byte so often.
            _ => {
                let (&byte, after) = after.split_first()?;
                bytes.extend(std::iter::repeat_n(byte, 257 - usize::from(length)));
                after
            }
        };
    }
    bytes.truncate(count);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_plain_bytes() {
        let packed = [2, 7, 8, 9, 254, 5, 128, 0, 1];
        assert_eq!(unpack(&packed, 7), Some(vec![7, 8, 9, 5, 5, 5, 1]));
        assert_eq!(unpack(&packed, 4), Some(vec![7, 8, 9, 5]));
        assert_eq!(unpack(&packed, 8), None);
    }
}
