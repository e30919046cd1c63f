//! Pixels that were read elsewhere: by the program that reads DICOM, or by the browser itself.

use std::borrow::Cow;

use image::{RgbImage, Rgba, RgbaImage};
use serde::{Deserialize, Serialize};

use super::background::over;
use super::decode::{Decoded, Limits, PictureChoices, check_size};
use super::error::PictureError;
use super::grey_levels::{Grey16, GreyLevels, LevelWindow};

/// How the bytes begin in which pixels are handed over between programs of the page.
const MAGIC: &[u8] = b"gradcam pixels 1";

/// Longest header in bytes.
const MAX_HEADER: usize = 1 << 16;

/// An upright picture.
#[derive(Clone, Debug)]
pub enum Pixels {
    Rgb(RgbImage),
    /// Not premultiplied.
    Rgba(RgbaImage),
    Grey(GreyLevels),
}

/// Pixels, and what a person should know about how they were read.
#[derive(Clone, Debug)]
pub struct PixelFile {
    pub pixels: Pixels,
    pub notes: Vec<String>,
}

/// What stands before the pixels, as JSON.
#[derive(Serialize, Deserialize)]
struct Header {
    width: u32,
    height: u32,
    notes: Vec<String>,
    form: Form,
}

/// What a pixel is.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    /// 3 bytes.
    Rgb,
    /// 4 bytes.
    Rgba,
    /// 2 bytes, the lower first.
    Grey {
        slope: f64,
        intercept: f64,
        usual: [f64; 2],
        is_usual_of_file: bool,
        is_inverted: bool,
    },
}

impl PixelFile {
    /// The picture as a person wants it read; a browser shows another or none.
    pub fn decoded(self, name: &str, choices: &PictureChoices) -> Decoded {
        let mut decoded = Decoded {
            picture: RgbImage::default(),
            notes: self.notes,
            is_shown_otherwise: true,
            levels: None,
            is_transparent: false,
            has_profile: false,
        };
        match self.pixels {
            Pixels::Rgb(picture) => decoded.picture = picture,
            Pixels::Rgba(picture) => {
                decoded.is_transparent = picture.pixels().any(|pixel| pixel.0[3] < u8::MAX);
                decoded.picture = opaque(&picture, choices);
                if decoded.is_transparent {
                    let on = choices.background;
                    decoded.notes.push(format!(
                        "'{name}' is transparent in places; its background is {on}"
                    ));
                }
            }
            Pixels::Grey(levels) => {
                let (picture, summary) = levels.shown(choices.window);
                let LevelWindow { low, high } = summary.window;
                if summary.window != summary.usual {
                    decoded.notes.push(format!(
                        "Values from {low} to {high} are taken as black to white, as was chosen"
                    ));
                }
                (decoded.picture, decoded.levels) = (picture, Some(summary));
            }
        }
        decoded
    }

