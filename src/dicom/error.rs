//! Why a DICOM file cannot be used. No message holds a text of the file's.

use crate::picture::PictureError;

/// Why a DICOM file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DicomError {
    #[error(
        "'{name}' is a DICOM file that is cut off, encrypted or damaged ({reason}). Export it again from the archive"
    )]
    Damaged { name: String, reason: String },
    #[error(
        "'{name}' is a DICOM file without a picture: a report, a plan, a directory or a measurement. Choose a file of the series itself"
    )]
    NoPicture { name: String },
    #[error(
        "'{name}' is a DICOM file whose picture is encrypted. Export it from the archive without encryption"
    )]
    Encrypted { name: String },
    #[error("'{name}' is a DICOM file that holds a video. Export one frame of it as a picture")]
    Video { name: String },
    #[error(
        "'{name}' is a DICOM file compressed with {codec}, which is not read here. Export it uncompressed, for example with dcmdjpeg, dcmdjpls or gdcmconv --raw"
    )]
    Codec { name: String, codec: String },
    #[error("'{name}' is a DICOM file whose {what} is not read here. Export it as grey or RGB")]
    Unsupported { name: String, what: String },
    #[error(transparent)]
    Picture(#[from] PictureError),
}

/// What is wrong with a part of a file, before its name is known.
#[derive(Debug)]
pub enum Problem {
    /// It is damaged: how, in a few words of ours.
    Damaged(&'static str),
    /// A codec that is not there.
    Codec(&'static str),
    /// A form of pixels that is not read.
    Unsupported(&'static str),
}

/// The compressed picture and the file contradict each other.
pub const OTHER_SIZE: Problem =
    Problem::Damaged("its compressed picture has another size than it states");

impl Problem {
    /// The error for a file of this name.
    pub fn of(self, name: &str) -> DicomError {
        let name = name.to_owned();
        match self {
            Problem::Damaged(reason) => DicomError::Damaged {
                name,
                reason: reason.into(),
            },
            Problem::Codec(codec) => DicomError::Codec {
                name,
                codec: codec.into(),
            },
            Problem::Unsupported(what) => DicomError::Unsupported {
                name,
                what: what.into(),
            },
        }
    }
}
