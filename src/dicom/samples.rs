//! Stored numbers of pixels: those that are not compressed, and what bits of them count.

use super::attributes::Attributes;
use super::elements::Elements;
use super::error::Problem;

/// The numbers of one frame, pixel by pixel, each pixel's kinds behind each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    /// `height · width · kinds` numbers.
    pub values: Vec<i32>,
    pub kinds: usize,
}

/// The numbers of the first frame of pixels that are not compressed.
///
/// # Errors
/// [`Problem::Damaged`] if there are fewer than the picture has.
pub fn plain(
    bytes: &[u8],
    attributes: &Attributes,
    elements: &Elements,
) -> Result<Samples, Problem> {
    let is_big_endian = elements.is_big_endian;
    let count = attributes.pixels() * attributes.samples;
    let cut = || Problem::Damaged("it has fewer pixels than it states");
    let whole = bytes;
    let size = (count as u64 * u64::from(attributes.bits_allocated)).div_ceil(8);
    let bytes = usize::try_from(size)
        .ok()
        .and_then(|size| bytes.get(..size));
    let bytes = bytes.ok_or_else(cut)?;
    let values = match attributes.bits_allocated {
        1 => (0..count)
            .map(|place| i32::from(bytes[place / 8] >> (place % 8) & 1))
            .collect(),
        // Two bytes of a word, the second of which is the first pixel.
        8 if is_big_endian && elements.has_words => (0..count)
            .map(|place| i32::from(whole.get(place ^ 1).copied().unwrap_or(0)))
            .collect(),
        8 => bytes.iter().map(|byte| i32::from(*byte)).collect(),
        16 => words(bytes, is_big_endian).map(i32::from).collect(),
        _ => longs(bytes, is_big_endian).collect(),
    };
    Ok(Samples {
        values: interleaved(values, attributes),
        kinds: attributes.samples,
    })
}

fn words(bytes: &[u8], is_big_endian: bool) -> impl Iterator<Item = u16> {
    let pairs = bytes.as_chunks::<2>().0.iter();
    pairs.map(move |pair| {
        if is_big_endian {
            u16::from_be_bytes(*pair)
        } else {
            u16::from_le_bytes(*pair)
        }
    })
}

fn longs(bytes: &[u8], is_big_endian: bool) -> impl Iterator<Item = i32> {
    let parts = bytes.as_chunks::<4>().0.iter();
    parts.map(move |part| {
        if is_big_endian {
            i32::from_be_bytes(*part)
        } else {
            i32::from_le_bytes(*part)
        }
    })
}

/// Numbers of which all of a kind may stand behind each other, pixel by pixel.
pub fn interleaved(values: Vec<i32>, attributes: &Attributes) -> Vec<i32> {
    if !attributes.is_planar {
        return values;
    }
    let (pixels, kinds) = (attributes.pixels(), attributes.samples);
    let place = |index: usize| (index % kinds) * pixels + index / kinds;
    (0..values.len())
        .map(|index| values[place(index)])
        .collect()
}

/// Keeps the bits that hold a value, with its sign.
pub fn keep_stored_bits(values: &mut [i32], attributes: &Attributes) {
    let stored = attributes.bits_stored;
    let below = attributes.high_bit + 1 - stored;
    let left = i32::BITS - stored;
    for value in values {
        let bits = (*value as u32) >> below << left;
        *value = if attributes.is_signed {
            (bits as i32) >> left
        } else {
            // Of 32 bits, one is lost.
            (bits >> left).min(i32::MAX as u32) as i32
        };
    }
}
