//! How a picture that is not of the network's shape is fitted to it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::decimal::{decimal, parse_decimal};
use crate::frame::Frame;

/// How a picture that is not of the network's shape is fitted to it. As text `stretch`,
/// `crop:0.875` or `letterbox:114,114,114`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Fit {
    /// Width and height are resized each by itself, as Keras does.
    #[default]
    Stretch,
    /// The picture is resized until its shorter side is the input's divided by the fraction, and
    /// its middle is cut out, as torchvision and timm (`crop_pct`) do.
    Crop {
        /// 50…1000.
        thousandths: u16,
    },
    /// The whole picture, as large as the input allows, with a border of this colour (RGB), as
    /// `LetterBox` of Ultralytics.
    Letterbox { color: [u8; 3] },
}

/// Where a picture resized to `size` lies under the input: its width and height, and the input's
/// corner on it, all in pixels of the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    pub size: (u32, u32),
    /// Below 0 where there is a border.
    pub corner: (i64, i64),
}

/// A part of a resized picture, in pixels of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

impl Fit {
    /// torchvision's usual: 224 of 256 pixels.
    pub const CROP: Fit = Fit::Crop { thousandths: 875 };
    /// The grey of Ultralytics.
    pub const LETTERBOX: Fit = Fit::Letterbox { color: [114; 3] };

    /// A crop of this fraction of the shorter side, to three decimals; `None` outside of 0.05…1.
    pub fn crop(fraction: f64) -> Option<Fit> {
        let thousandths = (fraction * 1000.0).round();
        (50.0..=1000.0).contains(&thousandths).then_some(Fit::Crop {
            thousandths: thousandths as u16,
        })
    }

    /// Where a picture of this width and height lies under an input of `size`, its height and
    /// width. All in pixels, none 0.
    pub fn placement(self, picture: (u32, u32), [height, width]: [usize; 2]) -> Placement {
        let input = (width as u32, height as u32);
        match self {
            Fit::Stretch => Placement {
                size: input,
                corner: (0, 0),
            },
            Fit::Crop { thousandths } => cropped(picture, input, thousandths),
            Fit::Letterbox { .. } => letterboxed(picture, input),
        }
    }

    /// Where the input lies on a picture of this width and height; the whole of one without size.
    pub fn frame(self, picture: (u32, u32), size: [usize; 2]) -> Frame {
        if self == Fit::Stretch || picture.0.min(picture.1) == 0 {
            return Frame::WHOLE;
        }
        let placement = self.placement(picture, size);
        let (across, down) = (f64::from(placement.size.0), f64::from(placement.size.1));
        Frame {
            left: placement.corner.0 as f64 / across,
            top: placement.corner.1 as f64 / down,
            width: size[1] as f64 / across,
            height: size[0] as f64 / down,
        }
    }
}

/// torchvision's `Resize` and `CenterCrop`: the longer side is cut down to whole pixels, and the
/// corner rounded to the even one.
fn cropped((width, height): (u32, u32), input: (u32, u32), thousandths: u16) -> Placement {
    let resized = |side: u32| (f64::from(side) / (f64::from(thousandths) / 1000.0)).floor();
    let (across, down) = (resized(input.0), resized(input.1));
    let (own_across, own_down) = (f64::from(width), f64::from(height));
    let size = if across / own_across >= down / own_down {
        (across, (across * own_down / own_across).floor().max(down))
    } else {
        ((down * own_across / own_down).floor().max(across), down)
    };
    let corner = |resized: f64, side: u32| ((resized - f64::from(side)) / 2.0).round_ties_even();
    Placement {
        size: (size.0 as u32, size.1 as u32),
        corner: (
            corner(size.0, input.0) as i64,
            corner(size.1, input.1) as i64,
        ),
    }
}

