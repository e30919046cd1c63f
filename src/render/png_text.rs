//! Words in PNG files: who made what is seen, in chunks that programs for pictures show.

/// Of a PNG file: the signature, then the header's chunk, which must come first.
const SIGNATURE_BYTES: usize = 8;
const HEADER_BYTES: usize = 4 + 4 + 13 + 4;

/// The file with a chunk iTXt for each keyword and its text (UTF-8). Keywords are up to 79
/// letters of Latin-1, texts hold no NUL. What is no PNG file comes back as it is.
pub fn with_texts(png: &[u8], texts: &[(&str, &str)]) -> Vec<u8> {
    let Some((head, rest)) = png.split_at_checked(SIGNATURE_BYTES + HEADER_BYTES) else {
        return png.to_vec();
    };
    let mut file = head.to_vec();
    for (keyword, text) in texts {
        let mut chunk = b"iTXt".to_vec();
        chunk.extend(keyword.bytes());
        // Not compressed, of no language, the keyword not translated.
        chunk.extend([0; 5]);
        chunk.extend(text.bytes());
        file.extend((chunk.len() as u32 - 4).to_be_bytes());
        file.extend(&chunk);
        file.extend(crc32(&chunk).to_be_bytes());
    }
    file.extend(rest);
    file
}

/// The checksum of PNG's chunks (ISO 3309), bit by bit: they are short.
fn crc32(bytes: &[u8]) -> u32 {
    let next = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    };
    !bytes.iter().fold(u32::MAX, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_specification() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }

    #[test]
    fn texts_stand_in_the_file_and_the_picture_stays() {
        let picture = image::RgbaImage::from_pixel(3, 2, image::Rgba([9, 8, 7, 255]));
        let plain = crate::render::png::encode(&picture).unwrap();
        let file = with_texts(&plain, &[("Class", "Käfer"), ("Software", "gradcam")]);
        let chunk = "\0\0\0\x10iTXtClass\0\0\0\0\0Käfer";
        assert_eq!(&file[33..33 + chunk.len()], chunk.as_bytes());
        let read = image::load_from_memory(&file).unwrap();
        assert_eq!(read.to_rgba8(), picture);
        assert_eq!(with_texts(b"GIF89a", &[("Class", "x")]), b"GIF89a");
    }
}
