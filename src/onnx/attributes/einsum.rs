//! The equation of an Einsum node.

use tract_onnx::pb;

use crate::onnx::error::OnnxError;
use crate::onnx::node;

use super::axes::MAX_AXES;
use crate::onnx::shapes::Shape;

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
        if text.len() > 6 * MAX_AXES {
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
