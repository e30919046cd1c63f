//! Which tensor is the logits.

use super::types::OutputActivation;
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
/// it is not [1, K].
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
    let long_axes = shape.iter().filter(|&&size| size > 1).count();
    if shape.len() < 2 || shape[0] != 1 || long_axes > 1 || shape.contains(&0) {
        return Err(GradientError::NotLogits {
            tensor: logits.tensor,
            shape: format!("{shape:?}"),
        });
    }
    Ok(logits)
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
