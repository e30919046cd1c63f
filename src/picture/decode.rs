//! Bytes to an upright RGB picture, within limits.

use std::borrow::Cow;
use std::io::Cursor;

use image::error::{ImageError, LimitError, LimitErrorKind};
use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};

use super::error::PictureError;
use super::grey_range::spread_range;
use super::several::several_note;

/// Bounds on the size that a picture states, checked before its pixels are decoded.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Number of pixels.
    pub max_pixels: u64,
    /// Length of a side in pixels.
    pub min_side: u32,
    pub max_side: u32,
    /// Memory in bytes, with the file's own.
    pub max_bytes: u64,
}

impl Default for Limits {
    /// 50 megapixels, which take 150 MB as RGB and 400 MB as RGBA in 16 bits, 8 to 65 535
    /// pixels a side, and 512 MB.
    fn default() -> Self {
        Limits {
            max_pixels: 50_000_000,
            min_side: 8,
            max_side: 65_535,
            max_bytes: 512_000_000,
        }
    }
}

/// A picture, and what a person should know about how it was read.
#[derive(Clone, Debug)]
pub struct Decoded {
    pub picture: RgbImage,
    pub notes: Vec<String>,
    /// Whether a browser would show another picture, or none.
    pub is_shown_otherwise: bool,
}

/// Decodes a picture: the first frame if it is animated, turned upright as its
/// EXIF orientation says, without transparency (hidden colours show, as with
/// Pillow's `convert("RGB")`).
///
/// `name` is for messages only; the format is found from the bytes.
///
/// # Errors
/// [`PictureError`], always before more memory is used than the limits allow.
pub fn decode(bytes: &[u8], name: &str, limits: Limits) -> Result<Decoded, PictureError> {
    let kept = without_packed_chunks(bytes);
    let copied = match &kept {
        Cow::Owned(copy) => copy.len(),
        Cow::Borrowed(_) => 0,
    };
    let room = limits
        .max_bytes
        .saturating_sub((bytes.len() + copied) as u64);
    let bytes = &*kept;
    let unknown = || PictureError::UnknownFormat { name: name.into() };
    let damaged = |error: ImageError| match error {
        ImageError::Limits(_) => PictureError::TooMuchMemory {
            name: name.into(),
            megabytes: limits.max_bytes / 1_000_000,
        },
        other => PictureError::Damaged {
            name: name.into(),
            reason: other.to_string(),
        },
    };
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| unknown())?;
    let format = reader.format().ok_or_else(unknown)?;
    reader.limits(decoder_limits(room));
    let mut decoder = reader.into_decoder().map_err(|error| match error {
        ImageError::Unsupported(_) => unknown(),
        other => damaged(other),
    })?;
    let (width, height) = decoder.dimensions();
    check_size(name, width, height, limits)?;
    if decoder.total_bytes() > room {
        return Err(damaged(too_large()));
    }
    let orientation = decoder.orientation().map_err(damaged)?;
    // Turned when it is small already: up to 8 bytes a pixel are now 3.
    let mut notes = Vec::new();
    let read = read_rgb8(decoder, name, &mut notes).map_err(damaged)?;
    let mut picture = DynamicImage::from(read);
    picture.apply_orientation(orientation);
    let is_shown_otherwise = format == ImageFormat::Tiff || !notes.is_empty();
    notes.extend(several_note(bytes, format, name));
    Ok(Decoded {
        picture: picture.into_rgb8(),
        notes,
        is_shown_otherwise,
    })
}

/// A picture's colours in 8 bits, and what is to be said of them. The largest form, RGBA in 16
/// bits, makes room for them in its own memory.
fn read_rgb8(
    decoder: impl ImageDecoder,
    name: &str,
    notes: &mut Vec<String>,
) -> image::ImageResult<RgbImage> {
    if decoder.color_type() != ColorType::Rgba16 {
        let mut picture = DynamicImage::from_decoder(decoder)?;
        notes.extend(hidden_note(&picture, name));
        if let DynamicImage::ImageLuma16(grey) = &mut picture {
            notes.extend(spread_range(grey, name));
        }
        return Ok(picture.into_rgb8());
    }
    let (width, height) = decoder.dimensions();
    let size = usize::try_from(decoder.total_bytes()).map_err(|_| too_large())?;
    let mut bytes = vec![0; size];
    decoder.read_image(&mut bytes)?;
    let is_clear = |pixel: &[u8; 8]| u16::from_ne_bytes([pixel[6], pixel[7]]) < u16::MAX;
    let has_clear = bytes.as_chunks::<8>().0.iter().any(is_clear);
    notes.extend(has_clear.then(|| hidden_sentence(name)));
    narrow_rgba16(&mut bytes);
    RgbImage::from_raw(width, height, bytes).ok_or_else(too_large)
}

