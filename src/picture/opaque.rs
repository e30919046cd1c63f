//! Pixels without transparency, in 8 bits or as grey in 16.

use image::error::{ImageError, LimitError, LimitErrorKind};
use image::{ColorType, DynamicImage, ImageBuffer, ImageDecoder, Pixel, Primitive, RgbImage};

use super::background::{Background, over};

/// A picture without transparency, in 8 bits or as grey in 16, and whether pixels of it were not
/// opaque.
/// The largest form, RGBA in 16 bits, makes room for 8 bits in its own memory.
pub fn read_opaque(
    decoder: impl ImageDecoder,
    background: Background,
) -> image::ImageResult<(DynamicImage, bool)> {
    if decoder.color_type() != ColorType::Rgba16 {
        let mut picture = DynamicImage::from_decoder(decoder)?;
        let is_transparent = cover(&mut picture, background);
        return Ok(match picture {
            DynamicImage::ImageLuma16(_) => (picture, is_transparent),
            DynamicImage::ImageLumaA16(_) => (picture.into_luma16().into(), is_transparent),
            other => (other.into_rgb8().into(), is_transparent),
        });
    }
    let (width, height) = decoder.dimensions();
    let size = usize::try_from(decoder.total_bytes()).map_err(|_| too_large())?;
    let mut bytes = vec![0; size];
    decoder.read_image(&mut bytes)?;
    let is_clear = |pixel: &[u8; 8]| u16::from_ne_bytes([pixel[6], pixel[7]]) < u16::MAX;
    let is_transparent = bytes.as_chunks::<8>().0.iter().any(is_clear);
    narrow_rgba16(&mut bytes, background);
    let picture = RgbImage::from_raw(width, height, bytes).ok_or_else(too_large)?;
    Ok((picture.into(), is_transparent))
}

/// Puts a background behind a picture's pixels, and says whether any was not opaque.
fn cover(picture: &mut DynamicImage, background: Background) -> bool {
    match picture {
        DynamicImage::ImageRgba8(picture) => cover_pixels(picture, background),
        DynamicImage::ImageLumaA8(picture) => cover_pixels(picture, background),
        DynamicImage::ImageLumaA16(picture) => cover_pixels(picture, background),
        _ => false,
    }
}

fn cover_pixels<P>(picture: &mut ImageBuffer<P, Vec<P::Subpixel>>, background: Background) -> bool
where
    P: Pixel,
    P::Subpixel: Into<u32> + TryFrom<u32>,
{
    let full: u32 = P::Subpixel::DEFAULT_MAX_VALUE.into();
    let mut is_transparent = false;
    for pixel in picture.pixels_mut() {
        let Some((opacity, values)) = pixel.channels_mut().split_last_mut() else {
            continue;
        };
        let opacity: u32 = (*opacity).into();
        is_transparent |= opacity < full;
        if let Some(level) = background.level().filter(|_| opacity < full) {
            for value in values {
                *value = over((*value).into(), level, opacity, full)
                    .try_into()
                    .unwrap_or(P::Subpixel::DEFAULT_MAX_VALUE);
            }
        }
    }
    is_transparent
}

/// A picture that would take more memory than there may be.
pub fn too_large() -> ImageError {
    ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory))
}

/// RGBA in 16 bits as RGB in 8, rounded, on a background.
#[inline(never)] // The browser optimises whole functions: loops stay in small ones.
fn narrow_rgba16(bytes: &mut Vec<u8>, background: Background) {
    const WIDE: usize = 8;
    const NARROW: usize = 3;
    let pixels = bytes.len() / WIDE;
    for pixel in 0..pixels {
        let opacity = WIDE * pixel + 6;
        let opacity = u32::from(u16::from_ne_bytes([bytes[opacity], bytes[opacity + 1]]));
        // A pixel's new place is never behind its old one.
        for channel in 0..NARROW {
            let from = WIDE * pixel + 2 * channel;
            let value = u32::from(u16::from_ne_bytes([bytes[from], bytes[from + 1]]));
            let value = match background.level() {
                Some(level) => over(value, level, opacity, u16::MAX.into()),
                None => value,
            };
            bytes[NARROW * pixel + channel] = ((value + 128) / 257) as u8;
        }
    }
    bytes.truncate(NARROW * pixels);
    bytes.shrink_to_fit();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_become_eight_as_the_library_has_it() {
        let values: Vec<u16> = (0..=u16::MAX).flat_map(|v| [v, !v, v / 2, v / 3]).collect();
        let mut bytes: Vec<u8> = values.iter().flat_map(|v| v.to_ne_bytes()).collect();
        let wide = image::ImageBuffer::from_raw(256, 256, values).unwrap();
        let wanted = DynamicImage::ImageRgba16(wide).into_rgb8().into_raw();
        narrow_rgba16(&mut bytes, Background::AsIs);
        assert!(bytes == wanted);
    }
}
