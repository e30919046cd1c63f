//! From stored numbers to grey levels: values by slope and intercept, and the window that is
//! shown.

use super::attributes::{Attributes, Photometric};
use crate::picture::{Grey16, GreyLevels, LevelWindow};

/// The grey levels of a picture, and what is to be said of them.
pub fn grey_levels(values: &[i32], attributes: &Attributes) -> (GreyLevels, Vec<String>) {
    let (numbers, scale, offset) = narrowed(values);
    let Attributes {
        slope, intercept, ..
    } = *attributes;
    let (low, high) = range(values, attributes);
    let value = |number: i32| f64::from(number) * slope + intercept;
    let (usual, mut notes) = usual(attributes, [value(low), value(high)]);
    if (slope, intercept) != (1.0, 0.0) {
        notes.push(format!(
            "Its numbers become values as it states: × {slope} + {intercept}"
        ));
    }
    let is_inverted = attributes.photometric == Photometric::Grey { is_inverted: true };
    if is_inverted {
        notes.push("Its greatest values are black (MONOCHROME1), so they were inverted".to_owned());
    }
    if attributes.has_table {
        notes.push(
            "It has a table of grey levels (a modality or VOI LUT), which is not applied"
                .to_owned(),
        );
    }
    if scale != 1.0 {
        notes.push("Its numbers of 32 bits were brought to 16 bits".to_owned());
    }
    let numbers = Grey16::from_raw(attributes.width, attributes.height, numbers);
    let levels = GreyLevels {
        numbers: numbers.unwrap_or_default(),
        slope: scale * slope,
        intercept: f64::from(offset) * slope + intercept,
        usual,
        is_usual_of_file: attributes.window.is_some(),
        is_inverted,
    };
    (levels, notes)
}

/// What is shown unless a person chooses, and why: the file's window, all of 8 bits, or the range
/// of the values.
fn usual(attributes: &Attributes, range: [f64; 2]) -> (LevelWindow, Vec<String>) {
    if let Some(window) = attributes.window {
        let LevelWindow { low, high } = window;
        let mut notes = vec![format!(
            "The window that the file states: values from {low} to {high} are taken as black to \
             white"
        )];
        if attributes.is_sigmoid {
            notes.push("The file's window is a curve (SIGMOID); it is taken as linear".to_owned());
        }
        return (window, notes);
    }
    let Attributes {
        slope, intercept, ..
    } = *attributes;
    let (range, why) = if attributes.bits_stored <= 8 && !attributes.is_signed {
        let white = f64::from((1 << attributes.bits_stored) - 1);
        (
            [intercept, white * slope + intercept],
            "all that its bits hold",
        )
    } else {
        (range, "the range of the picture")
    };
    let (low, high) = (range[0].min(range[1]), range[0].max(range[1]));
    // A picture of one value is black.
    let window = LevelWindow::new(low, high).unwrap_or(LevelWindow {
        low,
        high: low + 1.0,
    });
    let LevelWindow { low, high } = window;
    let note = format!(
        "The file states no window: values from {low} to {high}, {why}, are taken as black to white"
    );
    (window, vec![note])
}

/// The least and the greatest number, without the one that stands where there is no picture.
fn range(values: &[i32], attributes: &Attributes) -> (i32, i32) {
    let padding = attributes.padding.map(|number| {
        if attributes.is_signed {
            i32::from(number as i16)
        } else {
            i32::from(number)
        }
    });
    let numbers = values
        .iter()
        .copied()
        .filter(|number| Some(*number) != padding);
    numbers
        .fold(None, |range: Option<(i32, i32)>, number| {
            let (low, high) = range.unwrap_or((number, number));
            Some((low.min(number), high.max(number)))
        })
        .unwrap_or((0, 1))
}

/// Numbers in 16 bits with what makes the stored ones of them: `· scale + offset`.
fn narrowed(values: &[i32]) -> (Vec<u16>, f64, i32) {
    let low = values.iter().copied().min().unwrap_or(0);
    let high = values.iter().copied().max().unwrap_or(0);
    // As they are, where they fit.
    let offset = if low >= 0 && high <= i32::from(u16::MAX) {
        0
    } else if low >= i32::from(i16::MIN) && high <= i32::from(i16::MAX) {
        i32::from(i16::MIN)
    } else {
        low
    };
    let span = i64::from(high) - i64::from(offset);
    let above = |value: &i32| i64::from(*value) - i64::from(offset);
    if span <= i64::from(u16::MAX) {
        let numbers = values.iter().map(|value| above(value) as u16);
        return (numbers.collect(), 1.0, offset);
    }
    let scale = span as f64 / f64::from(u16::MAX);
    let numbers = values
        .iter()
        .map(|value| (above(value) as f64 / scale).round() as u16);
    (numbers.collect(), scale, offset)
}