/// What to say of a picture with pixels that are not opaque.
fn hidden_note(picture: &DynamicImage, name: &str) -> Option<String> {
    let has_clear = match picture {
        DynamicImage::ImageRgba8(picture) => picture.pixels().any(|pixel| pixel.0[3] < 255),
        DynamicImage::ImageLumaA8(picture) => picture.pixels().any(|pixel| pixel.0[1] < 255),
        DynamicImage::ImageLumaA16(picture) => picture.pixels().any(|pixel| pixel.0[1] < u16::MAX),
        _ => false,
    };
    has_clear.then(|| hidden_sentence(name))
}

fn hidden_sentence(name: &str) -> String {
    format!(
        "'{name}' is transparent in places; the network saw the colours that are hidden there, as \
         with Pillow's convert(\"RGB\")"
    )
}

fn too_large() -> ImageError {
    ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory))
}

/// RGBA in 16 bits as RGB in 8, rounded.
#[inline(never)] // The browser optimises whole functions: loops stay in small ones.
fn narrow_rgba16(bytes: &mut Vec<u8>) {
    const WIDE: usize = 8;
    const NARROW: usize = 3;
    let pixels = bytes.len() / WIDE;
    for pixel in 0..pixels {
        // A pixel's new place is never behind its old one.
        for channel in 0..NARROW {
            let from = WIDE * pixel + 2 * channel;
            let value = u32::from(u16::from_ne_bytes([bytes[from], bytes[from + 1]]));
            bytes[NARROW * pixel + channel] = ((value + 128) / 257) as u8;
        }
    }
    bytes.truncate(NARROW * pixels);
    bytes.shrink_to_fit();
}

fn check_size(name: &str, width: u32, height: u32, limits: Limits) -> Result<(), PictureError> {
    let pixels = u64::from(width) * u64::from(height);
    let name = name.to_owned();
    if pixels > limits.max_pixels {
        let (megapixels, limit) = (pixels / 1_000_000, limits.max_pixels / 1_000_000);
        return Err(PictureError::TooLarge {
            name,
            width,
            height,
            megapixels,
            limit,
        });
    }
    if width.max(height) > limits.max_side {
        return Err(PictureError::TooLong {
            name,
            width,
            height,
            max: limits.max_side,
        });
    }
    if width.min(height) < limits.min_side {
        return Err(PictureError::TooSmall {
            name,
            width,
            height,
            min: limits.min_side,
        });
    }
    Ok(())
}

/// Sizes are left to [`check_size`], whose messages are better.
fn decoder_limits(max_bytes: u64) -> image::Limits {
    let mut decoder = image::Limits::no_limits();
    decoder.max_alloc = Some(max_bytes);
    decoder
}

/// How a PNG file begins.
const PNG_MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A PNG file without its colour profile and texts, which nobody reads here and which the
/// decoder would unpack to any size; other files as they are.
fn without_packed_chunks(file: &[u8]) -> Cow<'_, [u8]> {
    let is_packed =
        |chunk: &[u8]| matches!(chunk.get(4..8), Some(b"iCCP" | b"zTXt" | b"iTXt" | b"tEXt"));
    if !file.starts_with(PNG_MAGIC) || !png_chunks(file).any(is_packed) {
        return file.into();
    }
    let mut kept = Vec::with_capacity(file.len());
    kept.extend_from_slice(PNG_MAGIC);
    for chunk in png_chunks(file).filter(|chunk| !is_packed(chunk)) {
        kept.extend_from_slice(chunk);
    }
    kept.into()
}