    /// The bytes that [`PixelFile::from_bytes`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        let ((width, height), form) = match &self.pixels {
            Pixels::Rgb(picture) => (picture.dimensions(), Form::Rgb),
            Pixels::Rgba(picture) => (picture.dimensions(), Form::Rgba),
            Pixels::Grey(levels) => {
                let form = Form::Grey {
                    slope: levels.slope,
                    intercept: levels.intercept,
                    usual: [levels.usual.low, levels.usual.high],
                    is_usual_of_file: levels.is_usual_of_file,
                    is_inverted: levels.is_inverted,
                };
                (levels.numbers.dimensions(), form)
            }
        };
        let pixels: Cow<[u8]> = match &self.pixels {
            Pixels::Rgb(picture) => picture.as_raw().into(),
            Pixels::Rgba(picture) => picture.as_raw().into(),
            Pixels::Grey(levels) => {
                let numbers = levels.numbers.as_raw().iter();
                numbers.flat_map(|number| number.to_le_bytes()).collect()
            }
        };
        let header = Header {
            width,
            height,
            notes: self.notes.clone(),
            form,
        };
        // Of plain numbers and texts: it can always be written.
        let header = serde_json::to_vec(&header).unwrap_or_default();
        let length = (header.len() as u32).to_le_bytes();
        [MAGIC, &length, &header, &pixels].concat()
    }

    /// Whether bytes are meant as pixels that were handed over.
    pub fn is_begun_by(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Reads what [`PixelFile::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`PictureError`] for pixels that are not whole or whose size is outside of the limits.
    pub fn from_bytes(bytes: &[u8], name: &str, limits: Limits) -> Result<Self, PictureError> {
        let cut = || PictureError::Damaged {
            name: name.into(),
            reason: "its pixels are not whole".into(),
        };
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(cut)?;
        let (length, rest) = rest.split_first_chunk().ok_or_else(cut)?;
        let length = u32::from_le_bytes(*length) as usize;
        if length > MAX_HEADER {
            return Err(cut());
        }
        let (header, pixels) = rest.split_at_checked(length).ok_or_else(cut)?;
        let header: Header = serde_json::from_slice(header).map_err(|_| cut())?;
        let Header { width, height, .. } = header;
        check_size(name, width, height, limits)?;
        let pixels = match header.form {
            Form::Rgb => RgbImage::from_raw(width, height, pixels.into()).map(Pixels::Rgb),
            Form::Rgba => RgbaImage::from_raw(width, height, pixels.into()).map(Pixels::Rgba),
            Form::Grey {
                slope,
                intercept,
                usual: [low, high],
                is_usual_of_file,
                is_inverted,
            } => {
                let numbers = pixels.as_chunks::<2>().0.iter();
                let numbers = numbers.map(|pair| u16::from_le_bytes(*pair)).collect();
                let numbers = Grey16::from_raw(width, height, numbers);
                numbers
                    .zip(LevelWindow::new(low, high))
                    .map(|(numbers, usual)| {
                        Pixels::Grey(GreyLevels {
                            numbers,
                            slope,
                            intercept,
                            usual,
                            is_usual_of_file,
                            is_inverted,
                        })
                    })
            }
        };
        Ok(Self {
            pixels: pixels.ok_or_else(cut)?,
            notes: header.notes,
        })
    }
}

/// The picture on the background that was chosen.
fn opaque(picture: &RgbaImage, choices: &PictureChoices) -> RgbImage {
    let (width, height) = picture.dimensions();
    RgbImage::from_fn(width, height, |x, y| {
        let Rgba([red, green, blue, opacity]) = *picture.get_pixel(x, y);
        let on = |value: u8| match choices.background.level() {
            Some(level) => over(value.into(), level, opacity.into(), 255) as u8,
            None => value,
        };
        image::Rgb([red, green, blue].map(on))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Background;

    #[test]
    fn what_is_handed_over_arrives() {
        let numbers = Grey16::from_fn(9, 8, |x, y| image::Luma([(x * 1000 + y) as u16]));
        let (mut levels, _) = GreyLevels::of_numbers(numbers);
        (levels.slope, levels.intercept) = (0.5, -3.0);
        let file = PixelFile {
            pixels: Pixels::Grey(levels.clone()),
            notes: vec!["A note".into()],
        };
        let bytes = file.to_bytes();
        assert!(PixelFile::is_begun_by(&bytes));
        let read = PixelFile::from_bytes(&bytes, "scan", Limits::default()).unwrap();
        let Pixels::Grey(found) = &read.pixels else {
            panic!("grey levels");
        };
        assert_eq!(found.numbers, levels.numbers);
        assert_eq!((found.slope, found.usual), (0.5, levels.usual));
        let choices = PictureChoices {
            window: LevelWindow::new(0.0, 10.0),
            ..PictureChoices::default()
        };
        let decoded = read.decoded("scan", &choices);
        assert!(decoded.notes[1].contains("0 to 10"), "{:?}", decoded.notes);
        for end in [3, 20, 40, bytes.len() - 1] {
            let error = PixelFile::from_bytes(&bytes[..end], "scan", Limits::default());
            assert!(error.unwrap_err().to_string().contains("not whole"));
        }
    }

    #[test]
    fn colours_of_the_browser_have_a_background() {
        let file = PixelFile {
            pixels: Pixels::Rgba(RgbaImage::from_pixel(8, 8, Rgba([10, 20, 30, 0]))),
            notes: Vec::new(),
        };
        let bytes = file.to_bytes();
        for (background, colour) in [
            (Background::AsIs, [10, 20, 30]),
            (Background::White, [255; 3]),
        ] {
            let read = PixelFile::from_bytes(&bytes, "a.avif", Limits::default()).unwrap();
            let choices = PictureChoices {
                background,
                ..PictureChoices::default()
            };
            let decoded = read.decoded("a.avif", &choices);
            assert_eq!(decoded.picture.get_pixel(0, 0).0, colour);
            assert!(decoded.is_transparent && decoded.notes.len() == 1);
        }
    }
}
