//! Pixels that are compressed.
//!
//! - `run_length`: DICOM's own (part 5, annex G)
//! - `jpeg`: JPEG in 8 bits, and its lossless form in up to 16
//! - `jpeg_ls`: JPEG-LS, with and without loss
//! - `jpeg2000`: JPEG 2000, with and without loss

mod jpeg;
mod jpeg2000;
mod jpeg_ls;
mod run_length;

use super::attributes::Attributes;
use super::error::{OTHER_SIZE, Problem};
use super::samples::Samples;
use super::transfer_syntax::Compression;

/// The numbers of a frame.
///
/// # Errors
/// [`Problem`] if it is damaged, of another size than the file states, or of a codec that is not
/// there.
pub fn decode(
    frame: &[u8],
    attributes: &Attributes,
    compression: Compression,
) -> Result<Samples, Problem> {
    let samples = match compression {
        Compression::RunLength => run_length::decode(frame, attributes)?,
        Compression::Jpeg => jpeg::decode(frame, attributes)?,
        Compression::JpegLs => jpeg_ls::decode(frame, attributes)?,
        Compression::Jpeg2000 => jpeg2000::decode(frame, attributes)?,
        Compression::Other(name) => return Err(Problem::Codec(name)),
        Compression::None | Compression::Deflated | Compression::Video => {
            return Err(Problem::Damaged("its pixels are in parts without a codec"));
        }
    };
    if samples.kinds != attributes.samples
        || samples.values.len() != attributes.pixels() * attributes.samples
    {
        return Err(OTHER_SIZE);
    }
    Ok(samples)
}
