//! Which tensor is the logits.

use super::types::{OutputActivation, Places};
use crate::gradient::error::GradientError;
use crate::gradient::untold_shapes::untold_shape;
use crate::onnx::{Index, Model, Shapes, node, pb};

/// The tensor of the logits, and the activation that follows it.
pub struct Logits {
    pub tensor: String,
    pub activation: OutputActivation,
}

/// The logits: the first output before its softmax or sigmoid, or the tensor
/// `wanted`.
///
/// # Errors
/// [`GradientError`] where there is no tensor `wanted`, its shape is not known, or
/// it is neither [1, K] nor that of K logits for each place of a grid.
pub fn find_logits(
    model: &Model,
    shapes: &Shapes,
    wanted: Option<&str>,
) -> Result<Logits, GradientError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let logits = match wanted {
        Some(name) if index.producer(name).is_some() => Logits {
            tensor: name.to_owned(),
            activation: OutputActivation::Logits,
        },
        Some(name) => {
            return Err(GradientError::UnknownTensor {
                tensor: name.into(),
            });
        }
        None => {
            let output = graph
                .output
                .first()
                .map_or(String::new(), |output| output.name.clone());
            before_activation(graph, &index, output)
        }
    };
    let shape = shapes
        .get(&logits.tensor)
        .ok_or_else(|| untold_shape(graph, &index, shapes, &logits.tensor))?;
    let is_row = shape.len() >= 2 && shape.iter().filter(|&&size| size > 1).count() <= 1;
    let is_grid = shape.len() == 4;
    if !(is_row || is_grid) || shape[0] != 1 || shape.contains(&0) {
        return Err(GradientError::NotLogits {
            tensor: logits.tensor,
            shape: format!("{shape:?}"),
        });
    }
    Ok(logits)
}

/// The classes and, of logits [1, K, h, w] or, `channels_last`, [1, h, w, K], the places.
pub fn classes_and_places(shape: &[usize], channels_last: bool) -> (usize, Option<Places>) {
    let is_row = shape.iter().filter(|&&size| size > 1).count() <= 1;
    let &[_, a, b, c] = shape else {
        return (shape.iter().product(), None);
    };
    if is_row {
        return (shape.iter().product(), None);
    }
    let (classes, height, width) = if channels_last { (c, a, b) } else { (a, b, c) };
    let places = Places {
        height,
        width,
        channels_last,
    };
    (classes, Some(places))
}

/// Walks back from `output` over a softmax or sigmoid, and over nodes between it
/// and the output that only rename or reshape.
fn before_activation(graph: &pb::GraphProto, index: &Index, output: String) -> Logits {
    let mut candidate = output.clone();
    while let Some(node) = index
        .producer(&candidate)
        .map(|position| &graph.node[position])
    {
        let activation = match node.op_type.as_str() {
            "Softmax" | "LogSoftmax" => Some(OutputActivation::Softmax),
            "Sigmoid" => Some(OutputActivation::Sigmoid),
            "Identity" | "Cast" | "Reshape" | "Flatten" | "Squeeze" => None,
            _ => break,
        };
        let Some(input) = node::input(node, 0) else {
            break;
        };
        candidate = input.to_owned();
        if let Some(activation) = activation {
            return Logits {
                tensor: candidate,
                activation,
            };
        }
    }
    Logits {
        tensor: output,
        activation: OutputActivation::Logits,
    }
}
