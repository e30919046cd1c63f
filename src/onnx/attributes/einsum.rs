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
    /// The equation; an ellipsis becomes a letter for each axis that it stands for,
    /// which follows from the operands' `shapes`.
    ///
    /// # Errors
    /// [`OnnxError::Node`] for an equation with other signs, or an ellipsis where the
    /// shapes are not known.
    pub fn of(node: &pb::NodeProto, shapes: Option<&[&[usize]]>) -> Result<Equation, OnnxError> {
        let text = node::text(node, "equation").unwrap_or_default();
        let text: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
        let text = without_ellipsis(&text, shapes.unwrap_or_default()).unwrap_or(text);
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

    /// The equation as the attribute has it.
    pub fn text(&self) -> String {
        let terms: Vec<String> = (self.inputs.iter())
            .map(|letters| letters.iter().collect())
            .collect();
        let output: String = self.output.iter().collect();
        format!("{}->{output}", terms.join(","))
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

/// An equation with letters in the place of `...`, for operands of these shapes; `None`
/// where it has none, or where they do not go together. As NumPy has it, the axes of an
/// ellipsis are aligned at their end, and come first in a result that is not written.
fn without_ellipsis(text: &str, shapes: &[&[usize]]) -> Option<String> {
    const ELLIPSIS: &str = "...";
    if !text.contains(ELLIPSIS) {
        return None;
    }
    let (left, right) = match text.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (text, None),
    };
    let terms: Vec<&str> = left.split(',').collect();
    if terms.len() != shapes.len() {
        return None;
    }
    let hidden = |(term, shape): (&&str, &&[usize])| {
        let named = term.chars().filter(|sign| *sign != '.').count();
        shape
            .len()
            .checked_sub(named)
            .filter(|_| term.contains(ELLIPSIS))
    };
    let counts: Vec<usize> = (terms.iter().zip(shapes))
        .map(|pair| hidden(pair).unwrap_or(0))
        .collect();
    let most = counts.iter().copied().max()?;
    let letters: String = (('A'..='Z').chain('a'..='z'))
        .filter(|letter| !text.contains(*letter))
        .take(most)
        .collect();
    if letters.len() != most {
        return None;
    }
    let written: Vec<String> = (terms.iter().zip(counts))
        .map(|(term, count)| term.replacen(ELLIPSIS, &letters[most - count..], 1))
        .collect();
    let right = match right {
        Some(right) => right.replacen(ELLIPSIS, &letters, 1),
        None => {
            let named = |sign: &char| *sign != '.' && *sign != ',';
            let mut once: Vec<char> = left.chars().filter(named).collect();
            once.retain(|letter| left.matches(*letter).count() == 1);
            once.sort_unstable();
            letters.chars().chain(once).collect()
        }
    };
    Some(format!("{}->{right}", written.join(",")))
}
