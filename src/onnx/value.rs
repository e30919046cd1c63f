//! The values of a constant tensor, as constant folding computes them.

use ndarray::{ArrayD, IxDyn};
use tract_onnx::pb::{self, tensor_proto::DataType};

use super::error::OnnxError;
use super::tensor;

/// Values of a constant tensor. Booleans are the integers 0 and 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Floats(ArrayD<f32>),
    Ints(ArrayD<i64>),
    Bools(ArrayD<i64>),
}

impl Value {
    /// The values of an initialiser.
    ///
    /// # Errors
    /// [`OnnxError::ElementType`] for types that hold no numbers.
    pub fn of(weights: &pb::TensorProto) -> Result<Value, OnnxError> {
        let sizes = tensor::dims(weights);
        let damaged = |_| OnnxError::TruncatedTensor {
            tensor: weights.name.clone(),
            wanted: sizes.iter().product(),
            found: 0,
        };
        let dims = IxDyn(&sizes);
        Ok(match DataType::try_from(weights.data_type) {
            Ok(DataType::Float | DataType::Float16 | DataType::Double) => Value::Floats(
                ArrayD::from_shape_vec(dims, tensor::floats(weights)?).map_err(damaged)?,
            ),
            Ok(DataType::Bool) => {
                Value::Bools(ArrayD::from_shape_vec(dims, tensor::ints(weights)?).map_err(damaged)?)
            }
            _ => {
                Value::Ints(ArrayD::from_shape_vec(dims, tensor::ints(weights)?).map_err(damaged)?)
            }
        })
    }

    /// The values as an initialiser of this name.
    pub fn to_tensor(&self, name: &str) -> pb::TensorProto {
        match self {
            Value::Floats(values) => {
                let flat: Vec<f32> = values.iter().copied().collect();
                tensor::from_floats(name, values.shape(), &flat)
            }
            Value::Ints(values) => {
                let flat: Vec<i64> = values.iter().copied().collect();
                tensor::from_ints(name, values.shape(), &flat)
            }
            Value::Bools(values) => {
                let flat: Vec<bool> = values.iter().map(|&value| value != 0).collect();
                tensor::from_bools(name, values.shape(), &flat)
            }
        }
    }

    pub fn shape(&self) -> &[usize] {
        match self {
            Value::Floats(values) => values.shape(),
            Value::Ints(values) | Value::Bools(values) => values.shape(),
        }
    }

    /// Number of values.
    pub fn count(&self) -> usize {
        self.shape().iter().product()
    }

    /// The values as integers in row-major order; `None` for floats.
    pub fn ints(&self) -> Option<Vec<i64>> {
        match self {
            Value::Floats(_) => None,
            Value::Ints(values) | Value::Bools(values) => Some(values.iter().copied().collect()),
        }
    }

    /// The values as floats, whatever they are.
    pub fn to_floats(&self) -> ArrayD<f32> {
        match self {
            Value::Floats(values) => values.clone(),
            Value::Ints(values) | Value::Bools(values) => values.mapv(|value| value as f32),
        }
    }
}
