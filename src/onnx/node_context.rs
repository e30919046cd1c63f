//! One node together with what is known of the tensors that it reads.

use tract_onnx::pb;

use super::attributes::normal_axis;
use super::error::OnnxError;
use super::producers_and_consumers::Index;
use super::shapes::Shapes;
use super::{node, tensor};

/// What shape inference and legalisation may ask of a node.
pub struct NodeContext<'a> {
    pub node: &'a pb::NodeProto,
    pub shapes: &'a Shapes,
    pub index: &'a Index<'a>,
    pub opset: i64,
}

impl NodeContext<'_> {
    /// Shape of an input; `None` where it is left out or unknown.
    pub fn input_shape(&self, position: usize) -> Option<&[usize]> {
        node::input(self.node, position).and_then(|name| self.shapes.get(name))
    }

    /// Shapes of all inputs; `None` if one is left out or unknown.
    pub fn input_shapes(&self) -> Option<Vec<&[usize]>> {
        (0..self.node.input.len())
            .map(|position| self.input_shape(position))
            .collect()
    }

    /// Name of the first output.
    pub fn output(&self) -> &str {
        self.node.output.first().map_or("", String::as_str)
    }

    /// Shape of the first output, as the file declares it or as it was inferred.
    pub fn output_shape(&self) -> Option<&[usize]> {
        self.shapes.get(self.node.output.first()?)
    }

    /// The list of integers that older operator sets hold as an attribute and
    /// newer ones as an input; `None` where it is missing or not constant.
    ///
    /// # Errors
    /// [`OnnxError::ElementType`] for an input that holds no integers.
    pub fn int_list(
        &self,
        attribute: &str,
        position: usize,
    ) -> Result<Option<Vec<i64>>, OnnxError> {
        node::ints_or_input(self.node, attribute, || self.int_input(position))
    }

    /// The values of a constant input of integers, in row-major order; `None` where it
    /// is missing or not constant.
    ///
    /// # Errors
    /// [`OnnxError::ElementType`] for an initialiser that holds no integers.
    pub fn int_input(&self, position: usize) -> Result<Option<Vec<i64>>, OnnxError> {
        let Some(name) = node::input(self.node, position) else {
            return Ok(None);
        };
        if let Some(value) = self.shapes.constant(name) {
            return Ok(value.ints());
        }
        self.index.initialiser(name).map(tensor::ints).transpose()
    }

    /// The values of a constant input of floats, in row-major order; `None` where
    /// it is missing or not constant.
    ///
    /// # Errors
    /// [`OnnxError::ElementType`] for an initialiser that holds no floats.
    pub fn float_input(&self, position: usize) -> Result<Option<Vec<f32>>, OnnxError> {
        let Some(name) = node::input(self.node, position) else {
            return Ok(None);
        };
        if let Some(value) = self.shapes.constant(name) {
            return Ok(Some(value.to_floats().iter().copied().collect()));
        }
        self.index.initialiser(name).map(tensor::floats).transpose()
    }

    /// The attribute `axis`, counted from the start.
    ///
    /// # Errors
    /// [`OnnxError::Node`] if there is no such axis.
    pub fn axis(&self, default: i64, rank: usize) -> Result<usize, OnnxError> {
        let axis = node::int(self.node, "axis").unwrap_or(default);
        normal_axis(self.node, axis, rank)
    }

    /// An error that names this node.
    pub fn problem(&self, problem: impl Into<String>) -> OnnxError {
        node::problem(self.node, problem)
    }
}
