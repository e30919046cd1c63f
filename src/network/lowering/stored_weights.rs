//! A weight of the file as a matrix that the kernels read.

use crate::network::kernels::{StoredElement, WeightReader};
use crate::onnx::pb::{self, tensor_proto::DataType};
use crate::onnx::{OnnxError, tensor};

/// A tensor [rows, ...] as a matrix: all axes but the first make the columns. Its bytes are
/// read where they lie, if they are raw.
///
/// # Errors
/// [`OnnxError::ElementType`] if the elements are not floating-point numbers.
pub fn matrix(weights: &pb::TensorProto) -> Result<WeightReader<'_>, OnnxError> {
    let dims = tensor::dims(weights);
    let rows = dims.first().copied().unwrap_or(1);
    let sizes = [rows, dims.iter().skip(1).product()];
    let element = match weights.data_type {
        float if float == DataType::Float as i32 => Some(StoredElement::Float32),
        half if half == DataType::Float16 as i32 => Some(StoredElement::Float16),
        _ => None,
    };
    Ok(match element {
        Some(element) if !weights.raw_data.is_empty() => {
            WeightReader::new(weights.raw_data.as_slice(), element, sizes)
        }
        _ => WeightReader::of_floats(&tensor::floats(weights)?, sizes),
    })
}
