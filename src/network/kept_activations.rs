//! The layers whose activations a forward run keeps besides those of the layer that is
//! explained, so that another layer can be explained without another run.

use crate::gradient::{Layer, is_contract_name};

/// Layers whose activations a run keeps at most: a layer may be of a few bytes only.
pub const MAX_KEPT_LAYERS: usize = 64;
/// Bytes of activations that a run keeps besides those of the layer that is explained.
pub const MAX_KEPT_BYTES: usize = 64 << 20;

/// The layers whose activations a run keeps: `chosen`; then as many as
/// [`MAX_KEPT_BYTES`] and [`MAX_KEPT_LAYERS`] allow of `recent`, the layers explained lately, and of the layers
/// that are likely to be chosen next, from the end of the file to its beginning.
pub fn layers_to_keep(chosen: &Layer, recent: &[Layer], layers: &[Layer]) -> Vec<Layer> {
    let likely = likely_next(layers);
    let mut kept = vec![chosen.clone()];
    let mut bytes = 0;
    for layer in recent.iter().chain(likely) {
        if kept.len() == MAX_KEPT_LAYERS {
            break;
        }
        // It could not be found by its name.
        if is_contract_name(&layer.tensor) {
            continue;
        }
        let own: usize = layer.shape.iter().product::<usize>() * size_of::<f32>();
        if kept.iter().any(|kept| kept.tensor == layer.tensor) || bytes + own > MAX_KEPT_BYTES {
            continue;
        }
        bytes += own;
        kept.push(layer.clone());
    }
    kept
}

/// Layers that a person tends to look at, the last first: the ends of blocks where they
/// are known, else the last layer of each resolution.
fn likely_next(layers: &[Layer]) -> Vec<&Layer> {
    let blocks: Vec<&Layer> = layers
        .iter()
        .filter(|layer| layer.alias.is_some())
        .collect();
    if !blocks.is_empty() {
        return blocks.into_iter().rev().collect();
    }
    let mut ends: Vec<&Layer> = Vec::new();
    for layer in layers.iter().rev() {
        let has_other_resolution = |end: &&Layer| end.shape[1..] != layer.shape[1..];
        if ends.len() < MAX_KEPT_LAYERS && ends.iter().all(has_other_resolution) {
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
            names(&layers_to_keep(&layers[1], &[], &layers)),
            ["b", "c", "a"]
        );
        assert_eq!(names(&layers_to_keep(&layers[2], &[], &layers)), ["c", "a"]);
        let recent = [layers[1].clone()];
        assert_eq!(
            names(&layers_to_keep(&layers[2], &recent, &layers)),
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
        assert_eq!(names(&layers_to_keep(&layers[2], &[], &layers)), ["c", "b"]);
    }

    #[test]
    fn of_many_small_layers_only_some_are_kept() {
        let tiny = |number: usize| layer(&format!("t{number}"), [1, 1, 2], Some("block"));
        let layers: Vec<Layer> = (0..100_000).map(tiny).collect();
        let kept = layers_to_keep(&layers[0], &[], &layers);
        assert_eq!(kept.len(), MAX_KEPT_LAYERS);
    }

    #[test]
    fn what_is_kept_is_bounded_but_the_chosen_layer_always_is() {
        let half = MAX_KEPT_BYTES / size_of::<f32>() / 2;
        let layers = [
            layer("a", [half, 1, 1], Some("block 1")),
            layer("b", [half, 1, 1], Some("block 2")),
            layer("c", [half, 1, 1], Some("block 3")),
            layer("d", [3 * half, 1, 1], Some("block 4")),
        ];
        assert_eq!(
            names(&layers_to_keep(&layers[3], &[], &layers)),
            ["d", "c", "b"]
        );
    }
}
