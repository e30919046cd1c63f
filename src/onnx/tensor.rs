//! Values of initialisers, however they are stored, and new initialisers.

use half::{bf16, f16};
use tract_onnx::pb::{self, tensor_proto::DataType};

use super::error::OnnxError;

/// Number of elements that the tensor's dimensions claim; `None` if a dimension
/// is negative or the product does not fit.
pub fn element_count(tensor: &pb::TensorProto) -> Option<usize> {
    tensor.dims.iter().try_fold(1usize, |count, &dim| {
        count.checked_mul(usize::try_from(dim).ok()?)
    })
}

/// The tensor's dimensions. They are not negative once a file is decoded.
pub fn dims(tensor: &pb::TensorProto) -> Vec<usize> {
    tensor
        .dims
        .iter()
        .map(|&dim| usize::try_from(dim).unwrap_or(0))
        .collect()
}

/// Bytes of one element in raw data; `None` for types that hold no plain numbers.
pub fn bytes_each(tensor: &pb::TensorProto) -> Option<usize> {
    Some(match DataType::try_from(tensor.data_type).ok()? {
        DataType::Bool | DataType::Uint8 | DataType::Int8 => 1,
        DataType::Uint16 | DataType::Int16 | DataType::Float16 | DataType::Bfloat16 => 2,
        DataType::Uint32 | DataType::Int32 | DataType::Float => 4,
        DataType::Uint64 | DataType::Int64 | DataType::Double => 8,
        _ => return None,
    })
}

/// Checks that the tensor holds as many elements as its dimensions claim, `claimed`.
///
/// # Errors
/// [`OnnxError::ElementType`] for types that hold no plain numbers;
/// [`OnnxError::TruncatedTensor`].
pub fn check_complete(tensor: &pb::TensorProto, claimed: usize) -> Result<(), OnnxError> {
    let type_of = DataType::try_from(tensor.data_type).unwrap_or(DataType::Undefined);
    let bytes_each = bytes_each(tensor).ok_or_else(|| wrong_type(tensor))?;
    let raw = tensor.raw_data.len();
    let found = match type_of {
        _ if raw > 0 => raw / bytes_each,
        DataType::Float => tensor.float_data.len(),
        DataType::Double => tensor.double_data.len(),
        DataType::Int64 => tensor.int64_data.len(),
        DataType::Uint32 | DataType::Uint64 => tensor.uint64_data.len(),
        _ => tensor.int32_data.len(),
    };
    if found != claimed || !raw.is_multiple_of(bytes_each) {
        return Err(OnnxError::TruncatedTensor {
            tensor: tensor.name.clone(),
            wanted: claimed,
            found,
        });
    }
    Ok(())
}

/// The values of a float32, float16, bfloat16 or float64 tensor, in row-major order.
///
/// # Errors
/// [`OnnxError::ElementType`] for other types.
pub fn floats(tensor: &pb::TensorProto) -> Result<Vec<f32>, OnnxError> {
    let raw = &tensor.raw_data;
    Ok(match DataType::try_from(tensor.data_type) {
        Ok(DataType::Float) if raw.is_empty() => tensor.float_data.clone(),
        Ok(DataType::Float) => chunks(raw).map(f32::from_le_bytes).collect(),
        Ok(DataType::Double) if raw.is_empty() => tensor
            .double_data
            .iter()
            .map(|&value| value as f32)
            .collect(),
        Ok(DataType::Double) => chunks(raw)
            .map(|bytes| f64::from_le_bytes(bytes) as f32)
            .collect(),
        Ok(DataType::Float16) if raw.is_empty() => tensor
            .int32_data
            .iter()
            .map(|&bits| f16::from_bits(bits as u16).to_f32())
            .collect(),
        Ok(DataType::Float16) => chunks(raw)
            .map(|bytes| f16::from_le_bytes(bytes).to_f32())
            .collect(),
        Ok(DataType::Bfloat16) if raw.is_empty() => tensor
            .int32_data
            .iter()
            .map(|&bits| bf16::from_bits(bits as u16).to_f32())
            .collect(),
        Ok(DataType::Bfloat16) => chunks(raw)
            .map(|bytes| bf16::from_le_bytes(bytes).to_f32())
            .collect(),
        _ => return Err(wrong_type(tensor)),
    })
}

