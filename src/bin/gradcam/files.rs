//! Files that commands read and write, with errors that name them.

use std::path::Path;

use anyhow::Context as _;
use gradcam::onnx::{Limits, OnnxError};

/// A file's bytes.
///
/// # Errors
/// With the file's name, if it cannot be read.
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("'{}' cannot be read", path.display()))
}

/// A model file's bytes.
///
/// # Errors
/// [`OnnxError::TooLarge`] if there are more than would be decoded anyway, and as [`read`].
pub fn read_model(path: &Path) -> anyhow::Result<Vec<u8>> {
    let limit = Limits::default().file_bytes;
    let bytes = std::fs::metadata(path).map_or(0, |found| found.len());
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    if bytes > limit {
        let problem = OnnxError::TooLarge { bytes, limit };
        return Err(problem).with_context(|| format!("'{}'", path.display()));
    }
    read(path)
}

/// Writes a file.
///
/// # Errors
/// With the file's name, if it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("'{}' cannot be written", path.display()))
}
