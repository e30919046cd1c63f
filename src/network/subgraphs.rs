//! Extracts the graphs that are run from one file: forward, and gradient.

use crate::gradient::{COTANGENT, GRADIENTS, LOGITS, Layer, Selection};
use crate::onnx::{Model, OnnxError, extract_without_large_weights, node, pb};

/// Weights of up to this many bytes are copied into a subgraph; larger ones stay in the
/// model.
const MAX_COPIED_BYTES: usize = 1 << 12;

/// The nodes between some tensors, without the large weights.
pub(super) fn subgraph(
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
    let mut outputs = vec![node::float_value(LOGITS, &[1, selection.logit_count()])];
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
    let Selection { picture, layer, .. } = selection;
    let [channels, height, width] = layer.shape;
    let gradients = [node::float_value(GRADIENTS, &[1, channels, height, width])];
    let cotangent = node::float_value(COTANGENT, &[1, selection.logit_count()]);
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

/// The graph from the layer's activations to the logits [1, K]; `None` where the logits
/// depend on the picture by other ways, too.
///
/// # Errors
/// [`OnnxError`] if the graph contradicts itself.
pub fn behind_layer(model: &Model, selection: &Selection) -> Result<Option<Model>, OnnxError> {
    let logits = node::float_value(LOGITS, &[1, selection.logit_count()]);
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
