//! Pictures of other bands than colours: a satellite's, or of stained slides.

use std::io::Cursor;

use image::{Rgb, RgbImage};
use ndarray::Array4;
use tiff::decoder::{Decoder, DecodingResult, Limits as TiffLimits};
use tiff::tags::PlanarConfiguration;

use super::decode::{Limits, check_size};
use super::error::PictureError;
use super::fit::{Fit, Window};
use super::preprocessing::{Layout, Preprocess};
use super::resample::resample_plane;

/// Numbers as the file has them.
#[derive(Clone, Debug, PartialEq)]
pub struct BandPicture {
    pub width: u32,
    pub height: u32,
    /// `height · width` numbers of each band, row by row.
    pub bands: Vec<Vec<f32>>,
}

impl BandPicture {
    /// The bands of a TIFF file: several numbers for each pixel, or a page for each.
    ///
    /// # Errors
    /// [`PictureError`] for what is no such file, before more memory is used than the limits
    /// allow.
    pub fn of_tiff(bytes: &[u8], name: &str, limits: Limits) -> Result<Self, PictureError> {
        let damaged = |error: tiff::TiffError| PictureError::Damaged {
            name: name.into(),
            reason: error.to_string(),
        };
        let room = usize::try_from(limits.max_bytes / 2).unwrap_or(usize::MAX);
        let mut tiff_limits = TiffLimits::default();
        tiff_limits.decoding_buffer_size = room;
        tiff_limits.intermediate_buffer_size = room;
        let decoder = Decoder::new(Cursor::new(bytes)).map_err(damaged)?;
        let mut decoder = decoder.with_limits(tiff_limits);
        let (width, height) = decoder.dimensions().map_err(damaged)?;
        check_size(name, width, height, limits)?;
        let mut found = Self {
            width,
            height,
            bands: Vec::new(),
        };
        loop {
            let size = decoder.dimensions().map_err(damaged)?;
            if size != (width, height) {
                return Err(PictureError::PageSize { name: name.into() });
            }
            let mut result = DecodingResult::U8(Vec::new());
            let layout = decoder.read_image_to_buffer(&mut result).map_err(damaged)?;
            if result.as_buffer(0).byte_len() < layout.complete_len {
                return Err(too_much(name, limits));
            }
            let tag = decoder.find_tag_unsigned::<u16>(tiff::tags::Tag::PlanarConfiguration);
            let is_planar = tag.map_err(damaged)? == Some(PlanarConfiguration::Planar.to_u16());
            found.add(numbers(result), is_planar, name)?;
            let bytes = found.bands.len() as u64 * u64::from(width) * u64::from(height) * 4;
            if bytes > limits.max_bytes / 2 {
                return Err(too_much(name, limits));
            }
            if !decoder.more_images() {
                return Ok(found);
            }
            decoder.next_image().map_err(damaged)?;
        }
    }

    /// Adds the bands of a page.
    fn add(&mut self, numbers: Vec<f32>, is_planar: bool, name: &str) -> Result<(), PictureError> {
        let pixels = self.width as usize * self.height as usize;
        let count = numbers.len() / pixels.max(1);
        if count == 0 || count * pixels != numbers.len() {
            return Err(PictureError::Damaged {
                name: name.into(),
                reason: "its bands are not whole".into(),
            });
        }
        if is_planar {
            self.bands
                .extend(numbers.chunks(pixels).map(<[f32]>::to_vec));
        } else {
            let band = |band: usize| numbers.iter().copied().skip(band).step_by(count).collect();
            self.bands.extend((0..count).map(band));
        }
        Ok(())
    }

    /// The bands of an array of this shape, with the bands first or last; an axis of 1 before them
    /// may be there. `None` for an array that has not so many bands in either place.
    pub fn of_array(shape: &[usize], values: Vec<f32>, count: usize) -> Option<Self> {
        let shape = match shape {
            [1, rest @ ..] if rest.len() == 3 => rest,
            other => other,
        };
        let &[first, second, third] = shape else {
            return None;
        };
        let is_last = first != count && third == count;
        if first != count && !is_last {
            return None;
        }
        let (height, width) = if is_last {
            (first, second)
        } else {
            (second, third)
        };
        let pixels = height.checked_mul(width)?;
        if pixels == 0 || values.len() != pixels.checked_mul(count)? {
            return None;
        }
        let bands = if is_last {
            let band = |band: usize| values.iter().copied().skip(band).step_by(count).collect();
            (0..count).map(band).collect()
        } else {
            values.chunks(pixels).map(<[f32]>::to_vec).collect()
        };
        Some(Self {
            width: u32::try_from(width).ok()?,
            height: u32::try_from(height).ok()?,
            bands,
        })
    }

