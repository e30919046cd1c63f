//! JPEG-LS (ITU-T T.87), with and without loss.
//!
//! - `bits`: the bits of a scan
//! - `parameters`: what the whole scan is decoded by
//! - `contexts`: what is learnt while decoding
//! - `scan`: the numbers of a scan, line by line

mod bits;
mod contexts;
mod parameters;
mod scan;

use self::parameters::{Interleaving, Parameters, Thresholds};
use self::scan::decode_scan;
use crate::dicom::attributes::Attributes;
use crate::dicom::error::{OTHER_SIZE, Problem};
use crate::dicom::samples::Samples;

const DAMAGED: Problem = Problem::Damaged("its JPEG-LS picture cannot be decoded");

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const RESTARTS: u8 = 0xdd;
const FRAME: u8 = 0xf7;
const PRESETS: u8 = 0xf8;

pub fn decode(file: &[u8], attributes: &Attributes) -> Result<Samples, Problem> {
    let (size, kinds) = ((attributes.width, attributes.height), attributes.samples);
    let mut values = vec![0; attributes.pixels() * kinds];
    let (mut bits, mut presets, mut scans) = (None, None, 0);
    let mut rest = file;
    while scans < kinds {
        let (marker, content, after) = segment(rest)?;
        rest = after;
        match marker {
            START => {}
            FRAME => bits = Some(frame_bits(content, size, kinds)?),
            PRESETS => presets = Some(Thresholds::read(content).ok_or(DAMAGED)?),
            RESTARTS if content != [0, 0] => {
                return Err(Problem::Codec("JPEG-LS with restart marks"));
            }
            SCAN => {
                let (&count, header) = content.split_first().ok_or(DAMAGED)?;
                let header = header.get(2 * usize::from(count)..).ok_or(DAMAGED)?;
                let &[near, interleaving, ..] = header else {
                    return Err(DAMAGED);
                };
                let count = usize::from(count);
                let interleaving = Interleaving::of(interleaving, count).ok_or(DAMAGED)?;
                let bits = bits.ok_or(DAMAGED)?;
                let parameters = Parameters::new(bits, near.into(), presets).ok_or(DAMAGED)?;
                if scans + count > kinds {
                    return Err(OTHER_SIZE);
                }
                let width = attributes.width as usize;
                let lines = decode_scan(rest, &parameters, (width, count), interleaving, size.1);
                let (lines, read) = lines.ok_or(DAMAGED)?;
                for (place, value) in lines.into_iter().enumerate() {
                    values[place / count * kinds + scans + place % count] = value;
                }
                scans += count;
                rest = rest.get(read..).unwrap_or_default();
            }
            END => return Err(DAMAGED),
            _ => {}
        }
    }
    Ok(Samples { values, kinds })
}

/// The next marker, what belongs to it, and what follows. Bytes before it are passed over.
fn segment(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), Problem> {
    let is_marker = |pair: &[u8]| pair[0] == 0xff && pair[1] >= 0xc0 && pair[1] != 0xff;
    let place = bytes.windows(2).position(is_marker).ok_or(DAMAGED)?;
    let (marker, rest) = (bytes[place + 1], &bytes[place + 2..]);
    if matches!(marker, START | END) {
        return Ok((marker, &[], rest));
    }
    let length = rest.first_chunk().map(|length| u16::from_be_bytes(*length));
    let length = usize::from(length.ok_or(DAMAGED)?);
    let content = rest.get(2..length).ok_or(DAMAGED)?;
    Ok((marker, content, &rest[length..]))
}

/// The bits of a number, if the picture has the size and the kinds that the file states.
fn frame_bits(content: &[u8], size: (u32, u32), kinds: usize) -> Result<u32, Problem> {
    let &[
        bits,
        rows_high,
        rows_low,
        columns_high,
        columns_low,
        count,
        ..,
    ] = content
    else {
        return Err(DAMAGED);
    };
    let rows = u16::from_be_bytes([rows_high, rows_low]);
    let columns = u16::from_be_bytes([columns_high, columns_low]);
    if (u32::from(columns), u32::from(rows)) != size || usize::from(count) != kinds {
        return Err(OTHER_SIZE);
    }
    Ok(bits.into())
}
