//! Cuts one file into the graphs that are run, and chooses what a run keeps.

use crate::gradient::{COTANGENT, GRADIENTS, LOGITS, Layer, Selection};
use crate::onnx::{Model, OnnxError, extract_without_large_weights, node, pb};

/// Bytes of activations that a run keeps besides those of the layer that is
/// explained, so that another layer can be explained without another run.
pub const MOST_KEPT_BYTES: usize = 64 << 20;

/// Weights up to this size are copied into a part; larger ones stay in the model.
const MOST_COPIED_BYTES: usize = 1 << 12;

/// The part between some tensors, without the large weights.
fn part(
    model: &Model,
    inputs: &[pb::ValueInfoProto],
    outputs: &[pb::ValueInfoProto],
) -> Result<Model, OnnxError> {
    extract_without_large_weights(model, inputs, outputs, MOST_COPIED_BYTES)
}

/// The graph from the picture to the logits and the activations of `kept`, each
/// in its own order of axes.
pub fn forward(model: &Model, selection: &Selection, kept: &[Layer]) -> Result<Model, OnnxError> {
    let picture = node::float_value(&selection.picture.name, &selection.picture.shape);
    let mut outputs = vec![node::float_value(LOGITS, &[1, selection.classes])];
    outputs.extend(kept.iter().map(activations));
    part(model, &[picture], &outputs)
}

/// The graph that gives the gradients, and whether it starts at the layer. It
/// does where the layer separates the graph; else it starts from the picture.
pub fn gradient(model: &Model, selection: &Selection) -> Result<(Model, bool), OnnxError> {
    let Selection {
        picture,
        layer,
        classes,
        ..
    } = selection;
    let [channels, height, width] = layer.shape;
    let gradients = [node::float_value(GRADIENTS, &[1, channels, height, width])];
    let cotangent = node::float_value(COTANGENT, &[1, *classes]);
    match part(model, &[activations(layer), cotangent.clone()], &gradients) {
        Ok(graph) => Ok((graph, true)),
        Err(OnnxError::MissingTensor { .. }) => {
            let picture = node::float_value(&picture.name, &picture.shape);
            Ok((part(model, &[picture, cotangent], &gradients)?, false))
        }
        Err(other) => Err(other),
    }
}

/// A layer's tensor, in its own order of axes.
fn activations(layer: &Layer) -> pb::ValueInfoProto {
    let [channels, height, width] = layer.shape;
    let shape = match layer.channels_last {
        true => [1, height, width, channels],
        false => [1, channels, height, width],
    };
    node::float_value(&layer.tensor, &shape)
}

/// The layers whose activations a run keeps: `chosen`, then of `before` (those
/// explained lately) and of those worth offering first, the last of the file
/// first, what fits [`MOST_KEPT_BYTES`].
pub fn worth_keeping(chosen: &Layer, before: &[Layer], layers: &[Layer]) -> Vec<Layer> {
    let offered = offered_first(layers);
    let mut kept = vec![chosen.clone()];
    let mut bytes = 0;
    for layer in before.iter().chain(offered) {
        let own: usize = layer.shape.iter().product::<usize>() * size_of::<f32>();
        if kept.iter().any(|kept| kept.tensor == layer.tensor) || bytes + own > MOST_KEPT_BYTES {
            continue;
        }
        bytes += own;
        kept.push(layer.clone());
    }
    kept
}

/// Layers that a person looks at first, the last first: the ends of blocks where
/// they are known, else the last layer of each resolution.
fn offered_first(layers: &[Layer]) -> Vec<&Layer> {
    let blocks: Vec<&Layer> = layers
        .iter()
        .filter(|layer| layer.alias.is_some())
        .collect();
    if !blocks.is_empty() {
        return blocks.into_iter().rev().collect();
    }
    let mut ends: Vec<&Layer> = Vec::new();
    for layer in layers.iter().rev() {
        let new = |end: &&Layer| end.shape[1..] != layer.shape[1..];
        if ends.iter().all(new) {
            ends.push(layer);
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(tensor: &str, shape: [usize; 3], alias: Option<&str>) -> Layer {
        Layer {
            node: tensor.into(),
            operator: "Relu".into(),
            tensor: tensor.into(),
            shape,
            channels_last: false,
            alias: alias.map(str::to_owned),
        }
    }

    fn names(kept: &[Layer]) -> Vec<&str> {
        kept.iter().map(|layer| layer.tensor.as_str()).collect()
    }

    #[test]
    fn ends_of_blocks_are_kept_the_last_first() {
        let layers = [
            layer("a", [1, 8, 8], Some("block 1")),
            layer("b", [1, 8, 8], None),
            layer("c", [1, 4, 4], Some("block 2")),
        ];
        assert_eq!(
            names(&worth_keeping(&layers[1], &[], &layers)),
            ["b", "c", "a"]
        );
        assert_eq!(names(&worth_keeping(&layers[2], &[], &layers)), ["c", "a"]);
        let before = [layers[1].clone()];
        assert_eq!(
            names(&worth_keeping(&layers[2], &before, &layers)),
            ["c", "b", "a"]
        );
    }

    #[test]
    fn without_blocks_the_last_of_each_resolution_is_kept() {
        let layers = [
            layer("a", [1, 8, 8], None),
            layer("b", [1, 8, 8], None),
            layer("c", [1, 4, 4], None),
        ];
        assert_eq!(names(&worth_keeping(&layers[2], &[], &layers)), ["c", "b"]);
    }

    #[test]
    fn what_is_kept_is_bounded_but_the_chosen_layer_always_is() {
        let half = MOST_KEPT_BYTES / size_of::<f32>() / 2;
        let layers = [
            layer("a", [half, 1, 1], Some("block 1")),
            layer("b", [half, 1, 1], Some("block 2")),
            layer("c", [half, 1, 1], Some("block 3")),
            layer("d", [3 * half, 1, 1], Some("block 4")),
        ];
        assert_eq!(
            names(&worth_keeping(&layers[3], &[], &layers)),
            ["d", "c", "b"]
        );
    }
}