    /// The input tensor, float32, in the network's own layout: each band fitted as a picture is,
    /// without rounding, and scaled as the description says.
    ///
    /// # Errors
    /// [`PictureError`] if the description contradicts itself or is for another number of bands.
    pub fn prepare(
        &self,
        name: &str,
        preprocess: &Preprocess,
    ) -> Result<Array4<f32>, PictureError> {
        preprocess.check()?;
        let (found, wanted) = (self.bands.len(), preprocess.channels.count());
        if found != wanted {
            return Err(PictureError::BandCount {
                name: name.into(),
                found,
                wanted,
            });
        }
        let fitted: Vec<Vec<f32>> = self
            .bands
            .iter()
            .map(|band| self.fitted(band, preprocess))
            .collect();
        let [_, width] = preprocess.size;
        let value = |y: usize, x: usize, band: usize| {
            let number = fitted[band][y * width + x];
            (number * preprocess.scale - preprocess.mean[band]) / preprocess.std[band]
        };
        let shape = preprocess.shape();
        Ok(match preprocess.layout {
            Layout::Nchw => Array4::from_shape_fn(shape, |(_, c, y, x)| value(y, x, c)),
            Layout::Nhwc => Array4::from_shape_fn(shape, |(_, y, x, c)| value(y, x, c)),
        })
    }

    /// A band resized and placed as the description wants it, of the input's size.
    fn fitted(&self, band: &[f32], preprocess: &Preprocess) -> Vec<f32> {
        let [height, width] = preprocess.size;
        let size = (self.width, self.height);
        let placement = preprocess.fit.placement(size, preprocess.size);
        let (left, top) = placement.corner;
        let window = Window {
            left: left.max(0) as u32,
            top: top.max(0) as u32,
            width: (width as u32).min(placement.size.0),
            height: (height as u32).min(placement.size.1),
        };
        let resized = resample_plane((band, size), placement.size, window, preprocess.resize);
        let Fit::Letterbox { color: [level, ..] } = preprocess.fit else {
            return resized;
        };
        let mut bordered = vec![f32::from(level); height * width];
        let (left, top) = ((-left).max(0) as usize, (-top).max(0) as usize);
        for (row, values) in resized.chunks(window.width as usize).enumerate() {
            let start = (top + row) * width + left;
            bordered[start..start + values.len()].copy_from_slice(values);
        }
        bordered
    }

    /// Three bands as red, green and blue, each from its least value to its greatest; one that is
    /// not there is the last.
    pub fn shown(&self, bands: [usize; 3]) -> RgbImage {
        let last = self.bands.len().saturating_sub(1);
        let planes = bands.map(|band| {
            self.bands
                .get(band.min(last))
                .map_or(&[][..], Vec::as_slice)
        });
        let scales = planes.map(|plane| {
            let finite = || plane.iter().copied().filter(|value| value.is_finite());
            let low = finite().fold(f32::MAX, f32::min);
            (
                low,
                (finite().fold(f32::MIN, f32::max) - low).max(f32::MIN_POSITIVE),
            )
        });
        RgbImage::from_fn(self.width, self.height, |x, y| {
            let place = y as usize * self.width as usize + x as usize;
            let byte = |color: usize| {
                let (low, span) = scales[color];
                let value = planes[color].get(place).copied().unwrap_or(0.0);
                // A cast from float to u8 keeps within 0…255.
                ((value - low) / span * 255.0).round() as u8
            };
            Rgb([byte(0), byte(1), byte(2)])
        })
    }
}

fn too_much(name: &str, limits: Limits) -> PictureError {
    PictureError::TooMuchMemory {
        name: name.into(),
        megabytes: limits.max_bytes / 1_000_000,
    }
}

