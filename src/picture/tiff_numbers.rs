//! Numbers of a TIFF file's directories, in the order of bytes that the file begins with.

/// The number of `length` bytes, at most 8, at a place; `None` if the file ends before.
pub fn tiff_number(file: &[u8], place: u64, length: usize) -> Option<u64> {
    let place = usize::try_from(place).ok()?;
    let read = file.get(place..place.checked_add(length)?)?;
    let add = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
    Some(if file.starts_with(b"II") {
        read.iter().rev().fold(0, add)
    } else {
        read.iter().fold(0, add)
    })
}
