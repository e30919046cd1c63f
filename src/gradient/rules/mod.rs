//! The gradient of each operator, one file for each family.
//!
//! A rule gets a [`Step`]: the node, the cotangent of its output, and which of
//! its inputs want theirs. It adds nodes through `step.builder` and hands over
//! the cotangent of each input with [`Step::give`].
//!
//! To add an operator: write the rule and name it in the operator's row in
//! [`operators`](crate::onnx::operators).

mod activation;
mod arithmetic;
mod convolution;
mod einsum;
mod linear;
mod normalisation;
mod pooling;
mod rearrange;
mod reduction;
mod resize;
mod shape;
mod softmax;
#[cfg(test)]
mod tests;
mod windows;

use super::builder::Builder;
use super::{GradientError, ReluPolicy};
use crate::onnx::operators::operators;
use crate::onnx::{Index, Shapes, Value, node, normal_axis, pb, tensor};

/// Values of one constant that a rule computes, beyond the model's own weights.
const MOST_CONSTANT_VALUES: usize = 1 << 24;

/// Writes the nodes that carry a cotangent through one node.
pub type Rule = fn(&mut Step) -> Result<(), GradientError>;

macro_rules! dispatch {
    ($($name:literal {
        since: $since:literal
        $(, until: $until:literal)?
        $(, shape: $shape:path)?
        $(, rule: $rule:path)?
        $(, rewritten_as: $rewritten_as:literal)?
        $(, flags: [$($flag:ident),+])?
    })*) => {
        /// The rule for an operator, if there is one.
        pub fn rule(operator: &str) -> Option<Rule> {
            Some(match operator {
                $($($name => $rule,)?)*
                _ => return None,
            })
        }
    };
}
operators!(dispatch);

/// One node on the way back.
pub struct Step<'a> {
    pub node: &'a pb::NodeProto,
    /// Cotangent of the node's first output, of that output's shape.
    pub cotangent: &'a str,
    /// Cotangents of all outputs; `None` where nothing on the way reads one.
    pub cotangents: &'a [Option<String>],
    pub policy: ReluPolicy,
    /// Set by a rule whose node obeyed the policy.
    pub is_rectifier: bool,
    pub index: &'a Index<'a>,
    pub builder: &'a mut Builder,
    graph: &'a pb::GraphProto,
    shapes: &'a Shapes,
    active: Vec<bool>,
    results: Vec<(usize, String)>,
}

