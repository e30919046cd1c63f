//! What is known of a graph's tensors before it runs: shapes, and the values of
//! those that are constant.

use std::collections::{HashMap, HashSet};

use super::value::Value;

/// Sizes of a tensor's axes.
pub type Shape = Vec<usize>;

/// Number of elements of a tensor of this shape; `None` if it does not fit a
/// `usize`.
pub fn element_count(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1usize, |count, &size| count.checked_mul(size))
}

/// Shapes by tensor name, and values of tensors that are constant.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    shapes: HashMap<String, Shape>,
    constants: HashMap<String, Value>,
    /// Constants whose values nothing reads any more.
    spent: HashSet<String>,
    /// Element types, as in `TensorProto.DataType`.
    types: HashMap<String, i32>,
}

impl Shapes {
    /// The shape of a tensor, if it could be inferred.
    pub fn get(&self, tensor: &str) -> Option<&[usize]> {
        self.shapes.get(tensor).map(Vec::as_slice)
    }

    /// The values of a tensor that nodes compute from shapes and weights alone.
    pub fn constant(&self, tensor: &str) -> Option<&Value> {
        self.constants.get(tensor)
    }

    /// Whether a tensor follows from shapes and weights alone, be its values still kept or not.
    pub(super) fn is_constant(&self, tensor: &str) -> bool {
        self.constants.contains_key(tensor) || self.spent.contains(tensor)
    }

    /// Forgets the values of a constant that nothing reads any more; how many they were.
    pub(super) fn spend(&mut self, tensor: &str) -> Option<usize> {
        let value = self.constants.remove(tensor)?;
        self.spent.insert(tensor.to_owned());
        Some(value.count())
    }

    /// The element type of a tensor, as in `TensorProto.DataType`, if it is known.
    pub fn element_type(&self, tensor: &str) -> Option<i32> {
        self.types.get(tensor).copied()
    }

    pub(super) fn insert_type(&mut self, tensor: &str, element_type: i32) {
        self.types.insert(tensor.to_owned(), element_type);
    }

    pub(super) fn insert(&mut self, tensor: &str, shape: Shape) {
        self.shapes.insert(tensor.to_owned(), shape);
    }

    /// Keeps a tensor's values, and with them its shape.
    pub(super) fn insert_constant(&mut self, tensor: &str, value: Value) {
        self.insert(tensor, value.shape().to_vec());
        self.constants.insert(tensor.to_owned(), value);
    }
}
