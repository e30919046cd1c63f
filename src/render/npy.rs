//! NPY files, the format of NumPy's `save`.

use std::io::Cursor;

use ndarray::ArrayD;
use ndarray_npy::{ReadNpyError, ReadNpyExt as _};

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpyError {
    #[error("this is not an NPY file: it does not begin as one")]
    NotNpy,
    #[error("the NPY file is cut off: its header promises more values than it holds")]
    CutOff,
    #[error("the NPY file's header {reason}; save the array again with NumPy")]
    Header { reason: &'static str },
    #[error("the NPY file cannot be read as float32 or float64: {0}")]
    Read(#[from] ReadNpyError),
}

/// The bytes of an NPY file (version 1.0, little-endian float32, C order) that
/// holds row-major values of this shape.
///
/// # Panics
/// If the number of values is another.
pub fn encode(values: &[f32], shape: &[usize]) -> Vec<u8> {
    let count: usize = shape.iter().product();
    assert_eq!(values.len(), count, "an array of shape {shape:?}");
    let lengths: Vec<String> = shape.iter().map(|length| format!("{length}, ")).collect();
    let lengths = lengths.concat();
    // As NumPy writes it: a comma behind the last length only if it is the only one.
    let lengths = if shape.len() > 1 {
        lengths.trim_end_matches(", ")
    } else {
        lengths.trim_end()
    };
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({lengths}), }}");
    // The format wants the data to begin at a multiple of 64 bytes, and a line
    // feed before it.
    let padded = (PREAMBLE + header.len() + 1).next_multiple_of(64) - PREAMBLE;
    header.extend(std::iter::repeat_n(' ', padded - header.len() - 1));
    header.push('\n');

    let mut bytes = Vec::with_capacity(PREAMBLE + padded + values.len() * 4);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&[1, 0]);
    bytes.extend_from_slice(&(padded as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

/// How an NPY file begins.
pub const MAGIC: &[u8] = b"\x93NUMPY";
/// Magic, two bytes of version, two of header length.
const PREAMBLE: usize = 10;

/// Shape and row-major values of an NPY file that holds numbers of any rank, in either order;
/// those that are no float32 are rounded to it. Integers and float16 are read in C order.
///
/// # Errors
/// [`NpyError`] if it is not one, holds another type, or is cut off.
pub fn decode(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f32>), NpyError> {
    if !bytes.starts_with(MAGIC) {
        return Err(NpyError::NotNpy);
    }
    if let Some((header, start)) = header(bytes) {
        // The reader reserves what the header asks for before it looks at the data.
        let shape = shape(header)?;
        let number = Number::of(header);
        let bytes_each = number.as_ref().map_or(4, |number| number.bytes_each);
        if promised_values(&shape) > bytes.len() / bytes_each {
            return Err(NpyError::CutOff);
        }
        if let Some(number) = number {
            return Ok((shape, number.values(bytes.get(start..).unwrap_or(&[]))));
        }
    }
    let array = match ArrayD::<f32>::read_npy(Cursor::new(bytes)) {
        Err(ReadNpyError::WrongDescriptor(_)) => {
            ArrayD::<f64>::read_npy(Cursor::new(bytes))?.mapv(|value| value as f32)
        }
        other => other?,
    };
    Ok((array.shape().to_vec(), array.iter().copied().collect()))
}

/// A type of numbers that is not float32 or float64.
struct Number {
    bytes_each: usize,
    /// The value of that many bytes, in the first of eight, little-endian.
    read: fn([u8; 8]) -> f32,
}

impl Number {
    /// That of a header whose values are little-endian and in C order; `None` for floats of 4
    /// and 8 bytes, and for what the reader refuses.
    fn of(header: &[u8]) -> Option<Number> {
        let text = std::str::from_utf8(header).ok()?;
        let (_, after) = text.split_once("'descr'")?;
        let descriptor = after.trim_start().strip_prefix(':')?.trim_start();
        let descriptor = descriptor.strip_prefix('\'')?.split('\'').next()?;
        let read: fn([u8; 8]) -> f32 = match descriptor.trim_start_matches(['<', '|']) {
            "b1" | "u1" | "u2" | "u4" | "u8" => |bytes| u64::from_le_bytes(bytes) as f32,
            "i1" => |bytes| f32::from(bytes[0] as i8),
            "i2" => |bytes| f32::from(i16::from_le_bytes([bytes[0], bytes[1]])),
            "i4" => |bytes| (u64::from_le_bytes(bytes) as i32) as f32,
            "i8" => |bytes| i64::from_le_bytes(bytes) as f32,
            "f2" => |bytes| half::f16::from_le_bytes([bytes[0], bytes[1]]).to_f32(),
            _ => return None,
        };
        let is_fortran = text.contains("'fortran_order': True");
        let bytes_each = usize::try_from(descriptor.chars().last()?.to_digit(10)?).ok()?;
        (!is_fortran).then_some(Number { bytes_each, read })
    }

    fn values(&self, bytes: &[u8]) -> Vec<f32> {
        let values = bytes.chunks_exact(self.bytes_each).map(|own| {
            let mut padded = [0; 8];
            padded[..own.len()].copy_from_slice(own);
            (self.read)(padded)
        });
        values.collect()
    }
}

/// The longest header that is read, in bytes, as in NumPy.
const MAX_HEADER_BYTES: usize = 10_000;

/// The header's text and where the values begin; `None` where the file ends before it, which the
/// reader reports.
fn header(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let version = *bytes.get(MAGIC.len())?;
    let (length, start) = if version == 1 {
        let length = bytes.get(8..10)?;
        (usize::from(u16::from_le_bytes(length.try_into().ok()?)), 10)
    } else {
        let length = bytes.get(8..12)?;
        let length = u32::from_le_bytes(length.try_into().ok()?);
        (usize::try_from(length).unwrap_or(usize::MAX), 12)
    };
    let header = bytes.get(start..)?.get(..length)?;
    Some((header, start + length))
}

/// The product of a shape, in which an axis of no length must not hide the length of another.
fn promised_values(shape: &[usize]) -> usize {
    let product = shape
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size.max(1)));
    product.unwrap_or(usize::MAX)
}

