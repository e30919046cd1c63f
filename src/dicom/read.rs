//! From the bytes of a DICOM file to its first picture.

use image::RgbImage;

use super::attributes::{Attributes, Photometric, TRANSFER_SYNTAX, WANTED};
use super::codecs;
use super::colors::{doubled, rgb};
use super::elements::{Elements, PixelData};
use super::error::{DicomError, Problem};
use super::fragments::first_frame;
use super::levels::grey_levels;
use super::samples::{Samples, keep_stored_bits, plain};
use super::transfer_syntax::{Coding, Compression, transfer_syntax};
use crate::picture::{Limits, PictureError, PixelFile, Pixels, check_size};

/// What stands at byte 128 of a DICOM file.
const MAGIC: &[u8] = b"DICM";
const MAGIC_PLACE: usize = 128;

/// Whether a file is in DICOM's format: it has its mark, or is named `.dcm` and begins as a data
/// set without the mark does.
pub fn is_dicom(bytes: &[u8], name: &str) -> bool {
    if has_mark(bytes) {
        return true;
    }
    let end = name
        .len()
        .checked_sub(4)
        .and_then(|place| name.get(place..));
    // Groups 2 and 8 are the first that there are, and their elements have small numbers.
    end.is_some_and(|end| end.eq_ignore_ascii_case(".dcm")) && matches!(bytes, [2 | 8, 0, _, 0, ..])
}

fn has_mark(bytes: &[u8]) -> bool {
    bytes.get(MAGIC_PLACE..MAGIC_PLACE + MAGIC.len()) == Some(MAGIC)
}

/// The first picture of a DICOM file, and what a person should know about how it was read.
/// `name` is for messages only.
///
/// # Errors
/// [`DicomError`]; its message holds nothing of the file but what is known of codecs.
pub fn read(bytes: &[u8], name: &str, limits: Limits) -> Result<PixelFile, DicomError> {
    let of = |problem: Problem| problem.of(name);
    let (coding, compression, start) = file_meta(bytes).map_err(of)?;
    let data = bytes.get(start..).unwrap_or_default();
    let room = usize::try_from(limits.max_bytes).unwrap_or(usize::MAX);
    let inflated = match compression {
        Compression::Deflated => Some(inflate(data, room).map_err(of)?),
        _ => None,
    };
    let data = inflated.as_deref().unwrap_or(data);
    let coding = as_written(coding, data);
    let elements = Elements::find(data, coding, &WANTED).map_err(of)?;
    let Some(pixels) = elements.pixels else {
        let name = name.to_owned();
        return Err(if elements.is_encrypted {
            DicomError::Encrypted { name }
        } else {
            DicomError::NoPicture { name }
        });
    };
    let attributes = Attributes::read(&elements).map_err(of)?;
    check_size(name, attributes.width, attributes.height, limits)?;
    check_memory(&attributes, bytes.len(), name, limits)?;
    if compression == Compression::Video {
        return Err(DicomError::Video { name: name.into() });
    }
    let frame = frame(pixels, &attributes, &elements, compression);
    let picture = frame.and_then(|samples| picture(samples, &attributes, &elements));
    let mut file = picture.map_err(of)?;
    if attributes.frames > 1 {
        let frames = attributes.frames;
        file.notes.insert(
            0,
            format!("'{name}' has {frames} frames; its first is used"),
        );
    }
    Ok(file)
}

/// How the data set and its pixels are coded, and where it begins.
fn file_meta(bytes: &[u8]) -> Result<(Coding, Compression, usize), Problem> {
    let start = if has_mark(bytes) {
        MAGIC_PLACE + MAGIC.len()
    } else {
        0
    };
    let data = &bytes[start..];
    if !data.starts_with(&[2, 0]) {
        // No group that says it.
        return Ok((as_written(Coding::EXPLICIT, data), Compression::None, start));
    }
    let end = end_of_meta(data)?;
    let meta = Elements::find(&data[..end], Coding::EXPLICIT, &[TRANSFER_SYNTAX])?;
    let uid = meta.word(TRANSFER_SYNTAX);
    let uid = uid.ok_or(Problem::Damaged("it does not say how it is coded"))?;
    let (coding, compression) = transfer_syntax(uid);
    Ok((coding, compression, start + end))
}

