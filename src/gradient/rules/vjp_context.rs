//! What a rule gets: a node, its cotangents, and the builder of the branch.

use crate::gradient::builder::Builder;
use crate::gradient::error::GradientError;
use crate::gradient::relu_policy::ReluPolicy;
use crate::onnx::{Index, Shapes, Value, node, normal_axis, pb, tensor};

/// Limit of the values of one constant that a rule computes, beyond the model's
/// own weights.
const MAX_CONSTANT_VALUES: usize = 1 << 24;

/// One node of the backward pass.
pub struct VjpContext<'a> {
    pub node: &'a pb::NodeProto,
    /// Name of the cotangent of the node's first output, in that output's shape.
    pub cotangent: &'a str,
    /// Cotangents of all outputs; `None` where no active node reads the output.
    pub cotangents: &'a [Option<String>],
    pub policy: ReluPolicy,
    /// Whether a rule may add nodes that the engine alone runs.
    pub for_engine: bool,
    /// Set by a rule to which the policy applied.
    pub is_rectifier: bool,
    pub index: &'a Index<'a>,
    pub builder: &'a mut Builder,
    shapes: &'a Shapes,
    /// For each input, whether it is active.
    active: Vec<bool>,
    contributions: Vec<Contribution>,
}

/// One summand of an input's cotangent.
pub struct Contribution {
    /// Number of the node's input.
    pub input: usize,
    /// Name of the tensor, of the input's shape.
    pub cotangent: String,
}

impl<'a> VjpContext<'a> {
    /// `active` says for each input whether its cotangent is needed.
    ///
    /// # Errors
    /// [`GradientError::Unsupported`] if an output besides the first has a
    /// cotangent, unless the operator is Split.
    pub fn new(
        node: &'a pb::NodeProto,
        cotangents: &'a [Option<String>],
        active: Vec<bool>,
        shapes: &'a Shapes,
        index: &'a Index<'a>,
        builder: &'a mut Builder,
    ) -> Result<Self, GradientError> {
        let first = cotangents.first().and_then(Option::as_deref);
        let context = VjpContext {
            node,
            cotangent: first.unwrap_or_default(),
            cotangents,
            policy: ReluPolicy::Plain,
            for_engine: false,
            is_rectifier: false,
            index,
            builder,
            shapes,
            active,
            contributions: Vec::new(),
        };
        let further = cotangents.iter().skip(1).any(Option::is_some);
        if node.op_type != "Split" && (first.is_none() || further) {
            return Err(context.unsupported("only its first output can be on the way"));
        }
        Ok(context)
    }

    /// Whether the cotangent of this input is needed: it depends on a tensor whose
    /// gradient is asked for.
    pub fn is_active(&self, input: usize) -> bool {
        self.active.get(input) == Some(&true)
    }

    /// Adds to the cotangent of an input a tensor of that input's shape. Without
    /// effect on an input that is not active.
    pub fn accumulate(&mut self, input: usize, cotangent: String) {
        if self.is_active(input) {
            self.contributions.push(Contribution { input, cotangent });
        }
    }

    /// What the rule accumulated, in its order.
    pub fn into_contributions(self) -> Vec<Contribution> {
        self.contributions
    }

    /// Accumulates `cotangent`, of the shape `from`, summed over the axes along
    /// which the input was broadcast.
    pub fn accumulate_unbroadcast(
        &mut self,
        input: usize,
        cotangent: &str,
        from: &[usize],
    ) -> Result<(), GradientError> {
        if self.is_active(input) {
            let to = self.shape(self.input(input)?)?;
            let summed = self.unbroadcast(cotangent, from, to)?;
            self.accumulate(input, summed);
        }
        Ok(())
    }

    /// Accumulates the cotangent times `derivative`, elementwise.
    pub fn accumulate_product(&mut self, input: usize, derivative: &str) {
        let product = self.builder.mul(self.cotangent, derivative);
        self.accumulate(input, product);
    }

    /// Accumulates the cotangent where `condition` holds, 0 elsewhere.
    pub fn accumulate_where(&mut self, input: usize, condition: &str) {
        let kept = self.builder.where_or_zero(condition, self.cotangent);
        self.accumulate(input, kept);
    }

    /// Accumulates the cotangent of a rectifier's input, as the policy says.
    /// `mask` adds the nodes of a tensor that is 1 where the rectifier passes its
    /// input on, else 0.
    pub fn accumulate_rectified(&mut self, mask: impl FnOnce(&mut Builder) -> String) {
        self.is_rectifier = true;
        let cotangent = self.policy.vjp(self.builder, self.cotangent, mask);
        self.accumulate(0, cotangent);
    }

    /// Values of an input that is a constant; `None` where it is left out.
    ///
    /// # Errors
    /// [`GradientError::Unsupported`] where it is computed at run time.
    pub fn constant(&self, position: usize) -> Result<Option<Vec<f32>>, GradientError> {
        let Some(name) = node::input(self.node, position) else {
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
        position: usize,
    ) -> Result<Option<Vec<i64>>, GradientError> {
        node::ints_or_input(self.node, attribute, || self.int_input(position))
    }

    /// The integers of a constant input; `None` where it is left out.
    ///
    /// # Errors
    /// [`GradientError::Unsupported`] where it is computed at run time.
    pub fn int_input(&self, position: usize) -> Result<Option<Vec<i64>>, GradientError> {
        let Some(name) = node::input(self.node, position) else {
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
    pub fn input(&self, position: usize) -> Result<&'a str, GradientError> {
        node::input(self.node, position)
            .ok_or_else(|| self.unsupported(format!("it has no input number {position}")))
    }

    /// Name of the first output.
    pub fn output(&self) -> &'a str {
        self.node.output.first().map_or("", String::as_str)
    }

    /// The element type of a tensor of the model, as in `TensorProto.DataType`, if it is
    /// known.
    pub fn element_type(&self, tensor: &str) -> Option<i32> {
        self.shapes.element_type(tensor)
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
        match shape.iter().find(|&&size| size > MAX_CONSTANT_VALUES) {
            Some(size) => Err(self.unsupported(format!(
                "'{tensor}' has an axis of {size}; the limit is {MAX_CONSTANT_VALUES}"
            ))),
            None => Ok(shape),
        }
    }

    /// Refuses to write a constant of so many values into the branch.
    pub fn check_constant(&self, values: Option<usize>) -> Result<(), GradientError> {
        match values {
            Some(0..=MAX_CONSTANT_VALUES) => Ok(()),
            _ => Err(self.unsupported(format!(
                "its gradient needs a constant of more than {MAX_CONSTANT_VALUES} values"
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

    /// The VJP of broadcasting `to` to `from`: sums `cotangent`, of the shape
    /// `from`, over the axes along which a tensor of the shape `to` was repeated.
    ///
    /// # Errors
    /// [`GradientError::Unsupported`] if `to` has more axes than `from`.
    pub fn unbroadcast(
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
        let summed = if axes.is_empty() {
            cotangent.to_owned()
        } else {
            self.builder.reduce_sum(cotangent, &axes)
        };
        Ok(match lead {
            0 => summed,
            _ => self.builder.reshape(&summed, to),
        })
    }
}
