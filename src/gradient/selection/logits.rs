//! Which tensor is the logits.

use super::types::{OutputActivation, Places};
use crate::gradient::error::GradientError;
use crate::gradient::untold_shapes::untold_shape;
use crate::onnx::{Index, Model, Shapes, node, pb};

/// Of a file with more outputs the first one gives the scores.
const MAX_COMPARED_OUTPUTS: usize = 64;

/// The tensor of the logits, and the activation that follows it.
pub struct Logits {
    pub tensor: String,
    /// The file's output that it leads to; the tensor itself where a person named it.
    pub output: String,
    pub activation: OutputActivation,
}

/// The logits: the output that gives scores ([`scores`]) before its softmax or sigmoid, or the
/// tensor `wanted`. `labels` is the number of classes that the file names, if it names any.
///
/// # Errors
/// [`GradientError`] where there is no tensor `wanted`, its shape is not known, or
/// it is neither [K] with axes of length 1 nor that of K logits for each place of a grid.
pub fn find_logits(
    model: &Model,
    shapes: &Shapes,
    wanted: Option<&str>,
    labels: Option<usize>,
) -> Result<Logits, GradientError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let logits = match wanted {
        Some(name) if index.producer(name).is_some() => Logits {
            tensor: name.to_owned(),
            output: name.to_owned(),
            activation: OutputActivation::Logits,
        },
        Some(name) => {
            return Err(GradientError::UnknownTensor {
                tensor: name.into(),
            });
        }
        None => before_activation(graph, &index, scores(graph, &index, shapes, labels)),
    };
    let shape = shapes
        .get(&logits.tensor)
        .ok_or_else(|| untold_shape(graph, &index, shapes, &logits.tensor))?;
    let is_grid = shape.len() == 4 && shape[0] == 1;
    if !(is_row(shape) || is_grid) || shape.contains(&0) {
        return Err(GradientError::NotLogits {
            tensor: logits.tensor,
            shape: format!("{shape:?}"),
        });
    }
    Ok(logits)
}

/// Whether a shape is that of one value for each class, such as [K], [1, K] or [1, K, 1, 1].
fn is_row(shape: &[usize]) -> bool {
    !shape.is_empty() && shape.iter().filter(|&&size| size > 1).count() <= 1
}

/// Of several outputs the one that gives the classes' scores: a row of values, as many as there
/// are labels, to which others lead rather than the other way round, and by its name. The first
/// of those that are alike.
fn scores(graph: &pb::GraphProto, index: &Index, shapes: &Shapes, labels: Option<usize>) -> String {
    let names: Vec<&str> = graph.output.iter().map(|output| &*output.name).collect();
    let first = names.first().copied().unwrap_or_default();
    if !(2..=MAX_COMPARED_OUTPUTS).contains(&names.len()) {
        return first.to_owned();
    }
    let likeness = |name: &str| {
        let shape = shapes.get(name);
        let count = shape.map_or(0, |shape| shape.iter().product());
        let reached = index.reached_from(graph, name);
        let leads_to = |other: &&str| {
            let position = index.producer(other);
            *other != name && position.is_some_and(|position| reached[position])
        };
        [
            shape.is_some_and(is_row),
            labels.is_some_and(|labels| labels == count),
            !names.iter().any(leads_to),
            is_named_like_scores(name),
            count > 1,
        ]
    };
    // `max_by_key` gives the last of those that are alike.
    let likeliest = names.iter().rev().max_by_key(|name| likeness(name));
    likeliest.map_or(first, |name| *name).to_owned()
}

/// Whether exporters call scores so.
fn is_named_like_scores(name: &str) -> bool {
    const WORDS: [&str; 7] = [
        "logit", "score", "prob", "class", "pred", "softmax", "output",
    ];
    let name = name.to_lowercase();
    WORDS.iter().any(|word| name.contains(word))
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
                output,
                activation,
            };
        }
    }
    Logits {
        tensor: output.clone(),
        output,
        activation: OutputActivation::Logits,
    }
}
