//! What a file's elements say of its picture.

use super::elements::{Elements, Tag};
use super::error::Problem;
use crate::picture::LevelWindow;

pub const TRANSFER_SYNTAX: Tag = 0x0002_0010;

const SAMPLES: Tag = 0x0028_0002;
const PHOTOMETRIC: Tag = 0x0028_0004;
const PLANAR: Tag = 0x0028_0006;
const FRAMES: Tag = 0x0028_0008;
const ROWS: Tag = 0x0028_0010;
const COLUMNS: Tag = 0x0028_0011;
const BITS_ALLOCATED: Tag = 0x0028_0100;
const BITS_STORED: Tag = 0x0028_0101;
const HIGH_BIT: Tag = 0x0028_0102;
const REPRESENTATION: Tag = 0x0028_0103;
const PADDING: Tag = 0x0028_0120;
const WINDOW_CENTER: Tag = 0x0028_1050;
const WINDOW_WIDTH: Tag = 0x0028_1051;
const INTERCEPT: Tag = 0x0028_1052;
const SLOPE: Tag = 0x0028_1053;
const WINDOW_FUNCTION: Tag = 0x0028_1056;
/// Of red; green and blue follow, as with the tables.
pub const PALETTE_DESCRIPTOR: Tag = 0x0028_1101;
pub const PALETTE: Tag = 0x0028_1201;
/// Tables of grey levels, which are not applied.
const MODALITY_TABLE: Tag = 0x0028_3000;
const WINDOW_TABLE: Tag = 0x0028_3010;

/// The elements that are read; no other is.
pub const WANTED: [Tag; 24] = [
    SAMPLES,
    PHOTOMETRIC,
    PLANAR,
    FRAMES,
    ROWS,
    COLUMNS,
    BITS_ALLOCATED,
    BITS_STORED,
    HIGH_BIT,
    REPRESENTATION,
    PADDING,
    WINDOW_CENTER,
    WINDOW_WIDTH,
    INTERCEPT,
    SLOPE,
    WINDOW_FUNCTION,
    PALETTE_DESCRIPTOR,
    PALETTE_DESCRIPTOR + 1,
    PALETTE_DESCRIPTOR + 2,
    PALETTE,
    PALETTE + 1,
    PALETTE + 2,
    MODALITY_TABLE,
    WINDOW_TABLE,
];

/// What the numbers of a pixel mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Photometric {
    /// The greatest value is white, or where it is inverted, black.
    Grey {
        is_inverted: bool,
    },
    Rgb,
    /// Luma and two differences of colour, all from 0 to 255; those of two pixels side by side may
    /// be one.
    Ybr {
        is_halved: bool,
    },
    /// Colours that a compression makes of RGB and takes back itself.
    OfCodec,
    Palette,
}

/// A picture as its elements describe it.
#[derive(Clone, Debug)]
pub struct Attributes {
    pub width: u32,
    pub height: u32,
    /// Numbers of a pixel: 1 or 3.
    pub samples: usize,
    pub photometric: Photometric,
    /// All numbers of the first kind stand before those of the second.
    pub is_planar: bool,
    pub frames: u32,
    /// Bits that a number takes, 1, 8, 16 or 32, and those that hold its value.
    pub bits_allocated: u32,
    pub bits_stored: u32,
    pub high_bit: u32,
    pub is_signed: bool,
    /// The number that stands where there is no picture.
    pub padding: Option<u16>,
    pub slope: f64,
    pub intercept: f64,
    /// The first that the file states.
    pub window: Option<LevelWindow>,
    /// Of the file there is a table of grey levels.
    pub has_table: bool,
    /// The window is a curve.
    pub is_sigmoid: bool,
}

impl Attributes {
    /// # Errors
    /// [`Problem`] if they do not describe a picture that is read here.
    pub fn read(elements: &Elements) -> Result<Self, Problem> {
        let number = |tag| elements.number(tag);
        let size = number(COLUMNS).zip(number(ROWS));
        let (width, height) = size.ok_or(Problem::Damaged("it does not say its size"))?;
        let samples = number(SAMPLES).unwrap_or(1);
        let bits_allocated = number(BITS_ALLOCATED).unwrap_or(8).into();
        let bits_stored = number(BITS_STORED).map_or(bits_allocated, u32::from);
        let high_bit = number(HIGH_BIT).map_or(bits_stored.saturating_sub(1), u32::from);
        if !matches!(bits_allocated, 1 | 8 | 16 | 32) {
            return Err(Problem::Unsupported("number of bits for a pixel"));
        }
        if !(1..=bits_allocated).contains(&bits_stored)
            || !(bits_stored - 1..bits_allocated).contains(&high_bit)
        {
            return Err(Problem::Damaged(
                "its numbers of bits contradict each other",
            ));
        }
        let photometric = photometric(elements)?;
        let wanted = match photometric {
            Photometric::Grey { .. } | Photometric::Palette => 1,
            _ => 3,
        };
        if samples != wanted {
            return Err(Problem::Damaged("its colours contradict each other"));
        }
        let slope = elements.decimal(SLOPE).filter(|slope| *slope != 0.0);
        let function = elements.word(WINDOW_FUNCTION).unwrap_or("LINEAR");
        Ok(Self {
            width: width.into(),
            height: height.into(),
            samples: samples.into(),
            photometric,
            is_planar: number(PLANAR) == Some(1) && samples > 1,
            frames: elements
                .decimal(FRAMES)
                .map_or(1, |frames| frames as u32)
                .max(1),
            bits_allocated,
            bits_stored,
            high_bit,
            is_signed: number(REPRESENTATION) == Some(1),
            padding: number(PADDING),
            slope: slope.unwrap_or(1.0),
            intercept: elements.decimal(INTERCEPT).unwrap_or(0.0),
            window: window(elements, function),
            has_table: [MODALITY_TABLE, WINDOW_TABLE]
                .iter()
                .any(|table| elements.has_sequence(*table)),
            is_sigmoid: function == "SIGMOID",
        })
    }

    /// Pixels of a frame.
    pub fn pixels(&self) -> usize {
        self.width as usize * self.height as usize
    }
}

fn photometric(elements: &Elements) -> Result<Photometric, Problem> {
    Ok(match elements.word(PHOTOMETRIC).unwrap_or("MONOCHROME2") {
        "MONOCHROME1" => Photometric::Grey { is_inverted: true },
        "MONOCHROME2" => Photometric::Grey { is_inverted: false },
        "RGB" => Photometric::Rgb,
        "YBR_FULL" => Photometric::Ybr { is_halved: false },
        "YBR_FULL_422" => Photometric::Ybr { is_halved: true },
        "YBR_ICT" | "YBR_RCT" => Photometric::OfCodec,
        "PALETTE COLOR" => Photometric::Palette,
        _ => return Err(Problem::Unsupported("kind of colours")),
    })
}

/// The values that become black and white by the first window's centre and width (part 3,
/// C.11.2.1.2 and C.11.2.1.3).
fn window(elements: &Elements, function: &str) -> Option<LevelWindow> {
    let center = elements.decimal(WINDOW_CENTER)?;
    let width = elements.decimal(WINDOW_WIDTH)?;
    if function == "LINEAR_EXACT" {
        return LevelWindow::new(center - width / 2.0, center + width / 2.0);
    }
    let (center, half) = (center - 0.5, (width - 1.0) / 2.0);
    // A width of 1 is a step.
    let half = if width == 1.0 { 1e-3 } else { half };
    LevelWindow::new(center - half, center + half)
}
