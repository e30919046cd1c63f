//! Files that hold more than one picture.

use std::io::Cursor;

use image::ImageFormat;

use super::tiff_numbers::tiff_number;

/// What to say of a file with more than one picture.
pub fn several_note(bytes: &[u8], format: ImageFormat, name: &str) -> Option<String> {
    if format == ImageFormat::Tiff {
        let said = || format!("'{name}' has several pages; its first is used");
        return tiff_has_pages(bytes).then(said);
    }
    let said = || format!("'{name}' is animated; its first frame is used");
    is_animated(bytes, format).then(said)
}

/// Whether a TIFF's first directory names another one after it.
fn tiff_has_pages(bytes: &[u8]) -> bool {
    next_directory(bytes).is_some_and(|next| next != 0)
}

/// Where the second directory of a TIFF is: 0 if there is none, `None` if the file ends before.
fn next_directory(bytes: &[u8]) -> Option<u64> {
    let number = |place, length| tiff_number(bytes, place, length);
    // The large form counts by 8 bytes and has entries of 20.
    let is_large = number(2, 2)? == 43;
    let (first, length, count, entry) = if is_large {
        (number(8, 8)?, 8, 8, 20)
    } else {
        (number(4, 4)?, 4, 2, 12)
    };
    let entries = number(first, count)?.checked_mul(entry)?;
    let end = first.checked_add(count as u64)?.checked_add(entries)?;
    number(end, length)
}

fn is_animated(bytes: &[u8], format: ImageFormat) -> bool {
    let cursor = Cursor::new(bytes);
    match format {
        ImageFormat::Gif => gif_frames(bytes) > 1,
        ImageFormat::WebP => image::codecs::webp::WebPDecoder::new(cursor)
            .is_ok_and(|decoder| decoder.has_animation()),
        ImageFormat::Png => image::codecs::png::PngDecoder::new(cursor)
            .is_ok_and(|decoder| decoder.is_apng().unwrap_or(false)),
        _ => false,
    }
}

/// Number of frames of a GIF, counted by walking over its blocks: decoding the frames
/// would allocate whatever size a later one states.
fn gif_frames(bytes: &[u8]) -> usize {
    let byte = |place: usize| bytes.get(place).copied().map(usize::from);
    // The low three bits of a packed byte give the size of a colour table.
    let table = |packed: usize| {
        if packed & 0x80 == 0 {
            0
        } else {
            3 << ((packed & 7) + 1)
        }
    };
    let mut frames = 0;
    let Some(packed) = byte(10) else { return 0 };
    let mut place = 13 + table(packed);
    loop {
        match byte(place) {
            Some(0x21) => place += 2,
            Some(0x2c) => {
                let Some(packed) = byte(place + 9) else {
                    return frames;
                };
                frames += 1;
                place += 11 + table(packed);
            }
            _ => return frames,
        }
        // Blocks of data, each behind its length, ended by one of length 0.
        loop {
            match byte(place) {
                Some(0) => break place += 1,
                Some(length) => place += length + 1,
                None => return frames,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Limits, decode};

    #[test]
    fn a_later_frame_of_a_gif_may_claim_what_it_likes() {
        let mut bytes = Vec::new();
        image::codecs::gif::GifEncoder::new(&mut bytes)
            .encode(&[7; 16 * 16 * 3], 16, 16, image::ExtendedColorType::Rgb8)
            .unwrap();
        assert_eq!(gif_frames(&bytes), 1);
        bytes.pop();
        bytes.push(0x2c);
        bytes.extend([0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 1, 0, 0, 0x3b]);
        let decoded = decode(&bytes, "huge.gif", Limits::default()).unwrap();
        assert_eq!(decoded.picture.dimensions(), (16, 16));
        assert!(decoded.notes[0].contains("first frame"));
    }

    #[test]
    fn pages_of_a_tiff_are_counted_by_its_first_directory() {
        let little = |next: u32| {
            let mut bytes = b"II*\0\x08\0\0\0\x01\0".to_vec();
            bytes.extend([7; 12]);
            bytes.extend(next.to_le_bytes());
            bytes
        };
        assert!(tiff_has_pages(&little(200)) && !tiff_has_pages(&little(0)));
        let mut big = b"MM\0*\0\0\0\x08\0\x00".to_vec();
        big.extend(9u32.to_be_bytes());
        assert!(tiff_has_pages(&big));
        // Cut off, or with an offset beyond all memory.
        assert!(!tiff_has_pages(&little(1)[..20]));
        assert!(!tiff_has_pages(b"II*\0\xff\xff\xff\xff"));
        assert!(!tiff_has_pages(
            b"II+\0\x08\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
        ));
    }
}
