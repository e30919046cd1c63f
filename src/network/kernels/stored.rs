//! A matrix of numbers as a model's file stores it.

use std::borrow::Cow;

use crate::onnx::pb::{self, tensor_proto::DataType};
use crate::onnx::{OnnxError, tensor};

use super::lanes::{LANES, Lanes};

/// Rows of float32 numbers, stored as they are or as float16, little-endian, one row
/// after the other.
#[derive(Clone, Debug)]
pub struct Stored<'a> {
    bytes: Cow<'a, [u8]>,
    is_half: bool,
    pub rows: usize,
    pub columns: usize,
}

impl<'a> Stored<'a> {
    /// The first axis makes the rows, all others together the columns.
    ///
    /// # Errors
    /// [`OnnxError::ElementType`] for a tensor that holds no floats.
    pub fn of(weights: &'a pb::TensorProto) -> Result<Stored<'a>, OnnxError> {
        let dims = tensor::dims(weights);
        let rows = dims.first().copied().unwrap_or(1);
        let columns = dims.iter().skip(1).product();
        let is_half = weights.data_type == DataType::Float16 as i32;
        let is_float = weights.data_type == DataType::Float as i32;
        let is_raw = !weights.raw_data.is_empty() && (is_half || is_float);
        let bytes = match is_raw {
            true => Cow::Borrowed(weights.raw_data.as_slice()),
            false => {
                let floats = tensor::floats(weights)?;
                Cow::Owned(tensor::from_floats("", &[], &floats).raw_data)
            }
        };
        Ok(Stored {
            bytes,
            is_half: is_raw && is_half,
            rows,
            columns,
        })
    }

    /// How many numbers there are.
    pub fn count(&self) -> usize {
        let bytes_each = if self.is_half { 2 } else { 4 };
        self.bytes.len() / bytes_each
    }

    /// The number at a place, rows one after the other.
    #[inline(always)]
    pub fn one(&self, place: usize) -> f32 {
        if self.is_half {
            let [low, high] = [self.bytes[2 * place], self.bytes[2 * place + 1]];
            return half::f16::from_le_bytes([low, high]).to_f32();
        }
        let bytes = &self.bytes[4 * place..][..4];
        f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    /// Four numbers from a place on.
    #[inline(always)]
    pub fn four(&self, place: usize) -> Lanes {
        let bytes_each = if self.is_half { 2 } else { 4 };
        let bytes = self.bytes[bytes_each * place..][..LANES * bytes_each].as_ptr();
        // Safety: the slice above is four numbers long.
        unsafe {
            match self.is_half {
                true => Lanes::load_halves(bytes.cast()),
                false => Lanes::load(bytes.cast()),
            }
        }
    }

    /// All numbers, rows one after the other.
    pub fn to_floats(&self) -> Vec<f32> {
        let count = self.count();
        let mut floats = Vec::with_capacity(count);
        let whole = count / LANES * LANES;
        for place in (0..whole).step_by(LANES) {
            let mut four = [0.0; LANES];
            // Safety: the array is four numbers long.
            unsafe { self.four(place).store(four.as_mut_ptr()) };
            floats.extend(four);
        }
        floats.extend((whole..count).map(|place| self.one(place)));
        floats
    }
}
