//! A matrix of numbers as a model's file stores it.

use std::borrow::Cow;

use crate::onnx::pb::{self, tensor_proto::DataType};
use crate::onnx::{OnnxError, tensor};

use super::super::common::{LANES, Lanes};

/// Rows of float32 numbers, stored as they are or as float16, little-endian, one row
/// after the other.
#[derive(Clone, Debug)]
pub struct WeightReader<'a> {
    bytes: Cow<'a, [u8]>,
    is_f16: bool,
    pub rows: usize,
    pub columns: usize,
}

impl<'a> WeightReader<'a> {
    /// The first axis makes the rows, all others together the columns.
    ///
    /// # Errors
    /// [`OnnxError::ElementType`] for a tensor that holds no floats.
    pub fn new(weights: &'a pb::TensorProto) -> Result<WeightReader<'a>, OnnxError> {
        let dims = tensor::dims(weights);
        let rows = dims.first().copied().unwrap_or(1);
        let columns = dims.iter().skip(1).product();
        let is_f16 = weights.data_type == DataType::Float16 as i32;
        let is_float = weights.data_type == DataType::Float as i32;
        let is_raw = !weights.raw_data.is_empty() && (is_f16 || is_float);
        let bytes = if is_raw {
            Cow::Borrowed(weights.raw_data.as_slice())
        } else {
            let floats = tensor::floats(weights)?;
            Cow::Owned(tensor::from_floats("", &[], &floats).raw_data)
        };
        Ok(WeightReader {
            bytes,
            is_f16: is_raw && is_f16,
            rows,
            columns,
        })
    }

    /// How many numbers there are.
    pub fn element_count(&self) -> usize {
        let bytes_each = if self.is_f16 { 2 } else { 4 };
        self.bytes.len() / bytes_each
    }

    /// The number at a place, rows one after the other.
    #[inline(always)]
    pub fn get(&self, place: usize) -> f32 {
        if self.is_f16 {
            let [low, high] = [self.bytes[2 * place], self.bytes[2 * place + 1]];
            return half::f16::from_le_bytes([low, high]).to_f32();
        }
        let bytes = &self.bytes[4 * place..][..4];
        f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    }

    /// Four numbers from a place on.
    #[inline(always)]
    pub fn load_lanes(&self, place: usize) -> Lanes {
        let bytes_each = if self.is_f16 { 2 } else { 4 };
        let bytes = self.bytes[bytes_each * place..][..LANES * bytes_each].as_ptr();
        // Safety: the slice above is four numbers long.
        unsafe {
            if self.is_f16 {
                Lanes::load_f16(bytes.cast())
            } else {
                Lanes::load(bytes.cast())
            }
        }
    }

    /// All numbers, rows one after the other.
    pub fn to_floats(&self) -> Vec<f32> {
        let count = self.element_count();
        let mut floats = Vec::with_capacity(count);
        let whole = count / LANES * LANES;
        for place in (0..whole).step_by(LANES) {
            let mut four = [0.0; LANES];
            // Safety: the array is four numbers long.
            unsafe { self.load_lanes(place).store(four.as_mut_ptr()) };
            floats.extend(four);
        }
        floats.extend((whole..count).map(|place| self.get(place)));
        floats
    }
}
