//! Bytes to an upright RGB picture, within limits.

use std::borrow::Cow;
use std::io::Cursor;

use image::error::ImageError;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};

use super::background::Background;
use super::color_profile::ColorProfile;
use super::error::PictureError;
use super::grey_levels::{GreyLevels, LevelWindow, LevelsSummary};
use super::opaque::{read_opaque, too_large};
use super::png_chunks::without_packed_chunks;
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

/// What a person chose of how a picture's file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PictureChoices {
    /// Of grey levels of more than 8 bits; the usual one if there is none.
    pub window: Option<LevelWindow>,
    pub background: Background,
    /// Colours that the file states to be other than sRGB's become sRGB's.
    pub converts_colors: bool,
}

/// A picture, and what a person should know about how it was read.
#[derive(Clone, Debug)]
pub struct Decoded {
    pub picture: RgbImage,
    pub notes: Vec<String>,
    /// Whether a browser would show another picture, or none.
    pub is_shown_otherwise: bool,
    /// Of a grey picture of more than 8 bits.
    pub levels: Option<LevelsSummary>,
    /// Some pixels are not opaque.
    pub is_transparent: bool,
    /// The file states that its colours are other than sRGB's.
    pub has_profile: bool,
}

/// Decodes a picture as a person chose: the first frame if it is animated, turned upright as its
/// EXIF orientation says.
///
/// `name` is for messages only; the format is found from the bytes.
///
/// # Errors
/// [`PictureError`], always before more memory is used than the limits allow.
pub fn decode_with(
    bytes: &[u8],
    name: &str,
    limits: Limits,
    choices: &PictureChoices,
) -> Result<Decoded, PictureError> {
    let kept = without_packed_chunks(bytes);
    let copied = match &kept {
        Cow::Owned(copy) => copy.len(),
        Cow::Borrowed(_) => 0,
    };
    let room = limits
        .max_bytes
        .saturating_sub((bytes.len() + copied) as u64);
    let (file, bytes) = (bytes, &*kept);
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
    let profile = ColorProfile::of_file(file, decoder.icc_profile().ok().flatten());
    // Turned when it is small already: up to 8 bytes a pixel are now 3.
    let (mut read, is_transparent) = read_opaque(decoder, choices.background).map_err(damaged)?;
    read.apply_orientation(orientation);
    let mut notes = Vec::new();
    notes.extend(is_transparent.then(|| background_note(name, choices.background)));
    let (picture, levels) = match read {
        DynamicImage::ImageLuma16(grey) => {
            let (levels, bits) = GreyLevels::of_numbers(grey);
            let (picture, summary) = levels.shown(choices.window);
            notes.extend(levels_note(name, &summary, bits));
            (picture, Some(summary))
        }
        other => {
            let mut picture = other.into_rgb8();
            if let Some(profile) = profile.as_ref().filter(|_| choices.converts_colors) {
                profile.convert(&mut picture);
            }
            (picture, None)
        }
    };
    // Of grey levels there is nothing to convert.
    let has_profile = profile.is_some() && levels.is_none();
    let is_shown_otherwise = format == ImageFormat::Tiff || !notes.is_empty() || levels.is_some();
    notes.extend(has_profile.then(|| profile_note(name, choices.converts_colors)));
    notes.extend(several_note(bytes, format, name));
    Ok(Decoded {
        picture,
        notes,
        is_shown_otherwise,
        levels,
        is_transparent,
        has_profile,
    })
}

/// [`decode_with`] without any choice.
///
/// # Errors
/// As there.
pub fn decode(bytes: &[u8], name: &str, limits: Limits) -> Result<Decoded, PictureError> {
    decode_with(bytes, name, limits, &PictureChoices::default())
}

/// What to say of a picture with pixels that are not opaque.
fn background_note(name: &str, background: Background) -> String {
    match background {
        Background::AsIs => format!(
            "'{name}' is transparent in places; the network saw the colours that are hidden there, \
             as with Pillow's convert(\"RGB\"). Choose a background if that is wrong"
        ),
        chosen => format!(
            "'{name}' is transparent in places; the network saw it on {chosen}, as was chosen"
        ),
    }
}

/// What to say of colours that are not sRGB's.
fn profile_note(name: &str, is_converted: bool) -> String {
    if is_converted {
        return format!("The colours of '{name}' were converted to sRGB, as was chosen");
    }
    format!(
        "'{name}' states that its colours are not sRGB's; that was ignored for the network, as \
         frameworks do"
    )
}

/// What to say of grey levels: those of fewer bits than the file has, and what a person chose.
fn levels_note(name: &str, levels: &LevelsSummary, bits: Option<u32>) -> Option<String> {
    let LevelWindow { low, high } = levels.window;
    if levels.window != levels.usual {
        return Some(format!(
            "'{name}' has 16 bits for each pixel; its levels from {low} to {high} are taken as \
             black to white, as was chosen"
        ));
    }
    let (bits, [_, greatest]) = (bits?, levels.range);
    Some(format!(
        "'{name}' has 16 bits for each pixel, but its greatest value is {greatest}: its levels are \
         taken as {low} to {high} ({bits} bits). Choose another window if that is wrong"
    ))
}

/// # Errors
/// [`PictureError`] for a width and height in pixels that are outside of the limits.
pub fn check_size(name: &str, width: u32, height: u32, limits: Limits) -> Result<(), PictureError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::png_chunks::PNG_MAGIC;

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