/// The values of a tensor of integers or booleans, in row-major order.
///
/// # Errors
/// [`OnnxError::ElementType`] for other types.
pub fn ints(tensor: &pb::TensorProto) -> Result<Vec<i64>, OnnxError> {
    let raw = &tensor.raw_data;
    // Types of up to 32 bits without raw data are stored as int32.
    let from_int32 = || {
        tensor
            .int32_data
            .iter()
            .map(|&value| value.into())
            .collect()
    };
    let bytes = || raw.iter().copied();
    Ok(match DataType::try_from(tensor.data_type) {
        Ok(DataType::Int64) if raw.is_empty() => tensor.int64_data.clone(),
        Ok(DataType::Int64) => chunks(raw).map(i64::from_le_bytes).collect(),
        Ok(DataType::Int32 | DataType::Int8 | DataType::Uint8 | DataType::Bool)
            if raw.is_empty() =>
        {
            from_int32()
        }
        Ok(DataType::Int32) => chunks(raw)
            .map(|bytes| i32::from_le_bytes(bytes).into())
            .collect(),
        Ok(DataType::Uint8 | DataType::Bool) => bytes().map(i64::from).collect(),
        Ok(DataType::Int8) => bytes().map(|byte| i64::from(byte as i8)).collect(),
        _ => return Err(wrong_type(tensor)),
    })
}

/// Gives a constant other values, rounded to its own type; one of a type that holds no plain
/// numbers stays.
pub fn set_values(constant: &mut pb::TensorProto, values: &[f32]) {
    let Ok(data_type) = DataType::try_from(constant.data_type) else {
        return;
    };
    let bytes = |value: f32| -> Vec<u8> {
        let whole = value as i64;
        match data_type {
            DataType::Float => value.to_le_bytes().to_vec(),
            DataType::Double => f64::from(value).to_le_bytes().to_vec(),
            DataType::Float16 => f16::from_f32(value).to_le_bytes().to_vec(),
            DataType::Bool => vec![u8::from(value != 0.0)],
            _ => whole.to_le_bytes()[..bytes_each(constant).unwrap_or(0)].to_vec(),
        }
    };
    constant.raw_data = values.iter().flat_map(|&value| bytes(value)).collect();
}

/// A float32 initialiser.
pub fn from_floats(name: &str, dims: &[usize], values: &[f32]) -> pb::TensorProto {
    let mut raw = vec![0; size_of_val(values)];
    for (bytes, value) in raw.as_chunks_mut().0.iter_mut().zip(values) {
        *bytes = value.to_le_bytes();
    }
    new(name, dims, DataType::Float, raw)
}

/// A boolean initialiser.
pub fn from_bools(name: &str, dims: &[usize], values: &[bool]) -> pb::TensorProto {
    let bytes = values.iter().map(|&value| u8::from(value)).collect();
    new(name, dims, DataType::Bool, bytes)
}

/// An int64 initialiser.
pub fn from_ints(name: &str, dims: &[usize], values: &[i64]) -> pb::TensorProto {
    new(
        name,
        dims,
        DataType::Int64,
        values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect(),
    )
}

fn new(name: &str, dims: &[usize], data_type: DataType, raw_data: Vec<u8>) -> pb::TensorProto {
    pb::TensorProto {
        name: name.into(),
        dims: dims.iter().map(|&dim| dim as i64).collect(),
        data_type: data_type as i32,
        raw_data,
        ..Default::default()
    }
}

fn chunks<const N: usize>(raw: &[u8]) -> impl Iterator<Item = [u8; N]> + '_ {
    raw.as_chunks::<N>().0.iter().copied()
}

fn wrong_type(tensor: &pb::TensorProto) -> OnnxError {
    OnnxError::ElementType {
        tensor: tensor.name.clone(),
        data_type: tensor.data_type,
    }
}
