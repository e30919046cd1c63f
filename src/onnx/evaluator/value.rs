//! Tensors of the evaluator, and how initialisers become them.

use half::f16;
use ndarray::{ArrayD, IxDyn};
use tract_onnx::pb::{TensorProto, tensor_proto::DataType};

/// The index of an element: one number for each axis.
pub type MultiIndex = Vec<usize>;

/// A tensor. Every float type is kept as f64, every integer type as i64.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Float(ArrayD<f64>),
    Int(ArrayD<i64>),
    Bool(ArrayD<bool>),
}

/// Does the same to the array inside, whatever its element type.
macro_rules! each_type {
    ($value:expr, $array:ident => $result:expr) => {
        match $value {
            Value::Float($array) => Value::Float($result),
            Value::Int($array) => Value::Int($result),
            Value::Bool($array) => Value::Bool($result),
        }
    };
}
pub(super) use each_type;

impl Value {
    pub fn floats(shape: &[usize], values: Vec<f64>) -> Value {
        Value::Float(array(shape, values))
    }

    pub fn ints(shape: &[usize], values: Vec<i64>) -> Value {
        Value::Int(array(shape, values))
    }

    pub fn shape(&self) -> &[usize] {
        match self {
            Value::Float(array) => array.shape(),
            Value::Int(array) => array.shape(),
            Value::Bool(array) => array.shape(),
        }
    }

    /// The floats inside.
    pub fn as_floats(&self) -> Result<&ArrayD<f64>, String> {
        match self {
            Value::Float(array) => Ok(array),
            _ => Err("floats are wanted".into()),
        }
    }

    /// The integers inside, in row-major order.
    pub fn as_ints(&self) -> Result<Vec<i64>, String> {
        match self {
            Value::Int(array) => Ok(array.iter().copied().collect()),
            _ => Err("integers are wanted".into()),
        }
    }

    /// The elements as f64, whatever their type.
    pub fn to_f64(&self) -> ArrayD<f64> {
        match self {
            Value::Float(array) => array.clone(),
            Value::Int(array) => array.mapv(|value| value as f64),
            Value::Bool(array) => array.mapv(|value| f64::from(u8::from(value))),
        }
    }

    /// The same values in row-major order in another shape.
    pub fn reshaped(&self, shape: &[usize]) -> Value {
        each_type!(self, array => self::array(shape, array.iter().cloned().collect()))
    }

    /// A tensor of `shape` that holds, at each multi-index, what this one has at
    /// `source` of it.
    pub fn rearranged(&self, shape: &[usize], source: impl Fn(&[usize]) -> MultiIndex) -> Value {
        each_type!(self, array => tabulate(shape, |index| array[source(index).as_slice()]))
    }

    /// A tensor from an initialiser or an attribute.
    pub fn from_proto(tensor: &TensorProto) -> Result<Value, String> {
        let shape: Vec<usize> = tensor.dims.iter().map(|&size| size as usize).collect();
        let raw = tensor.raw_data.as_slice();
        let small = |bits: &[i32]| bits.iter().map(|&bits| i64::from(bits)).collect();
        Ok(match (tensor.data_type(), raw.is_empty()) {
            (DataType::Float, true) => {
                let values = tensor.float_data.iter().map(|&value| value.into());
                Value::floats(&shape, values.collect())
            }
            (DataType::Float, false) => {
                Value::floats(&shape, read(raw, |bytes| f32::from_le_bytes(bytes).into()))
            }
            (DataType::Double, true) => Value::floats(&shape, tensor.double_data.clone()),
            (DataType::Double, false) => Value::floats(&shape, read(raw, f64::from_le_bytes)),
            (DataType::Float16, true) => {
                let values = tensor.int32_data.iter();
                let widen = |&bits: &i32| f16::from_bits(bits as u16).to_f64();
                Value::floats(&shape, values.map(widen).collect())
            }
            (DataType::Float16, false) => {
                let widen = |bytes| f16::from_le_bytes(bytes).to_f64();
                Value::floats(&shape, read(raw, widen))
            }
            (DataType::Int64, true) => Value::ints(&shape, tensor.int64_data.clone()),
            (DataType::Int64, false) => Value::ints(&shape, read(raw, i64::from_le_bytes)),
            (DataType::Int32, true) => Value::ints(&shape, small(&tensor.int32_data)),
            (DataType::Int32, false) => {
                Value::ints(&shape, read(raw, |bytes| i32::from_le_bytes(bytes).into()))
            }
            (DataType::Bool, true) => {
                let values = tensor.int32_data.iter().map(|&bit| bit != 0);
                Value::Bool(array(&shape, values.collect()))
            }
            (DataType::Bool, false) => {
                let values = raw.iter().map(|&byte| byte != 0);
                Value::Bool(array(&shape, values.collect()))
            }
            (other, _) => return Err(format!("initialisers of the type {other:?}")),
        })
    }
}

/// An array from its row-major values.
pub fn array<T>(shape: &[usize], values: Vec<T>) -> ArrayD<T> {
    ArrayD::from_shape_vec(IxDyn(shape), values).expect("as many values as the shape has places")
}

/// An array of this shape with a value for each multi-index.
pub fn tabulate<T>(shape: &[usize], mut value: impl FnMut(&[usize]) -> T) -> ArrayD<T> {
    array(
        shape,
        multi_indices(shape).map(|index| value(&index)).collect(),
    )
}

/// All multi-indices of a shape, in row-major order.
pub fn multi_indices(shape: &[usize]) -> impl Iterator<Item = MultiIndex> + use<> {
    let shape = shape.to_vec();
    (0..shape.iter().product()).map(move |mut number: usize| {
        let mut index = vec![0; shape.len()];
        for axis in (0..shape.len()).rev() {
            index[axis] = number % shape[axis];
            number /= shape[axis];
        }
        index
    })
}

fn read<const N: usize, T>(raw: &[u8], value: impl Fn([u8; N]) -> T) -> Vec<T> {
    raw.as_chunks::<N>().0.iter().copied().map(value).collect()
}
