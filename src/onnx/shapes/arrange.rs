//! Shapes of values that are moved about: joined, cut, padded, repeated.

use super::{Found, Inference, Shape, one};
use crate::onnx::axes::{MOST_AXES, broadcast, padding, slices, split_sizes};
use crate::onnx::{OnnxError, node, pb};

impl Inference<'_> {
    pub(super) fn concat(&self, first: &[usize]) -> Found {
        let axis = self.axis(1, first.len())?;
        let mut shape = first.to_vec();
        for place in 1..self.node.input.len() {
            let Some(other) = self.input(place) else {
                return Ok(self.stated());
            };
            let fits = |along: usize| along == axis || other[along] == first[along];
            if other.len() != shape.len() || !(0..shape.len()).all(fits) {
                let problem = format!("its parts {first:?} and {other:?} do not go together");
                return Err(node::problem(self.node, problem));
            }
            shape[axis] = shape[axis].saturating_add(other[axis]);
        }
        Ok(one(shape))
    }

    pub(super) fn split(&self, input: &[usize]) -> Found {
        let axis = self.axis(0, input.len())?;
        let listed = self.int_list("split", 1)?;
        if listed.is_none() && node::input(self.node, 1).is_some() {
            return Ok(self.stated());
        }
        let part = |size: usize| {
            let mut shape = input.to_vec();
            shape[axis] = size;
            shape
        };
        let sizes = split_sizes(self.node, input[axis], listed)?;
        Ok(Some(sizes.into_iter().map(part).collect()))
    }

    pub(super) fn slice(&self, input: &[usize]) -> Found {
        let (starts, ends) = (self.int_list("starts", 1)?, self.int_list("ends", 2)?);
        let (Some(starts), Some(ends)) = (starts, ends) else {
            return Ok(self.stated());
        };
        let (axes, steps) = (self.int_list("axes", 3)?, self.int_list("steps", 4)?);
        let mut shape = input.to_vec();
        for range in slices(self.node, input, &starts, &ends, axes, steps)? {
            shape[range.axis] = range.count;
        }
        Ok(one(shape))
    }

    pub(super) fn pad(&self, input: &[usize]) -> Found {
        let Some(pads) = self.int_list("pads", 1)? else {
            return Ok(self.stated());
        };
        let axes = self.int_list("axes", 3)?;
        let pads = padding(self.node, input.len(), &pads, axes)?;
        let size = |(&size, (before, after)): (&usize, (i64, i64))| {
            usize::try_from(size as i64 + before + after).unwrap_or(0)
        };
        Ok(one(input.iter().zip(pads).map(size).collect()))
    }

    pub(super) fn expand(&self, input: &[usize]) -> Found {
        let Some(target) = self.int_list("", 1)? else {
            return Ok(self.stated());
        };
        let target = sizes(&target);
        let shape = target.and_then(|target| broadcast(input, &target));
        shape
            .map(one)
            .ok_or_else(|| node::problem(self.node, format!("{input:?} cannot be expanded so")))
    }

    pub(super) fn tile(&self, input: &[usize]) -> Found {
        let Some(repeats) = self.int_list("", 1)? else {
            return Ok(self.stated());
        };
        let repeats = sizes(&repeats).filter(|repeats| repeats.len() == input.len());
        let Some(repeats) = repeats else {
            return Err(node::problem(
                self.node,
                "it needs one number for each axis",
            ));
        };
        let shape = input.iter().zip(repeats);
        Ok(one(shape
            .map(|(&size, n)| size.saturating_mul(n))
            .collect()))
    }

    pub(super) fn gather(&self, input: &[usize]) -> Found {
        let Some(places) = self.input(1) else {
            return Ok(self.stated());
        };
        let axis = self.axis(0, input.len())?;
        Ok(one([&input[..axis], places, &input[axis + 1..]].concat()))
    }

    pub(super) fn einsum(&self) -> Found {
        let equation = Equation::of(self.node)?;
        let shapes: Option<Vec<&[usize]>> = (0..self.node.input.len())
            .map(|place| self.input(place))
            .collect();
        match shapes {
            Some(shapes) => Ok(one(equation.output_shape(self.node, &shapes)?)),
            None => Ok(self.stated()),
        }
    }
}

fn sizes(values: &[i64]) -> Option<Shape> {
    values
        .iter()
        .map(|&size| usize::try_from(size).ok())
        .collect()
}

/// The equation of an Einsum node: a letter for each axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    pub inputs: Vec<Vec<char>>,
    pub output: Vec<char>,
}

impl Equation {
    /// # Errors
    /// [`OnnxError::Node`] for an equation with an ellipsis or other signs.
    pub fn of(node: &pb::NodeProto) -> Result<Equation, OnnxError> {
        let text = node::text(node, "equation").unwrap_or_default();
        let text: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
        // Twice an axis of two operands and of the result.
        if text.len() > 6 * MOST_AXES {
            let problem = format!("an equation of {} letters is too long", text.len());
            return Err(node::problem(node, problem));
        }
        let (left, right) = match text.split_once("->") {
            Some((left, right)) => (left, Some(right)),
            None => (text.as_str(), None),
        };
        let letters = |side: &str| side.chars().collect::<Vec<char>>();
        let inputs: Vec<Vec<char>> = left.split(',').map(letters).collect();
        let is_plain = |side: &str| side.chars().all(|sign| sign.is_ascii_alphabetic());
        if !left.split(',').chain(right).all(is_plain) || inputs.len() != node.input.len() {
            let problem = format!("the equation '{text}' is not supported");
            return Err(node::problem(node, problem));
        }
        let output = right.map(letters).unwrap_or_else(|| {
            // Without an arrow: the letters that occur once, in alphabetic order.
            let all: Vec<char> = inputs.concat();
            let once = |letter: &&char| all.iter().filter(|other| other == letter).count() == 1;
            let mut output: Vec<char> = all.iter().filter(once).copied().collect();
            output.sort_unstable();
            output
        });
        Ok(Equation { inputs, output })
    }

    /// # Errors
    /// [`OnnxError::Node`] where a letter has two sizes, or none.
    pub fn output_shape(
        &self,
        node: &pb::NodeProto,
        shapes: &[&[usize]],
    ) -> Result<Shape, OnnxError> {
        let size = |letter: &char| {
            self.size(*letter, shapes).ok_or_else(|| {
                let problem = format!("the axis '{letter}' has no one size");
                node::problem(node, problem)
            })
        };
        let all = self.inputs.iter().flatten().chain(&self.output);
        all.map(size).collect::<Result<Vec<_>, _>>()?;
        self.output.iter().map(size).collect()
    }

    /// The size of a letter's axis.
    pub fn size(&self, letter: char, shapes: &[&[usize]]) -> Option<usize> {
        let mut found = None;
        for (letters, shape) in self.inputs.iter().zip(shapes) {
            if letters.len() != shape.len() {
                return None;
            }
            for (other, &size) in letters.iter().zip(*shape) {
                if *other == letter && found.replace(size).is_some_and(|before| before != size) {
                    return None;
                }
            }
        }
        found
    }
}