/// A file's numbers as floats of 32 bits.
fn numbers(result: DecodingResult) -> Vec<f32> {
    match result {
        DecodingResult::U8(values) => values.into_iter().map(f32::from).collect(),
        DecodingResult::I8(values) => values.into_iter().map(f32::from).collect(),
        DecodingResult::U16(values) => values.into_iter().map(f32::from).collect(),
        DecodingResult::I16(values) => values.into_iter().map(f32::from).collect(),
        DecodingResult::U32(values) => values.into_iter().map(|value| value as f32).collect(),
        DecodingResult::I32(values) => values.into_iter().map(|value| value as f32).collect(),
        DecodingResult::U64(values) => values.into_iter().map(|value| value as f32).collect(),
        DecodingResult::I64(values) => values.into_iter().map(|value| value as f32).collect(),
        DecodingResult::F16(values) => values.into_iter().map(f32::from).collect(),
        DecodingResult::F32(values) => values,
        DecodingResult::F64(values) => values.into_iter().map(|value| value as f32).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> BandPicture {
        let band = |band: usize| (0..6).map(|place| (100 * band + place) as f32).collect();
        BandPicture {
            width: 3,
            height: 2,
            bands: (0..5).map(band).collect(),
        }
    }

    #[test]
    fn arrays_have_their_bands_first_or_last() {
        let first: Vec<f32> = picture().bands.concat();
        let read = BandPicture::of_array(&[1, 5, 2, 3], first.clone(), 5);
        assert_eq!(read, Some(picture()));
        let last = (0..6).flat_map(|place| (0..5).map(move |band| (100 * band + place) as f32));
        assert_eq!(
            BandPicture::of_array(&[2, 3, 5], last.collect(), 5),
            Some(picture())
        );
        assert_eq!(BandPicture::of_array(&[4, 2, 3], first, 5), None);
    }

    #[test]
    fn a_picture_of_the_inputs_size_is_as_it_was() {
        let preprocess = Preprocess::bands(Layout::Nchw, [2, 3], 5);
        let tensor = picture().prepare("a.tif", &preprocess).unwrap();
        assert_eq!(
            tensor.iter().copied().collect::<Vec<_>>(),
            picture().bands.concat()
        );
        let other = Preprocess::bands(Layout::Nchw, [2, 3], 4);
        let said = picture().prepare("a.tif", &other).unwrap_err().to_string();
        assert!(said.contains("5 bands") && said.contains('4'), "{said}");
    }

    #[test]
    fn bands_are_shown_from_their_least_to_their_greatest() {
        let shown = picture().shown([0, 4, 9]);
        assert_eq!(shown.get_pixel(0, 0).0, [0; 3]);
        assert_eq!(shown.get_pixel(2, 1).0, [255; 3]);
        assert_eq!(shown.get_pixel(1, 0).0, [51; 3]);
    }

    #[test]
    fn files_have_tifffiles_numbers() {
        use ndarray_npy::ReadNpyExt as _;
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/bands");
        for name in ["contiguous", "planes", "bytes", "floats", "pages"] {
            let file = std::fs::read(format!("{folder}/{name}.tif")).unwrap();
            let read = BandPicture::of_tiff(&file, name, Limits::default()).unwrap();
            let npy = std::fs::File::open(format!("{folder}/{name}.npy")).unwrap();
            let wanted = ndarray::Array3::<f32>::read_npy(npy).unwrap();
            assert_eq!(wanted.dim(), (read.bands.len(), 9, 11), "{name}");
            assert!(wanted.iter().eq(read.bands.iter().flatten()), "{name}");
            for end in [8, file.len() / 2] {
                assert!(BandPicture::of_tiff(&file[..end], name, Limits::default()).is_err());
            }
        }
    }

    /// Against the filter for pictures, which rounds.
    #[test]
    fn bands_are_resized_as_pictures_are() {
        use crate::picture::{Channels, Filter, prepare};
        let byte = |place: u32| (place * place % 251) as u8;
        let picture = RgbImage::from_fn(23, 17, |x, y| Rgb([byte(x * y), byte(x + 9), byte(y)]));
        let bands =
            [0, 1, 2].map(|band| picture.pixels().map(|pixel| pixel.0[band].into()).collect());
        let bands = BandPicture {
            width: 23,
            height: 17,
            bands: bands.to_vec(),
        };
        for filter in [
            Filter::Nearest,
            Filter::Bilinear,
            Filter::Bicubic,
            Filter::OpencvBilinear,
        ] {
            for fit in [Fit::Stretch, Fit::CROP, Fit::LETTERBOX] {
                let of_bands = Preprocess {
                    resize: filter,
                    fit,
                    ..Preprocess::bands(Layout::Nchw, [12, 30], 3)
                };
                let of_colors = Preprocess {
                    channels: Channels::Rgb,
                    ..of_bands.clone()
                };
                let wanted = prepare(&picture, &of_colors).unwrap();
                let found = bands.prepare("a.tif", &of_bands).unwrap();
                let off = (&wanted - &found).mapv(f32::abs);
                // Bicubic overshoots, which bytes do not.
                let most = off
                    .iter()
                    .zip(&found)
                    .filter(|(_, value)| (0.0..=255.0).contains(*value));
                let most = most.map(|(off, _)| *off).fold(0.0, f32::max);
                assert!(most < 1.7, "{filter:?} {fit:?}: off by {most}");
            }
        }
    }
}
