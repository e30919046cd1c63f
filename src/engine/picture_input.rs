//! From a picture's file to the network's input tensor.

use ndarray::Array4;
use web_time::Instant;

use super::elapsed_time::milliseconds_since;
use super::npy_input::read_tensor;
use super::picture_reading::{read_picture, reading};
use super::preprocessing::fit_note;
use super::session_error::SessionError;
use crate::frame::Frame;
use crate::picture::{self, BandPicture, Channels, Limits, PictureError, Preprocess, RgbImage};
use crate::protocol::{PictureOverrides, PictureReading};
use crate::render::npy;

/// Longest side of a picture that is only shown, in pixels; as the page's canvases.
const MAX_PREVIEW_SIDE: u32 = 2000;

/// How TIFF files begin.
const TIFF: [&[u8]; 4] = [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"];

/// An input tensor, and what is known of the picture that it was made of.
pub struct PictureInput {
    pub tensor: Array4<f32>,
    /// Width and height of the upright picture in pixels; 0 where the file is the tensor itself.
    pub size: (u32, u32),
    pub frame: Frame,
    /// The picture as it was read, where a browser would show another or none.
    pub preview: Option<RgbImage>,
    pub reading: PictureReading,
    pub notes: Vec<String>,
    /// Of decoding and of resizing.
    pub milliseconds: [f64; 2],
}

/// Reads a picture's file as a person chose, and prepares it. `progress` is told after decoding.
///
/// # Errors
/// [`SessionError`] for a picture that cannot be used, or has other bands than the network takes.
pub fn picture_input(
    (bytes, name): (&[u8], &str),
    preprocess: &Preprocess,
    choices: &PictureOverrides,
    progress: &mut dyn FnMut(),
) -> Result<PictureInput, SessionError> {
    let started = Instant::now();
    if let Channels::Bands(count) = preprocess.channels {
        return bands_input((bytes, name), preprocess, count, choices);
    }
    let decoded = match read_picture(bytes, name, choices) {
        Err(SessionError::Picture(PictureError::UnknownFormat { .. })) if is_tiff(bytes) => {
            return Err(other_bands(bytes, name, preprocess));
        }
        other => other?,
    };
    let decode = milliseconds_since(started);
    progress();
    let started = Instant::now();
    let tensor = picture::prepare(&decoded.picture, preprocess)?;
    let resize = milliseconds_since(started);
    let size = decoded.picture.dimensions();
    let preview = || picture::preview(&decoded.picture, MAX_PREVIEW_SIDE);
    let preview = decoded.is_shown_otherwise.then(preview);
    let reading = reading(&decoded);
    Ok(PictureInput {
        tensor,
        size,
        frame: preprocess.frame(size),
        preview,
        reading,
        notes: (decoded.notes.into_iter())
            .chain(fit_note(size, preprocess))
            .collect(),
        milliseconds: [decode, resize],
    })
}

fn is_tiff(bytes: &[u8]) -> bool {
    TIFF.iter().any(|start| bytes.starts_with(start))
}

/// Why a TIFF that is no picture of colours cannot be used.
fn other_bands(bytes: &[u8], name: &str, preprocess: &Preprocess) -> SessionError {
    match BandPicture::of_tiff(bytes, name, Limits::default()) {
        Ok(read) if read.bands.len() != preprocess.channels.count() => PictureError::BandCount {
            name: name.into(),
            found: read.bands.len(),
            wanted: preprocess.channels.count(),
        },
        Ok(_) => PictureError::UnknownFormat { name: name.into() },
        Err(error) => error,
    }
    .into()
}

/// The same for a network of other channels than colours: its bands are in a TIFF or an array.
fn bands_input(
    (bytes, name): (&[u8], &str),
    preprocess: &Preprocess,
    count: usize,
    choices: &PictureOverrides,
) -> Result<PictureInput, SessionError> {
    let started = Instant::now();
    let limits = Limits::default();
    let is_array = bytes.starts_with(npy::MAGIC);
    let (read, own) = if is_array {
        // An array of the input's own shape is the input itself.
        let own = read_tensor(bytes, name, &preprocess.shape());
        let read = npy::decode(bytes)
            .ok()
            .and_then(|(shape, values)| BandPicture::of_array(&shape, values, count));
        match (read, own) {
            (Some(read), own) => (read, own.ok()),
            (None, Ok(tensor)) => return Ok(of_tensor(tensor)),
            (None, Err(error)) => return Err(error),
        }
    } else if is_tiff(bytes) {
        (BandPicture::of_tiff(bytes, name, limits)?, None)
    } else {
        return Err(PictureError::Bands { count }.into());
    };
    let decode = milliseconds_since(started);
    let started = Instant::now();
    let is_own = own.is_some();
    let tensor = match own {
        Some(tensor) => tensor,
        None => read.prepare(name, preprocess)?,
    };
    let size = if is_own {
        (0, 0)
    } else {
        (read.width, read.height)
    };
    let shown = read.shown(choices.bands.unwrap_or([0, 1, 2]));
    let notes = (!is_own).then(|| {
        format!(
            "'{name}' has {count} bands; their numbers go to the network as they are in the file"
        )
    });
    Ok(PictureInput {
        tensor,
        size,
        frame: if is_own {
            Frame::WHOLE
        } else {
            preprocess.frame(size)
        },
        preview: Some(picture::preview(&shown, MAX_PREVIEW_SIDE)),
        reading: PictureReading {
            bands: Some(count),
            ..PictureReading::default()
        },
        notes: notes.into_iter().collect(),
        milliseconds: [decode, milliseconds_since(started)],
    })
}

/// A file that is the tensor itself.
fn of_tensor(tensor: Array4<f32>) -> PictureInput {
    PictureInput {
        tensor,
        size: (0, 0),
        frame: Frame::WHOLE,
        preview: None,
        reading: PictureReading::default(),
        notes: Vec::new(),
        milliseconds: [0.0; 2],
    }
}
