//! JPEG: lossy in 8 bits, and lossless in up to 16.

use jpeg_decoder::{ColorTransform, Decoder, Error, PixelFormat};

use crate::dicom::attributes::{Attributes, Photometric};
use crate::dicom::error::{OTHER_SIZE, Problem};
use crate::dicom::samples::Samples;

const DAMAGED: Problem = Problem::Damaged("its JPEG picture cannot be decoded");

pub fn decode(frame: &[u8], attributes: &Attributes) -> Result<Samples, Problem> {
    if precision(frame).is_some_and(|(is_lossless, bits)| bits > 8 && !is_lossless) {
        return Err(Problem::Codec("lossy JPEG in 12 bits"));
    }
    let mut decoder = Decoder::new(frame);
    decoder.read_info().map_err(problem)?;
    let info = decoder.info().ok_or(DAMAGED)?;
    let size = (u32::from(info.width), u32::from(info.height));
    if size != (attributes.width, attributes.height) {
        return Err(OTHER_SIZE);
    }
    // The file says what the colours are, and they are made RGB by that. What it calls RGB may be
    // YBR inside of the codec, which Adobe's mark says.
    let is_made_rgb =
        attributes.photometric == Photometric::Rgb && adobe_transform(frame) == Some(1);
    if attributes.samples == 3 {
        decoder.set_color_transform(if is_made_rgb {
            ColorTransform::YCbCr
        } else {
            ColorTransform::RGB
        });
    }
    let bytes = decoder.decode().map_err(problem)?;
    let (kinds, values): (usize, Vec<i32>) = match info.pixel_format {
        PixelFormat::L16 => {
            let words = bytes.as_chunks::<2>().0.iter();
            (
                1,
                words.map(|word| u16::from_ne_bytes(*word).into()).collect(),
            )
        }
        PixelFormat::L8 => (1, bytes.iter().map(|byte| i32::from(*byte)).collect()),
        PixelFormat::RGB24 => (3, bytes.iter().map(|byte| i32::from(*byte)).collect()),
        PixelFormat::CMYK32 => return Err(Problem::Unsupported("kind of colours (CMYK)")),
    };
    Ok(Samples { values, kinds })
}

fn problem(error: Error) -> Problem {
    match error {
        Error::Unsupported(_) => {
            Problem::Codec("a process of JPEG other than baseline, progressive or lossless")
        }
        _ => DAMAGED,
    }
}

/// The segments of a JPEG file: marker and content.
fn segments(file: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = file.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let &[0xff, marker, high, low, ..] = rest else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let content = rest.get(4..2 + length)?;
        rest = &rest[2 + length..];
        Some((marker, content))
    })
}

/// Whether the picture is lossless, and the bits of its numbers.
fn precision(file: &[u8]) -> Option<(bool, u8)> {
    let is_frame =
        |marker: u8| matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf);
    let (marker, content) = segments(file).find(|(marker, _)| is_frame(*marker))?;
    Some((marker == 0xc3, *content.first()?))
}

/// What Adobe's segment says of the colours: 0 for RGB, 1 for YBR.
fn adobe_transform(file: &[u8]) -> Option<u8> {
    let is_adobe =
        |(marker, content): &(u8, &[u8])| *marker == 0xee && content.starts_with(b"Adobe");
    let (_, content) = segments(file).find(is_adobe)?;
    content.get(11).copied()
}