/// The chunks of a PNG file, each with the length of its data, its name and its checksum;
/// one that is cut off as far as it goes.
fn png_chunks(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = file.get(PNG_MAGIC.len()..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, _) = rest.split_first_chunk()?;
        let length = u64::from(u32::from_be_bytes(*length)) + 12;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (chunk, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        Some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([x as u8, y as u8, (x * y) as u8])
        })
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
        bytes.into_inner()
    }

    fn refused(bytes: &[u8]) -> String {
        decode(bytes, "cat.jpg", Limits::default())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_text_file_named_jpg() {
        let text = refused(b"Dear diary, today I was a JPEG.");
        assert!(text.contains("'cat.jpg'") && text.contains("PNG"), "{text}");
    }

    #[test]
    fn a_truncated_png() {
        let bytes = png(64, 64);
        let text = refused(&bytes[..bytes.len() / 2]);
        assert!(text.contains("cut off"), "{text}");
    }

    #[test]
    fn a_picture_of_one_pixel() {
        let text = refused(&png(1, 1));
        assert!(text.contains("1 × 1") && text.contains("8 × 8"), "{text}");
    }

    #[test]
    fn a_picture_of_400_megapixels_is_refused_by_its_header() {
        // A BMP's header alone claims the size; no pixel follows.
        let mut header = b"BM".to_vec();
        header.extend([0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0]);
        header.extend(20_000i32.to_le_bytes());
        header.extend(20_000i32.to_le_bytes());
        header.extend([1, 0, 24, 0]);
        header.extend([0; 24]);
        let text = refused(&header);
        assert!(
            text.contains("400 megapixels") && text.contains("50"),
            "{text}"
        );
    }

    #[test]
    fn an_animated_gif_gives_its_first_frame_and_says_so() {
        let mut bytes = Vec::new();
        {
            let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
            for red in [255, 0] {
                let frame = image::RgbaImage::from_pixel(16, 16, image::Rgba([red, 0, 0, 255]));
                encoder.encode_frame(image::Frame::new(frame)).unwrap();
            }
        }
        let decoded = decode(&bytes, "two.gif", Limits::default()).unwrap();
        assert_eq!(decoded.picture.get_pixel(3, 3).0, [255, 0, 0]);
        assert!(decoded.notes[0].contains("first frame"));
    }

    #[test]
    fn a_strip_of_six_million_pixels_is_refused() {
        let error = check_size("strip.png", 8, 6_000_000, Limits::default()).unwrap_err();
        assert!(error.to_string().contains("65535"), "{error}");
    }

    #[test]
    fn a_file_counts_to_the_memory_of_its_picture() {
        let file = png(64, 64);
        let decoded = |max_bytes: usize| {
            let max_bytes = max_bytes as u64;
            let limits = Limits {
                max_bytes,
                ..Limits::default()
            };
            decode(&file, "cat.png", limits)
        };
        let pixels = 64 * 64 * 3;
        let said = decoded(file.len() + pixels - 1).unwrap_err().to_string();
        assert!(said.contains("'cat.png' would take more than"), "{said}");
        // What the decoder itself takes counts as well.
        assert!(decoded(file.len() + pixels + (1 << 20)).is_ok());
    }

    #[test]
    fn sixteen_bits_become_eight_as_the_library_has_it() {
        let values: Vec<u16> = (0..=u16::MAX).flat_map(|v| [v, !v, v / 2, v / 3]).collect();
        let mut bytes: Vec<u8> = values.iter().flat_map(|v| v.to_ne_bytes()).collect();
        let wide = image::ImageBuffer::from_raw(256, 256, values).unwrap();
        let wanted = DynamicImage::ImageRgba16(wide).into_rgb8().into_raw();
        narrow_rgba16(&mut bytes);
        assert!(bytes == wanted);
    }

    #[test]
    fn garbage_behind_a_png_signature() {
        let mut bytes = png(16, 16)[..16].to_vec();
        bytes.extend([0xff; 100]);
        assert!(refused(&bytes).contains("damaged"));
    }

    #[test]
    fn a_png_of_four_billion_pixels_a_side_is_refused_for_its_size() {
        // Width and height are the greatest that there are; the checksum fits.
        let mut bytes = PNG_MAGIC.to_vec();
        bytes.extend_from_slice(b"\0\0\0\x0dIHDR");
        bytes.extend([0xff; 8]);
        bytes.extend([8, 2, 0, 0, 0, 0x5d, 0x94, 0xb9, 0x69]);
        bytes.extend_from_slice(b"\0\0\0\x08IDATx\x9c\x03\0\0\0\0\x01\x48\x06\x89\xd2");
        bytes.extend_from_slice(b"\0\0\0\0IEND\xaeB`\x82");
        let text = refused(&bytes);
        assert!(text.contains("512 MB of memory"), "{text}");
    }
}