impl<'a> Step<'a> {
    /// # Errors
    /// [`GradientError::Unsupported`] if only further outputs of the node are
    /// read, unless it is one that has several of equal rank.
    pub fn new(
        graph: &'a pb::GraphProto,
        node: &'a pb::NodeProto,
        cotangents: &'a [Option<String>],
        active: Vec<bool>,
        shapes: &'a Shapes,
        index: &'a Index<'a>,
        builder: &'a mut Builder,
    ) -> Result<Self, GradientError> {
        let first = cotangents.first().and_then(Option::as_deref);
        let step = Step {
            graph,
            node,
            cotangent: first.unwrap_or_default(),
            cotangents,
            policy: ReluPolicy::Plain,
            is_rectifier: false,
            index,
            builder,
            shapes,
            active,
            results: Vec::new(),
        };
        let further = cotangents.iter().skip(1).any(Option::is_some);
        if node.op_type != "Split" && (first.is_none() || further) {
            return Err(step.unsupported("only its first output can be on the way"));
        }
        Ok(step)
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

    /// Hands over `cotangent`, of the shape `from`, summed over the axes along
    /// which the input was repeated.
    pub fn give_summed(
        &mut self,
        input: usize,
        cotangent: &str,
        from: &[usize],
    ) -> Result<(), GradientError> {
        if self.is_active(input) {
            let to = self.shape(self.input(input)?)?;
            let summed = self.sum_to(cotangent, from, to)?;
            self.give(input, summed);
        }
        Ok(())
    }

    /// Hands over the cotangent times `slope`.
    pub fn give_product(&mut self, input: usize, slope: &str) {
        let product = self.builder.mul(self.cotangent, slope);
        self.give(input, product);
    }

    /// Hands over the cotangent where `condition` holds, 0 elsewhere.
    pub fn give_where(&mut self, input: usize, condition: &str) {
        let kept = self.builder.keep_where(condition, self.cotangent);
        self.give(input, kept);
    }

    /// Carries the cotangent through a rectifier, as the policy says.
    pub fn rectify(&mut self, is_open: impl FnOnce(&mut Builder) -> String) {
        self.is_rectifier = true;
        let carried = self.policy.carry(self.builder, self.cotangent, is_open);
        self.give(0, carried);
    }

    /// Values of an input that is a constant; `None` where it is left out.
    ///
    /// # Errors
    /// [`GradientError::Unsupported`] where it is computed at run time.
    pub fn constant(&self, place: usize) -> Result<Option<Vec<f32>>, GradientError> {
        let Some(name) = node::input(self.node, place) else {
            return Ok(None);
        };
        match self.index.initialiser(name) {
            Some(weights) => {
                let values = match Value::of(weights)? {
                    Value::Floats(values) => values,
                    numbers => numbers.to_floats(),
                };
                Ok(Some(values.into_raw_vec_and_offset().0))
            }
            None => Err(self.unsupported(format!("its input '{name}' is computed at run time"))),
        }
    }

    /// The list of integers that older operator sets hold as an attribute and
    /// newer ones as an input; `None` where it is left out.
    ///
    /// # Errors
    /// [`GradientError::Unsupported`] where it is computed at run time.
    pub fn int_list(
        &self,
        attribute: &str,
        place: usize,
    ) -> Result<Option<Vec<i64>>, GradientError> {
        if let Some(values) = node::ints(self.node, attribute) {
            return Ok(Some(values.to_vec()));
        }
        let Some(name) = node::input(self.node, place) else {
            return Ok(None);
        };
        match self.index.initialiser(name) {
            Some(values) => Ok(Some(tensor::ints(values)?)),
            None => Err(self.unsupported(format!("its input '{name}' is computed at run time"))),
        }
    }

    /// An axis counted from the start; files may count from the end.
    pub fn axis(&self, axis: i64, rank: usize) -> Result<usize, GradientError> {
        Ok(normal_axis(self.node, axis, rank)?)
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

    /// The node that makes a tensor.
    pub fn producer(&self, tensor: &str) -> Option<&'a pb::NodeProto> {
        let place = self.index.producer(tensor)?;
        self.graph.node.get(place)
    }

    /// Shape of a tensor of the model.
    ///
    /// # Errors
    /// [`GradientError::UnknownShape`] where it did not follow;
    /// [`GradientError::Unsupported`] for an axis so long that a list of its
    /// positions should not be written into a branch.
    pub fn shape(&self, tensor: &str) -> Result<&'a [usize], GradientError> {
        let unknown = || GradientError::UnknownShape {
            tensor: tensor.into(),
        };
        let shape = self.shapes.get(tensor).ok_or_else(unknown)?;
        match shape.iter().find(|&&size| size > MOST_CONSTANT_VALUES) {
            Some(size) => Err(self.unsupported(format!(
                "'{tensor}' has an axis of {size}; the limit is {MOST_CONSTANT_VALUES}"
            ))),
            None => Ok(shape),
        }
    }

    /// Refuses to write a constant of so many values into the branch.
    pub fn check_constant(&self, values: Option<usize>) -> Result<(), GradientError> {
        match values {
            Some(0..=MOST_CONSTANT_VALUES) => Ok(()),
            _ => Err(self.unsupported(format!(
                "its gradient needs a constant of more than {MOST_CONSTANT_VALUES} values"
            ))),
        }
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