/// The header's shape. A header in which another shape could be hidden from this, as by escapes,
/// is refused: NumPy writes none.
fn shape(header: &[u8]) -> Result<Vec<usize>, NpyError> {
    let refused = |reason| NpyError::Header { reason };
    if header.len() > MAX_HEADER_BYTES {
        return Err(refused("is too long"));
    }
    let text = std::str::from_utf8(header).map_err(|_| refused("is no text"))?;
    let without_shape = || refused("states no plain shape");
    let mut parts = text.split("'shape'");
    let (Some(before), Some(after), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(without_shape());
    };
    let is_hidden = |text: &str| text.contains(['\\', '"', '#']) || text.contains("shape");
    if is_hidden(before) || is_hidden(after) {
        return Err(without_shape());
    }
    let tuple = after.trim_start().strip_prefix(':').map(str::trim_start);
    let sizes = tuple.and_then(|tuple| tuple.strip_prefix('(')?.split_once(')'));
    let (sizes, _) = sizes.ok_or_else(without_shape)?;
    let sizes = sizes.split(',').map(str::trim);
    let sizes = sizes.filter(|size| !size.is_empty());
    sizes
        .map(|size| size.parse().map_err(|_| without_shape()))
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray_npy::WriteNpyExt as _;

    use super::*;

    #[test]
    fn reads_back() {
        let values: Vec<f32> = (0..12).map(|i| i as f32 * 0.1 - 0.5).collect();
        let bytes = encode(&values, &[3, 4]);
        assert_eq!((bytes.len() - 48) % 64, 0, "data is aligned");
        assert_eq!(decode(&bytes).unwrap(), (vec![3, 4], values));
    }

    #[test]
    fn reads_float64_and_fortran_order() {
        let array = ndarray::array![[1.0_f64, 2.0, 3.0], [4.0, 5.0, 6.0]];
        let mut bytes = Vec::new();
        array.write_npy(&mut bytes).unwrap();
        assert_eq!(
            decode(&bytes).unwrap(),
            (vec![2, 3], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
        );

        let mut bytes = Vec::new();
        array
            .mapv(|value| value as f32)
            .reversed_axes()
            .write_npy(&mut bytes)
            .unwrap();
        assert_eq!(
            decode(&bytes).unwrap(),
            (vec![3, 2], vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0])
        );
    }

    #[test]
    fn broken_files_are_errors() {
        assert!(matches!(decode(b"hello"), Err(NpyError::NotNpy)));
        assert!(matches!(decode(b"\x93NUMPY"), Err(NpyError::Read(_))));
        let whole = encode(&[1.0, 2.0, 3.0, 4.0], &[2, 2]);
        assert!(matches!(
            decode(&whole[..whole.len() - 1]),
            Err(NpyError::Read(_))
        ));

        let mut huge = String::from_utf8_lossy(&whole[PREAMBLE..128]).into_owned();
        huge = huge.replace("(2, 2), }", "(9999999999, 9999999999), }");
        let mut bytes = whole[..8].to_vec();
        bytes.extend_from_slice(&(huge.len() as u16).to_le_bytes());
        bytes.extend_from_slice(huge.as_bytes());
        assert!(matches!(decode(&bytes), Err(NpyError::CutOff)));
    }

    /// An NPY file of version 1.0 with this header and no values.
    fn with_header(header: &str) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&[1, 0]);
        bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
        bytes.extend_from_slice(header.as_bytes());
        bytes
    }

    #[test]
    fn a_shape_that_is_hidden_promises_no_memory() {
        let rest = "'descr': '<f4', 'fortran_order': False";
        let blank = " ".repeat(12_000);
        let hidden = [
            format!("{{{blank}'shape': (1073741823, ), {rest}, }}\n"),
            format!("{{\"shape\": (1073741823, ), {rest}, }}\n"),
            format!("{{'\\x73hape': (1073741823, ), {rest}, }}\n"),
            format!("{{'shape': (1, ), {rest}, 'shape': (1073741823, ), }}\n"),
            format!("{{{rest}, 'x': '(', 'shape': (1073741823, ), }}\n"),
            format!("{{'shape': ( 1 , 1073741823, 0), {rest}, }}\n"),
        ];
        for header in hidden {
            let error = decode(&with_header(&header)).unwrap_err();
            let is_known = matches!(error, NpyError::CutOff | NpyError::Header { .. });
            assert!(is_known, "{error} ({})", header.trim());
        }
    }
}
