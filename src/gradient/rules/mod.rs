//! The gradient of each operator, one file for each family.
//!
//! A rule gets a [`Step`]: the node, the cotangent of its output, and which of
//! its inputs want theirs. It adds nodes through `step.builder` and hands over
//! the cotangent of each input with [`Step::give`].
//!
//! To add an operator: write the rule and add its name to [`rule`].

mod activation;
mod linear;
mod pooling;
mod shape;
#[cfg(test)]
mod tests;

use super::GradientError;
use super::builder::Builder;
use crate::onnx::{Index, Shapes, node, pb};

/// Writes the nodes that carry a cotangent through one node.
pub type Rule = fn(&mut Step) -> Result<(), GradientError>;

/// The rule for an operator, if there is one.
pub fn rule(operator: &str) -> Option<Rule> {
    Some(match operator {
        "Add" | "Sum" => linear::add,
        "Sub" => linear::sub,
        "Mul" => linear::mul,
        "Gemm" => linear::gemm,
        "MatMul" => linear::matmul,
        "Relu" => activation::relu,
        "Sigmoid" => activation::sigmoid,
        "Tanh" => activation::tanh,
        "Softmax" => activation::softmax,
        "GlobalAveragePool" => pooling::global_average,
        "GlobalMaxPool" => pooling::global_max,
        "AveragePool" => pooling::average,
        "MaxPool" => pooling::max,
        "ReduceMean" => pooling::reduce_mean,
        "ReduceSum" => pooling::reduce_sum,
        "Identity" | "Dropout" | "Cast" => shape::identity,
        "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => shape::reshape,
        "Transpose" => shape::transpose,
        _ => return None,
    })
}

/// One node on the way back.
pub struct Step<'a> {
    pub node: &'a pb::NodeProto,
    /// Cotangent of the node's first output, of that output's shape.
    pub cotangent: &'a str,
    pub index: &'a Index<'a>,
    pub builder: &'a mut Builder,
    shapes: &'a Shapes,
    active: Vec<bool>,
    results: Vec<(usize, String)>,
}

impl<'a> Step<'a> {
    pub fn new(
        node: &'a pb::NodeProto,
        cotangent: &'a str,
        active: Vec<bool>,
        shapes: &'a Shapes,
        index: &'a Index<'a>,
        builder: &'a mut Builder,
    ) -> Self {
        Step {
            node,
            cotangent,
            index,
            builder,
            shapes,
            active,
            results: Vec::new(),
        }
    }

    /// Whether this input lies on the way and wants its cotangent.
    pub fn is_active(&self, input: usize) -> bool {
        self.active.get(input) == Some(&true)
    }

    /// Hands over the cotangent of an input; it has the input's shape.
    pub fn give(&mut self, input: usize, cotangent: String) {
        if self.is_active(input) {
            self.results.push((input, cotangent));
        }
    }

    pub fn into_results(self) -> Vec<(usize, String)> {
        self.results
    }

    /// Name of an input.
    pub fn input(&self, place: usize) -> Result<&'a str, GradientError> {
        node::input(self.node, place)
            .ok_or_else(|| self.unsupported(format!("it has no input number {place}")))
    }

    /// Name of the first output.
    pub fn output(&self) -> &'a str {
        self.node.output.first().map_or("", String::as_str)
    }

    /// Shape of a tensor of the model.
    pub fn shape(&self, tensor: &str) -> Result<&'a [usize], GradientError> {
        self.shapes
            .get(tensor)
            .ok_or_else(|| GradientError::UnknownShape {
                tensor: tensor.into(),
            })
    }

    /// An error that names this node.
    pub fn unsupported(&self, problem: impl Into<String>) -> GradientError {
        GradientError::Unsupported {
            node: node::name_of(self.node).into(),
            operator: self.node.op_type.clone(),
            problem: problem.into(),
        }
    }

    /// Undoes broadcasting: sums `cotangent`, of the shape `from`, over the axes
    /// along which the tensor of the shape `to` was repeated.
    ///
    /// # Errors
    /// [`GradientError::Unsupported`] if `to` has more axes than `from`.
    pub fn sum_to(
        &mut self,
        cotangent: &str,
        from: &[usize],
        to: &[usize],
    ) -> Result<String, GradientError> {
        if from == to {
            return Ok(cotangent.to_owned());
        }
        let Some(lead) = from.len().checked_sub(to.len()) else {
            return Err(self.unsupported(format!("{to:?} cannot become {from:?}")));
        };
        let repeated = |&axis: &usize| axis < lead || (to[axis - lead] == 1 && from[axis] != 1);
        let axes: Vec<usize> = (0..from.len()).filter(repeated).collect();
        let summed = match axes.is_empty() {
            true => cotangent.to_owned(),
            false => self.builder.reduce_sum(cotangent, &axes),
        };
        Ok(match lead {
            0 => summed,
            _ => self.builder.reshape(&summed, to),
        })
    }
}
