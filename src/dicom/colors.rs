//! Colours of pixels as RGB in 8 bits.

use super::attributes::{Attributes, PALETTE, PALETTE_DESCRIPTOR, Photometric};
use super::elements::Elements;
use super::error::Problem;
use super::samples::Samples;

/// RGB, 3 bytes for each pixel.
///
/// # Errors
/// [`Problem`] if a palette is missing or not whole.
pub fn rgb(
    samples: &Samples,
    attributes: &Attributes,
    elements: &Elements,
) -> Result<Vec<u8>, Problem> {
    if attributes.photometric == Photometric::Palette {
        return palette(samples, elements);
    }
    // More than 8 bits lose their lower ones, rounded.
    let white = (1i64 << attributes.bits_stored.min(31)) - 1;
    let byte = |value: &i32| {
        let value = i64::from(*value).clamp(0, white);
        ((value * 255 + white / 2) / white) as u8
    };
    let mut bytes: Vec<u8> = samples.values.iter().map(byte).collect();
    if matches!(attributes.photometric, Photometric::Ybr { .. }) {
        for pixel in bytes.as_chunks_mut::<3>().0 {
            *pixel = from_ybr(*pixel);
        }
    }
    Ok(bytes)
}

/// A colour by its luma and differences (part 3, C.7.6.3.1.2; ITU-R BT.601).
fn from_ybr([y, blue, red]: [u8; 3]) -> [u8; 3] {
    let y = f64::from(y);
    let (blue, red) = (f64::from(blue) - 128.0, f64::from(red) - 128.0);
    let parts = [
        y + 1.402 * red,
        y - 0.114 * 1.772 / 0.587 * blue - 0.299 * 1.402 / 0.587 * red,
        y + 1.772 * blue,
    ];
    parts.map(|part| part.round().clamp(0.0, 255.0) as u8)
}

/// Pairs of pixels that share their differences, as pixels of their own: `Y Y Cb Cr` becomes
/// `Y Cb Cr Y Cb Cr`.
///
/// # Errors
/// [`Problem::Damaged`] if there are fewer than the picture has.
pub fn doubled(bytes: &[u8], attributes: &Attributes) -> Result<Samples, Problem> {
    let pixels = attributes.pixels();
    let bytes = bytes.get(..pixels.div_ceil(2) * 4);
    let bytes = bytes.ok_or(Problem::Damaged("it has fewer pixels than it states"))?;
    let pairs = bytes.as_chunks::<4>().0.iter();
    let mut values: Vec<i32> = pairs
        .flat_map(|[first, second, blue, red]| [first, blue, red, second, blue, red])
        .map(|byte| i32::from(*byte))
        .collect();
    values.truncate(3 * pixels);
    Ok(Samples { values, kinds: 3 })
}

/// Colours by the numbers of a palette, whose three tables are of 8 or 16 bits.
fn palette(samples: &Samples, elements: &Elements) -> Result<Vec<u8>, Problem> {
    let mut tables = [const { Vec::new() }; 3];
    let mut first = 0;
    for (table, place) in tables.iter_mut().zip(0..) {
        let missing = Problem::Unsupported("palette");
        let Some(mut descriptor) = elements.numbers(PALETTE_DESCRIPTOR + place) else {
            return Err(missing);
        };
        let (Some(entries), Some(begin), Some(bits)) =
            (descriptor.next(), descriptor.next(), descriptor.next())
        else {
            return Err(missing);
        };
        first = i32::from(begin as i16);
        let entries = if entries == 0 {
            1 << 16
        } else {
            usize::from(entries)
        };
        *table = entry_bytes(elements, PALETTE + place, entries, bits).ok_or(missing)?;
    }
    let pick = |table: &Vec<u8>, number: i32| {
        let last = table.len().saturating_sub(1);
        let place = usize::try_from(number.saturating_sub(first)).unwrap_or(0);
        table.get(place.min(last)).copied().unwrap_or(0)
    };
    let numbers = samples.values.iter();
    Ok(numbers
        .flat_map(|number| tables.each_ref().map(|table| pick(table, *number)))
        .collect())
}

/// The entries of a table in 8 bits: the upper ones of 16.
fn entry_bytes(elements: &Elements, tag: u32, entries: usize, bits: u16) -> Option<Vec<u8>> {
    let is_packed = bits <= 8 && elements.bytes(tag)?.len() < 2 * entries;
    if is_packed {
        return Some(elements.bytes(tag)?.get(..entries)?.to_vec());
    }
    let words = elements.numbers(tag)?.take(entries);
    let shift = if bits > 8 { 8 } else { 0 };
    let table: Vec<u8> = words.map(|word| (word >> shift) as u8).collect();
    (table.len() == entries).then_some(table)
}
