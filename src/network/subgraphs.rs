//! Extracts the graphs that are run from one file: forward, and gradient.

use std::collections::HashSet;

use crate::gradient::{COTANGENT, GRADIENTS, INPUT_GRADIENTS, LOGITS, Layer, Selection};
use crate::onnx::{Index, Model, OnnxError, extract_without_large_weights, node, pb};

/// Weights of up to this many bytes are copied into a subgraph; larger ones stay in the
/// model.
const MAX_COPIED_BYTES: usize = 1 << 12;

/// The nodes between some tensors, without the large weights.
fn subgraph(
    model: &Model,
    inputs: &[pb::ValueInfoProto],
    outputs: &[pb::ValueInfoProto],
) -> Result<Model, OnnxError> {
    extract_without_large_weights(model, inputs, outputs, MAX_COPIED_BYTES)
}

/// The graph from the picture to the logits [1, K] and the activations of `kept`, each
/// in its own order of axes.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn forward(model: &Model, selection: &Selection, kept: &[Layer]) -> Result<Model, OnnxError> {
    let picture = node::float_value(&selection.picture.name, &selection.picture.shape);
    let mut outputs = vec![node::float_value(LOGITS, &[1, selection.classes])];
    outputs.extend(kept.iter().map(activations));
    subgraph(model, &[picture], &outputs)
}

/// The graph that computes the gradients.
pub struct GradientGraph {
    pub model: Model,
    /// Its first input is the layer's activations; else it is the picture, and the graph
    /// repeats the forward run. The second input is the cotangent either way.
    pub starts_at_layer: bool,
}

/// The graph from the layer's activations and the cotangent to the gradients, where
/// every path from the picture to the logits passes through the layer; else the graph
/// from the picture and the cotangent.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn gradient(model: &Model, selection: &Selection) -> Result<GradientGraph, OnnxError> {
    let Selection {
        picture,
        layer,
        classes,
        ..
    } = selection;
    let [channels, height, width] = layer.shape;
    let gradients = [node::float_value(GRADIENTS, &[1, channels, height, width])];
    let cotangent = node::float_value(COTANGENT, &[1, *classes]);
    match subgraph(model, &[activations(layer), cotangent.clone()], &gradients) {
        Ok(model) => Ok(GradientGraph {
            model,
            starts_at_layer: true,
        }),
        Err(OnnxError::MissingTensor { .. }) => {
            let picture = node::float_value(&picture.name, &picture.shape);
            Ok(GradientGraph {
                model: subgraph(model, &[picture, cotangent], &gradients)?,
                starts_at_layer: false,
            })
        }
        Err(other) => Err(other),
    }
}

/// The tensors of the forward run from which the gradient of the picture is computed, by name.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn tape(model: &Model) -> Result<Vec<String>, OnnxError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let mut forward = HashSet::from([LOGITS]);
    let mut backward = HashSet::from([INPUT_GRADIENTS]);
    let mut tape: Vec<&str> = Vec::new();
    for node in graph.node.iter().rev() {
        let inputs = node.input.iter().map(String::as_str);
        if node
            .output
            .iter()
            .any(|output| forward.contains(output.as_str()))
        {
            forward.extend(inputs);
        }
    }
    for node in graph.node.iter().rev() {
        let is_read = |names: &HashSet<&str>| {
            let mut outputs = node.output.iter();
            outputs.any(|output| names.contains(output.as_str()))
        };
        if is_read(&forward) || !is_read(&backward) {
            continue;
        }
        for input in node.input.iter().map(String::as_str) {
            if index.initialiser(input).is_some() || input == COTANGENT {
                continue;
            }
            if !forward.contains(input) {
                backward.insert(input);
            } else if !tape.contains(&input) {
                tape.push(input);
            }
        }
    }
    Ok(tape.into_iter().map(str::to_owned).collect())
}

/// The graph from the picture to the logits [1, K] and the tensors of the tape.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn taped_forward(
    model: &Model,
    selection: &Selection,
    tape: &[String],
) -> Result<Model, OnnxError> {
    let picture = node::float_value(&selection.picture.name, &selection.picture.shape);
    let mut outputs = vec![node::float_value(LOGITS, &[1, selection.classes])];
    let named = |name: &String| pb::ValueInfoProto {
        name: name.clone(),
        ..Default::default()
    };
    outputs.extend(tape.iter().map(named));
    subgraph(model, &[picture], &outputs)
}

/// The graph from the tensors of the tape and the cotangent to the gradients of the picture,
/// [1, C, H, W].
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn input_gradient(
    model: &Model,
    selection: &Selection,
    tape: Vec<pb::ValueInfoProto>,
) -> Result<Model, OnnxError> {
    let [height, width, channels] = selection.picture.size();
    let mut inputs = tape;
    inputs.push(node::float_value(COTANGENT, &[1, selection.classes]));
    let gradients = node::float_value(INPUT_GRADIENTS, &[1, channels, height, width]);
    subgraph(model, &inputs, &[gradients])
}

/// The graph from the layer's activations to the logits [1, K]; `None` where the logits
/// depend on the picture by other ways, too.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn behind_layer(model: &Model, selection: &Selection) -> Result<Option<Model>, OnnxError> {
    let logits = node::float_value(LOGITS, &[1, selection.classes]);
    match subgraph(model, &[activations(&selection.layer)], &[logits]) {
        Ok(model) => Ok(Some(model)),
        Err(OnnxError::MissingTensor { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}

/// A layer's tensor with its shape: [1, C, h, w], or [1, h, w, C].
fn activations(layer: &Layer) -> pb::ValueInfoProto {
    let [channels, height, width] = layer.shape;
    let shape = if layer.channels_last {
        [1, height, width, channels]
    } else {
        [1, channels, height, width]
    };
    node::float_value(&layer.tensor, &shape)
}