/// `LetterBox` of Ultralytics: half a pixel of border more goes to the right and below.
fn letterboxed((width, height): (u32, u32), input: (u32, u32)) -> Placement {
    let ratio = |to: u32, from: u32| f64::from(to) / f64::from(from);
    let ratio = ratio(input.1, height).min(ratio(input.0, width));
    let resized = |side: u32| (f64::from(side) * ratio).round_ties_even().max(1.0);
    let size = (resized(width), resized(height));
    let border = |side: u32, resized: f64| ((f64::from(side) - resized) / 2.0 - 0.1).round();
    Placement {
        size: (size.0 as u32, size.1 as u32),
        corner: (
            -(border(input.0, size.0).max(0.0) as i64),
            -(border(input.1, size.1).max(0.0) as i64),
        ),
    }
}

impl std::fmt::Display for Fit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Fit::Stretch => formatter.write_str("stretch"),
            Fit::Crop { thousandths } => {
                write!(
                    formatter,
                    "crop:{}",
                    decimal(f64::from(*thousandths) / 1000.0)
                )
            }
            Fit::Letterbox {
                color: [red, green, blue],
            } => write!(formatter, "letterbox:{red},{green},{blue}"),
        }
    }
}

impl FromStr for Fit {
    type Err = String;

    /// A fit by its text; a fraction and a colour may be left out.
    fn from_str(text: &str) -> Result<Fit, String> {
        let wrong = || {
            format!(
                "'{text}' is no way to fit a picture; write stretch, crop, crop:0.875, letterbox \
                 or letterbox:114,114,114, with a fraction from 0.05 to 1 and levels up to 255"
            )
        };
        let (name, rest) = match text.split_once(':') {
            Some((name, rest)) => (name, Some(rest)),
            None => (text, None),
        };
        match (name, rest) {
            ("stretch", None) => Ok(Fit::Stretch),
            ("crop", None) => Ok(Fit::CROP),
            ("letterbox", None) => Ok(Fit::LETTERBOX),
            ("crop", Some(fraction)) => {
                let fraction = parse_decimal(fraction).ok_or_else(wrong)?;
                Fit::crop(fraction).ok_or_else(wrong)
            }
            ("letterbox", Some(color)) => {
                let levels = color.split(',').map(|level| level.trim().parse::<u8>());
                let levels: Vec<u8> = levels.collect::<Result<_, _>>().map_err(|_| wrong())?;
                let color = levels.try_into().map_err(|_| wrong())?;
                Ok(Fit::Letterbox { color })
            }
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Fit {
    type Error = String;

    fn try_from(text: String) -> Result<Fit, String> {
        text.parse()
    }
}

impl From<Fit> for String {
    fn from(fit: Fit) -> String {
        fit.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_they_are_written() {
        let fits = ["stretch", "crop:0.875", "crop:1", "letterbox:0,10,255"];
        for text in fits {
            assert_eq!(text.parse::<Fit>().unwrap().to_string(), text);
        }
        assert_eq!("crop".parse(), Ok(Fit::CROP));
        assert_eq!("letterbox".parse(), Ok(Fit::LETTERBOX));
        for wrong in [
            "",
            "crop:0",
            "crop:2",
            "crop:NaN",
            "letterbox:1,2",
            "stretch:1",
        ] {
            assert!(wrong.parse::<Fit>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_those_of_torchvision_and_ultralytics() {
        let crop = Fit::CROP.placement((500, 375), [224, 224]);
        assert_eq!((crop.size, crop.corner), ((341, 256), (58, 16)));
        let letterbox = Fit::LETTERBOX.placement((1280, 721), [640, 640]);
        assert_eq!((letterbox.size, letterbox.corner), ((640, 360), (0, -140)));
    }

    #[test]
    fn the_frame_is_what_the_network_saw() {
        let frame = Fit::Crop { thousandths: 1000 }.frame((200, 100), [50, 50]);
        assert_eq!(frame.seen_pixels((200, 100)), [50, 0, 100, 100]);
        let frame = Fit::LETTERBOX.frame((200, 100), [50, 50]);
        assert_eq!(frame.seen(), [0.0, 0.0, 1.0, 1.0]);
        assert!(frame.height > 1.9 && frame.top < -0.4);
        assert_eq!(Fit::CROP.frame((0, 0), [50, 50]), Frame::WHOLE);
    }
}
