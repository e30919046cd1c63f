//! Reads matrices of weights from the bytes of a model's file.

use std::borrow::Cow;
use std::ops::Range;

use super::super::common::{LANES, Lanes};

/// A matrix of float32 or float16 elements, row-major and little-endian, read as float32.
#[derive(Clone, Debug)]
pub struct WeightReader<'a> {
    bytes: Cow<'a, [u8]>,
    is_f16: bool,
    pub rows: usize,
    pub columns: usize,
}

/// How a weight is stored, in little-endian bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredElement {
    Float32,
    Float16,
}

impl<'a> WeightReader<'a> {
    /// A matrix [rows, columns] of elements in their bytes, row-major.
    pub fn new(
        bytes: impl Into<Cow<'a, [u8]>>,
        element: StoredElement,
        [rows, columns]: [usize; 2],
    ) -> WeightReader<'a> {
        WeightReader {
            bytes: bytes.into(),
            is_f16: element == StoredElement::Float16,
            rows,
            columns,
        }
    }

    /// A copy of a matrix [rows, columns] of numbers, row-major.
    pub fn of_floats(values: &[f32], sizes: [usize; 2]) -> WeightReader<'static> {
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        WeightReader::new(bytes, StoredElement::Float32, sizes)
    }

    /// The matrix [columns, rows] of the same elements, a copy. Weights of another number of
    /// elements than `rows · columns`, which no kernel takes, stay as they are.
    pub fn transposed(self) -> WeightReader<'a> {
        let (rows, columns) = (self.rows, self.columns);
        if rows.checked_mul(columns) != Some(self.element_count()) {
            return self;
        }
        let bytes = if self.is_f16 {
            transposed::<2>(&self.bytes, rows, columns)
        } else {
            transposed::<4>(&self.bytes, rows, columns)
        };
        WeightReader {
            bytes: Cow::Owned(bytes),
            is_f16: self.is_f16,
            rows: columns,
            columns: rows,
        }
    }

    /// Elements that are stored: `rows · columns`, unless the file is broken.
    pub fn element_count(&self) -> usize {
        self.bytes.len() / self.element_bytes()
    }

    #[inline(always)]
    fn element_bytes(&self) -> usize {
        if self.is_f16 { 2 } else { 4 }
    }

    /// The element at a row-major index.
    #[inline(always)]
    pub fn get(&self, index: usize) -> f32 {
        if self.is_f16 {
            let [low, high] = [self.bytes[2 * index], self.bytes[2 * index + 1]];
            return half::f16::from_le_bytes([low, high]).to_f32();
        }
        let bytes = &self.bytes[4 * index..][..4];
        f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    /// Four elements from a row-major index on.
    #[inline(always)]
    pub fn load_lanes(&self, index: usize) -> Lanes {
        let element_bytes = self.element_bytes();
        let bytes = self.bytes[element_bytes * index..][..LANES * element_bytes].as_ptr();
        // Safety: the slice has the bytes of LANES elements; any alignment will do.
        unsafe {
            if self.is_f16 {
                Lanes::load_f16(bytes.cast())
            } else {
                Lanes::load(bytes.cast())
            }
        }
    }

    /// The largest absolute value of the elements in a range of row-major indices; 0 if it is
    /// empty, infinite or NaN if one of them is.
    pub fn largest(&self, range: Range<usize>) -> f32 {
        let element_bytes = self.element_bytes();
        let bytes = &self.bytes[element_bytes * range.start..element_bytes * range.end];
        // Bits without their sign are in the same order as the numbers. Lanes side by side, so
        // that the compiler makes vector instructions of them.
        if self.is_f16 {
            let (blocks, rest) = bytes.as_chunks::<32>();
            let mut lanes = [0u16; 16];
            let bits = |element: &[u8; 2]| u16::from_le_bytes(*element) & 0x7fff;
            for block in blocks {
                for (lane, element) in lanes.iter_mut().zip(block.as_chunks().0) {
                    *lane = bits(element).max(*lane);
                }
            }
            let rest = rest.as_chunks().0.iter().map(bits);
            half::f16::from_bits(lanes.into_iter().chain(rest).fold(0, u16::max)).to_f32()
        } else {
            let (blocks, rest) = bytes.as_chunks::<32>();
            let mut lanes = [0u32; 8];
            let bits = |element: &[u8; 4]| u32::from_le_bytes(*element) & 0x7fff_ffff;
            for block in blocks {
                for (lane, element) in lanes.iter_mut().zip(block.as_chunks().0) {
                    *lane = bits(element).max(*lane);
                }
            }
            let rest = rest.as_chunks().0.iter().map(bits);
            f32::from_bits(lanes.into_iter().chain(rest).fold(0, u32::max))
        }
    }

    /// All elements, row-major.
    pub fn to_floats(&self) -> Vec<f32> {
        let count = self.element_count();
        let mut floats = Vec::with_capacity(count);
        let whole = count / LANES * LANES;
        for index in (0..whole).step_by(LANES) {
            floats.extend(self.load_lanes(index).to_array());
        }
        floats.extend((whole..count).map(|index| self.get(index)));
        floats
    }
}

/// The elements of N bytes of a matrix [rows, columns], column by column.
fn transposed<const N: usize>(bytes: &[u8], rows: usize, columns: usize) -> Vec<u8> {
    /// Rows whose elements of one column lie in as many cache lines.
    const BLOCK_ROWS: usize = 16;
    let mut transposed = vec![0; bytes.len()];
    let (from, to) = (bytes.as_chunks::<N>().0, transposed.as_chunks_mut::<N>().0);
    for first in (0..rows).step_by(BLOCK_ROWS) {
        let block = first..rows.min(first + BLOCK_ROWS);
        for column in 0..columns {
            for row in block.clone() {
                to[column * rows + row] = from[row * columns + column];
            }
        }
    }
    transposed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transposed_matrix_of_either_type_has_its_elements_exchanged() {
        for (rows, columns) in [(1, 1), (3, 5), (33, 18), (16, 1)] {
            let values: Vec<f32> = (0..rows * columns).map(|value| value as f32).collect();
            let wide = WeightReader::of_floats(&values, [rows, columns]);
            let half_bytes = values.iter().flat_map(|&value| {
                let half = half::f16::from_f32(value);
                half.to_le_bytes()
            });
            let half_bytes: Vec<u8> = half_bytes.collect();
            let narrow = WeightReader::new(half_bytes, StoredElement::Float16, [rows, columns]);
            for reader in [wide, narrow] {
                let reader = reader.transposed();
                assert_eq!((reader.rows, reader.columns), (columns, rows));
                for (index, found) in reader.to_floats().into_iter().enumerate() {
                    let (column, row) = (index / rows, index % rows);
                    assert_eq!(found, values[row * columns + column]);
                }
            }
        }
    }
}
