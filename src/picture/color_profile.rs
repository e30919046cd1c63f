//! Colours that a file states to be other than sRGB's: by an ICC profile, or by a PNG's gamma.
//! Frameworks ignore both, browsers convert them.

use std::borrow::Cow;

use image::RgbImage;
use qcms::{DataType, Intent, Profile, Transform};

use super::png_chunks::png_chunk;
use super::tiff_numbers::tiff_number;

/// Longest profile, in bytes; the longest in use have some 3 MB.
const MAX_PROFILE_BYTES: usize = 4 << 20;

/// Colours that convert to within so many levels of themselves are sRGB's.
const SAME_LEVELS: u8 = 2;

/// The gamma that a PNG states of sRGB's colours, in parts of 100000, and how far from it is the
/// same.
const SRGB_GAMMA: u32 = 45_455;
const SAME_GAMMA: u32 = 1_000;

/// How a file's colours become sRGB's.
pub enum ColorProfile {
    Icc(Transform),
    /// The sRGB level of each level.
    Gamma(Box<[u8; 256]>),
}

impl ColorProfile {
    /// What a file states; `None` where its colours are sRGB's, or cannot be told. `icc` is the
    /// profile of a file that is no PNG.
    pub fn of_file(file: &[u8], icc: Option<Vec<u8>>) -> Option<Self> {
        if let Some(profile) = icc
            .map(Cow::Owned)
            .or_else(|| packed_profile(file))
            .or_else(|| tiff_profile(file).map(Cow::Borrowed))
        {
            return Self::of_icc(&profile);
        }
        // The chunk that says sRGB comes before the one of gamma.
        if png_chunk(file, b"sRGB").is_some() {
            return None;
        }
        let gamma = png_chunk(file, b"gAMA")?.first_chunk()?;
        Self::of_gamma(u32::from_be_bytes(*gamma))
    }

    fn of_icc(profile: &[u8]) -> Option<Self> {
        if profile.len() > MAX_PROFILE_BYTES {
            return None;
        }
        let from = Profile::new_from_slice(profile, false)?;
        let mut srgb = Profile::new_sRGB();
        srgb.precache_output_transform();
        let transform = Transform::new(&from, &srgb, DataType::RGB8, Intent::default())?;
        let levels = [0u8, 64, 128, 192, 255];
        let colors = levels.map(|red| levels.map(|green| levels.map(|blue| [red, green, blue])));
        let before = colors.as_flattened().as_flattened().as_flattened();
        let mut after = before.to_vec();
        transform.apply(&mut after);
        let off = before.iter().zip(&after).map(|(a, b)| a.abs_diff(*b)).max();
        (off > Some(SAME_LEVELS)).then_some(ColorProfile::Icc(transform))
    }

    /// By what the PNG specification calls gamma: a level is light to that power.
    fn of_gamma(gamma: u32) -> Option<Self> {
        if gamma.abs_diff(SRGB_GAMMA) <= SAME_GAMMA || !(1_000..=1_000_000).contains(&gamma) {
            return None;
        }
        let power = 100_000.0 / f64::from(gamma);
        let level = |level: usize| {
            let light = (level as f64 / 255.0).powf(power);
            let encoded = if light <= 0.003_130_8 {
                12.92 * light
            } else {
                1.055 * light.powf(1.0 / 2.4) - 0.055
            };
            (encoded * 255.0).round() as u8
        };
        Some(ColorProfile::Gamma(Box::new(std::array::from_fn(level))))
    }

    /// Brings a picture's colours to sRGB.
    pub fn convert(&self, picture: &mut RgbImage) {
        match self {
            ColorProfile::Icc(transform) => transform.apply(picture),
            ColorProfile::Gamma(levels) => {
                for level in picture.iter_mut() {
                    *level = levels[usize::from(*level)];
                }
            }
        }
    }
}

/// The profile of a TIFF file's first picture, which the decoder does not give: tag 34675 holds bytes of
/// no type (TIFF 6.0, section 2; ICC.1:2022, annex B.4).
fn tiff_profile(file: &[u8]) -> Option<&[u8]> {
    const PROFILE: u64 = 34_675;
    if !file.starts_with(b"II*\0") && !file.starts_with(b"MM\0*") {
        return None;
    }
    let number = |place, length| tiff_number(file, place, length);
    let directory = number(4, 4)?;
    // Each has its tag, its type, the number of bytes, and where they are.
    let mut entries = (0..number(directory, 2)?).map(|entry| directory + 2 + 12 * entry);
    let place = entries.find(|place| number(*place, 2) == Some(PROFILE))?;
    let size = |place| usize::try_from(number(place, 4)?).ok();
    let (length, start) = (size(place + 4)?, size(place + 8)?);
    file.get(start..start.checked_add(length)?)
}

/// The profile of a PNG file: behind its name, packed.
fn packed_profile(file: &[u8]) -> Option<Cow<'_, [u8]>> {
    let chunk = png_chunk(file, b"iCCP")?;
    let name = chunk.iter().position(|byte| *byte == 0)?;
    let packed = chunk.get(name + 2..)?;
    let limit = MAX_PROFILE_BYTES;
    let profile = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, limit);
    Some(profile.ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Limits, PictureChoices, decode_with};

    fn read(name: &str, converts_colors: bool) -> crate::picture::Decoded {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/profiles");
        let file = std::fs::read(format!("{folder}/{name}")).unwrap();
        let choices = PictureChoices {
            converts_colors,
            ..PictureChoices::default()
        };
        decode_with(&file, name, Limits::default(), &choices).unwrap()
    }

    fn golden(name: &str) -> Vec<u8> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/profiles");
        let npy = std::fs::read(format!("{folder}/{name}.npy")).unwrap();
        // Behind the header, which ends with a line.
        let start = npy.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        npy[start..].to_vec()
    }

    #[test]
    fn colours_become_those_of_little_cms() {
        for name in ["wide.png", "wide.jpg", "wide.tif"] {
            let own = read(name, false);
            assert!(own.has_profile, "{name}");
            assert!(
                own.notes.iter().any(|note| note.contains("ignored")),
                "{name}"
            );
            let converted = read(name, true);
            let wanted = golden(name);
            assert_ne!(converted.picture, own.picture, "{name}");
            let pairs = converted.picture.iter().zip(&wanted);
            let off = pairs.map(|(a, b)| a.abs_diff(*b)).max();
            assert!(off <= Some(3), "{name}: off by {off:?}");
        }
        let srgb = read("srgb.png", true);
        assert!(!srgb.has_profile && srgb.notes.is_empty());
    }

    #[test]
    fn a_gamma_of_one_is_light_itself() {
        let linear = read("gamma.png", true);
        assert!(linear.has_profile);
        let own = read("gamma.png", false);
        let place = own.picture.iter().position(|level| *level == 128).unwrap();
        assert_eq!(linear.picture.as_raw()[place], 188);
    }

    /// Any byte of a profile may be any other.
    #[test]
    fn damaged_profiles_are_ignored_or_used() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/profiles");
        let profile = std::fs::read(format!("{folder}/wide.icc")).unwrap();
        let mut picture = RgbImage::new(8, 8);
        for place in 0..profile.len() {
            for level in [0, 1, 0x7f, 0x80, 0xff] {
                let mut damaged = profile.clone();
                damaged[place] = level;
                if let Some(found) = ColorProfile::of_icc(&damaged) {
                    found.convert(&mut picture);
                }
            }
            let _ = ColorProfile::of_icc(&profile[..place]);
        }
    }
}
