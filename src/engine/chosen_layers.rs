//! The layers of a question.

use super::session_error::SessionError;
use crate::explain::{Family, Method};
use crate::gradient::Layer;
use crate::network::TractNetwork;

/// Layers by their tensors in the file: the one of this name, or several with commas between.
///
/// # Errors
/// [`SessionError::Layer`].
pub fn resolve_layers(network: &TractNetwork, names: &str) -> Result<Vec<String>, SessionError> {
    let resolve = |name: &str| {
        let found = network.resolve_layer(name);
        found.map_err(|reason| SessionError::Layer {
            layer: name.into(),
            reason,
        })
    };
    match resolve(names) {
        Err(_) if names.contains(',') => {
            let names = names.split(',').map(str::trim);
            names.map(resolve).collect()
        }
        one => Ok(vec![one?]),
    }
}

/// The layer of an explanation, and further ones for a method that combines layers: those that
/// were named, else the last of the next finer resolution.
///
/// # Errors
/// [`SessionError::SeveralLayers`] for a method of one layer.
pub fn layers_of(
    method: &Method,
    network: &TractNetwork,
    layers: Vec<String>,
) -> Result<(String, Vec<String>), SessionError> {
    let mut layers = layers.into_iter();
    let layer = layers.next().unwrap_or_default();
    let further: Vec<String> = layers.collect();
    if method.family != Family::Combination && !further.is_empty() {
        return Err(SessionError::SeveralLayers { method: method.id });
    }
    if !further.is_empty() {
        return Ok((layer, further));
    }
    let finer = finer_layer(network, &layer).into_iter().collect();
    Ok((layer, finer))
}

/// The last end of a block before a layer whose grid is finer, else the last such layer: what is
/// inside a block is often pooled next, and then the gradient touches some of its places only.
fn finer_layer(network: &TractNetwork, layer: &str) -> Option<String> {
    let layers = &network.description().layers;
    let at = layers.iter().position(|other| other.tensor == layer)?;
    let places = |[_, height, width]: [usize; 3]| height * width;
    let is_finer = |other: &&Layer| places(other.shape) > places(layers[at].shape);
    let finer = layers[..at].iter().rev().filter(is_finer);
    let end_of_block = finer.clone().find(|other| other.alias.is_some());
    let finer = end_of_block.or(finer.clone().next());
    finer.map(|finer| finer.tensor.clone())
}