/// Whether elements say their types is seen at the first: some files state the other.
fn as_written(coding: Coding, data: &[u8]) -> Coding {
    let kind = data.get(4..6).unwrap_or_default();
    Coding {
        is_explicit: kind.iter().all(u8::is_ascii_uppercase) && !kind.is_empty(),
        ..coding
    }
}

/// Where the elements of the file's first group end. Their lengths are read, as the length of the
/// group may be missing.
fn end_of_meta(data: &[u8]) -> Result<usize, Problem> {
    let cut = || Problem::Damaged("it ends in its first group");
    let mut place = 0;
    while data.get(place..place + 2) == Some(&[2, 0]) {
        let head = data.get(place..).and_then(|rest| rest.first_chunk::<12>());
        let head = head.ok_or_else(cut)?;
        let is_long = matches!(&head[4..6], b"OB" | b"UN" | b"OW" | b"SQ" | b"UT");
        let (skip, length) = if is_long {
            (
                12,
                u32::from_le_bytes([head[8], head[9], head[10], head[11]]),
            )
        } else {
            (8, u32::from(u16::from_le_bytes([head[6], head[7]])))
        };
        place = place
            .checked_add(skip + length as usize)
            .filter(|end| *end <= data.len())
            .ok_or_else(cut)?;
    }
    Ok(place)
}

fn inflate(data: &[u8], room: usize) -> Result<Vec<u8>, Problem> {
    let inflated = miniz_oxide::inflate::decompress_to_vec_with_limit(data, room);
    inflated.map_err(|_| Problem::Damaged("its deflated elements cannot be unpacked"))
}

/// Refuses a picture whose numbers would take more memory than there may be.
fn check_memory(
    attributes: &Attributes,
    file_bytes: usize,
    name: &str,
    limits: Limits,
) -> Result<(), PictureError> {
    // While a codec works there are two copies of numbers of 32 bits.
    let numbers = (attributes.pixels() * attributes.samples) as u64;
    if numbers * 8 + file_bytes as u64 > limits.max_bytes {
        return Err(PictureError::TooMuchMemory {
            name: name.into(),
            megabytes: limits.max_bytes / 1_000_000,
        });
    }
    Ok(())
}

/// The numbers of the first frame.
fn frame(
    pixels: PixelData,
    attributes: &Attributes,
    elements: &Elements,
    compression: Compression,
) -> Result<Samples, Problem> {
    let mut samples = match (pixels, compression) {
        (PixelData::Plain(bytes), _) => {
            if attributes.photometric == (Photometric::Ybr { is_halved: true }) {
                return doubled(bytes, attributes);
            }
            plain(bytes, attributes, elements)?
        }
        (PixelData::Items(items), compression) => {
            let frame = first_frame(items, attributes.frames)?;
            codecs::decode(&frame, attributes, compression)?
        }
    };
    keep_stored_bits(&mut samples.values, attributes);
    Ok(samples)
}

fn picture(
    samples: Samples,
    attributes: &Attributes,
    elements: &Elements,
) -> Result<PixelFile, Problem> {
    if let Photometric::Grey { .. } = attributes.photometric {
        let (levels, notes) = grey_levels(&samples.values, attributes);
        let pixels = Pixels::Grey(levels);
        return Ok(PixelFile { pixels, notes });
    }
    let bytes = rgb(&samples, attributes, elements)?;
    let picture = RgbImage::from_raw(attributes.width, attributes.height, bytes);
    let picture = picture.ok_or(Problem::Damaged("it has fewer pixels than it states"))?;
    Ok(PixelFile {
        pixels: Pixels::Rgb(picture),
        notes: Vec::new(),
    })
}
