//! What is left out of PNG files before they are decoded.

use std::borrow::Cow;

/// How a PNG file begins.
pub const PNG_MAGIC: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A PNG file without its colour profile and texts, which nobody reads here and which the
/// decoder would unpack to any size; other files as they are.
pub fn without_packed_chunks(file: &[u8]) -> Cow<'_, [u8]> {
    let is_packed =
        |chunk: &[u8]| matches!(chunk.get(4..8), Some(b"iCCP" | b"zTXt" | b"iTXt" | b"tEXt"));
    if !file.starts_with(PNG_MAGIC) || !png_chunks(file).any(is_packed) {
        return file.into();
    }
    let mut kept = Vec::with_capacity(file.len());
    kept.extend_from_slice(PNG_MAGIC);
    for chunk in png_chunks(file).filter(|chunk| !is_packed(chunk)) {
        kept.extend_from_slice(chunk);
    }
    kept.into()
}

/// The data of a PNG file's first chunk of this name.
pub fn png_chunk<'a>(file: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    if !file.starts_with(PNG_MAGIC) {
        return None;
    }
    let is_named = |chunk: &&[u8]| chunk.get(4..8) == Some(name);
    let chunk = png_chunks(file).find(is_named)?;
    chunk.get(8..chunk.len().checked_sub(4)?)
}

/// The chunks of a PNG file, each with the length of its data, its name and its checksum;
/// one that is cut off as far as it goes.
fn png_chunks(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = file.get(PNG_MAGIC.len()..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (length, _) = rest.split_first_chunk()?;
        let length = u64::from(u32::from_be_bytes(*length)) + 12;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let (chunk, after) = rest.split_at(length.min(rest.len()));
        rest = after;
        Some(chunk)
    })
}
