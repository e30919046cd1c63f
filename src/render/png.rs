//! PNG files.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _, RgbaImage};

#[derive(Debug, thiserror::Error)]
#[error("the picture could not be written as PNG: {0}")]
pub struct PngError(#[from] image::ImageError);

/// The bytes of a PNG file, 8 bits a channel.
///
/// # Errors
/// [`PngError`] if the picture has no pixels.
pub fn encode(picture: &RgbaImage) -> Result<Vec<u8>, PngError> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive)
        .write_image(
            picture.as_raw(),
            picture.width(),
            picture.height(),
            ExtendedColorType::Rgba8,
        )?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back() {
        let picture = RgbaImage::from_fn(9, 4, |x, y| image::Rgba([x as u8, y as u8, 7, 255]));
        let bytes = encode(&picture).unwrap();
        assert_eq!(image::load_from_memory(&bytes).unwrap().to_rgba8(), picture);
    }

    #[test]
    fn nothing_is_an_error() {
        assert!(encode(&RgbaImage::new(0, 0)).is_err());
    }
}
