//! From a picture's file to its pixels, as a person chose.

use super::session_error::SessionError;
#[cfg(feature = "dicom")]
use crate::dicom;
use crate::picture::{
    Decoded, LevelWindow, LevelsSummary, Limits, PictureChoices, PixelFile, decode_with,
};
use crate::protocol::{LevelsReading, PictureOverrides, PictureReading};

/// Decodes a picture's file as a person chose. `name` is for messages, and tells DICOM files
/// without their mark.
///
/// # Errors
/// [`SessionError`] for a choice that is none, or a picture that cannot be used.
pub fn read_picture(
    bytes: &[u8],
    name: &str,
    overrides: &PictureOverrides,
) -> Result<Decoded, SessionError> {
    let choices = choices(overrides)?;
    let limits = Limits::default();
    if PixelFile::is_begun_by(bytes) {
        let read = PixelFile::from_bytes(bytes, name, limits)?;
        return Ok(read.decoded(name, &choices));
    }
    #[cfg(feature = "dicom")]
    if dicom::is_dicom(bytes, name) {
        let read = dicom::read(bytes, name, limits)?;
        return Ok(read.decoded(name, &choices));
    }
    Ok(decode_with(bytes, name, limits, &choices)?)
}

/// What a person may choose of a picture that was read.
pub fn reading(decoded: &Decoded) -> PictureReading {
    PictureReading {
        levels: decoded.levels.as_ref().map(levels_reading),
        is_transparent: decoded.is_transparent,
        has_profile: decoded.has_profile,
        bands: None,
    }
}

fn levels_reading(levels: &LevelsSummary) -> LevelsReading {
    let ends = |window: LevelWindow| [window.low, window.high];
    LevelsReading {
        window: ends(levels.window),
        usual: ends(levels.usual),
        is_usual_of_file: levels.is_usual_of_file,
        range: levels.range,
        bars: bars(&levels.histogram),
    }
}

/// Heights in percent of the highest, by the logarithm.
fn bars(counts: &[u32]) -> Vec<u32> {
    let height = |count: u32| (1.0 + f64::from(count)).ln();
    let most = counts.iter().copied().max().map_or(1.0, height);
    let percent = |count: &u32| (height(*count) / most * 100.0).round() as u32;
    counts.iter().map(percent).collect()
}

/// What was chosen, if it can be.
fn choices(overrides: &PictureOverrides) -> Result<PictureChoices, SessionError> {
    let window = overrides.window.map(|[low, high]| {
        let wrong = || {
            SessionError::Choice(format!(
                "the window from {low} to {high} is none: it wants a number and a greater one"
            ))
        };
        LevelWindow::new(low, high).ok_or_else(wrong)
    });
    let background = overrides.background.as_deref().map(str::parse);
    Ok(PictureChoices {
        converts_colors: overrides.converts_colors,
        window: window.transpose()?,
        background: background
            .transpose()
            .map_err(SessionError::Choice)?
            .unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_seen_where_there_is_one_pixel() {
        assert_eq!(bars(&[0, 1, 999]), [0, 10, 100]);
    }

    #[test]
    fn choices_that_are_none_are_said() {
        let read = |overrides| {
            read_picture(b"", "cat.png", &overrides)
                .unwrap_err()
                .to_string()
        };
        let window = Some([3.0, 3.0]);
        assert!(
            read(PictureOverrides {
                window,
                ..PictureOverrides::default()
            })
            .contains("3 to 3")
        );
        let background = Some("pink".to_owned());
        let said = read(PictureOverrides {
            background,
            ..PictureOverrides::default()
        });
        assert!(said.contains("'pink' is no background"), "{said}");
    }
}
