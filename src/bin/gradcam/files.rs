//! Files that commands read and write, with errors that name them.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use gradcam::onnx::{ExternalFile, Limits, OnnxError, embed_external_data, external_files};
use gradcam::picture;
use gradcam::text::printable;
use sha2::{Digest as _, Sha256};

/// A longer path is shown by its end.
const MAX_PATH_CHARS: usize = 80;

/// A path as errors show it.
pub fn shown(path: &Path) -> String {
    let path = path.display().to_string();
    let path = printable(&path, usize::MAX);
    match path.chars().count().checked_sub(MAX_PATH_CHARS) {
        None | Some(0) => path.into_owned(),
        Some(cut) => "…".chars().chain(path.chars().skip(cut)).collect(),
    }
}

/// A file's bytes.
///
/// # Errors
/// With the file's name, if it cannot be read.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    if path.is_dir() {
        bail!("'{}' is a folder: name the files in it", shown(path));
    }
    std::fs::read(path).with_context(|| format!("'{}' cannot be read", shown(path)))
}

/// A model file's bytes, with those of the weights that it has in files beside it.
///
/// # Errors
/// [`OnnxError::TooLarge`] if there are more than would be decoded anyway; [`OnnxError`] about
/// the files beside it; and as [`read`].
pub fn read_model(path: &Path) -> anyhow::Result<Vec<u8>> {
    let limits = Limits::default();
    let model = read_limited(path)?;
    let named = || format!("'{}'", shown(path));
    let wanted = external_files(&model, limits).with_context(named)?;
    if wanted.is_empty() {
        return Ok(model);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for name in wanted.into_keys() {
        let beside = folder.join(&name);
        if beside.exists() {
            files.push((name, read_limited(&beside)?));
        }
    }
    let files: Vec<ExternalFile> = files
        .iter()
        .map(|(name, bytes)| ExternalFile { name, bytes })
        .collect();
    embed_external_data(&model, &files, limits).with_context(named)
}

/// Names and texts of the configurations that lie beside a model's file. One that cannot be read
/// is as if it was not there.
pub fn configurations(model: &Path) -> Vec<(String, String)> {
    const NAMES: [&str; 2] = ["config.json", "preprocessor_config.json"];
    const MAX_BYTES: usize = 1 << 24;
    let folder = model.parent().unwrap_or(Path::new(""));
    let read = |name: &str| {
        Some((
            name.to_owned(),
            read_text(&folder.join(name), MAX_BYTES).ok()?,
        ))
    };
    NAMES.into_iter().filter_map(read).collect()
}

/// The bytes of a model's file.
///
/// # Errors
/// [`OnnxError::TooLarge`], and as [`read`].
fn read_limited(path: &Path) -> anyhow::Result<Vec<u8>> {
    let limit = Limits::default().file_bytes;
    let bytes = std::fs::metadata(path).map_or(0, |found| found.len());
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    if bytes > limit {
        let problem = OnnxError::TooLarge { bytes, limit };
        return Err(problem).with_context(|| format!("'{}'", shown(path)));
    }
    read(path)
}

/// A picture's bytes, or an input tensor's.
///
/// # Errors
/// If there are more than a picture may take in memory, and as [`read`].
pub fn read_picture(path: &Path) -> anyhow::Result<Vec<u8>> {
    let limit = picture::Limits::default().max_bytes;
    let bytes = std::fs::metadata(path).map_or(0, |found| found.len());
    if bytes > limit {
        bail!(
            "'{}' has {bytes} bytes; the limit of pictures is {limit}",
            shown(path)
        );
    }
    read(path)
}

/// Writes a file.
///
/// # Errors
/// With the file's name, if it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("'{}' cannot be written", shown(path)))
}

/// SHA-256 of bytes, lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A text file of at most so many bytes.
///
/// # Errors
/// With the file's name, if it is longer, is no text, or cannot be read.
pub fn read_text(path: &Path, max_bytes: usize) -> anyhow::Result<String> {
    let file = std::fs::File::open(path);
    let unread = || format!("'{}' cannot be read", shown(path));
    let mut bytes = Vec::new();
    let limit = max_bytes as u64 + 1;
    file.and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .with_context(unread)?;
    if bytes.len() > max_bytes {
        bail!(
            "'{}' is longer than {max_bytes} bytes; choose the right file",
            shown(path)
        );
    }
    let text = String::from_utf8(bytes);
    text.ok()
        .with_context(|| format!("'{}' is no text", shown(path)))
}
