//! The same model with random weights, layer by layer from the top.

use super::network_trait::Normals;
use crate::onnx::{Model, OnnxError, pb, tensor};

/// Operators whose second input, or for a product also the first, holds weights.
const WEIGHTED: [&str; 4] = ["Conv", "ConvTranspose", "Gemm", "MatMul"];

/// The names of the weights of each layer that has some, the layer next to the logits first.
pub fn weighted_layers(model: &Model) -> Vec<String> {
    let graph = model.graph();
    let is_weights = |name: &&String| {
        let mut initialisers = graph.initializer.iter();
        let found = initialisers.find(|weights| weights.name == **name);
        found.is_some_and(|weights| model.is_float32(weights) && weights.dims.len() >= 2)
    };
    let nodes = graph.node.iter().rev();
    let layers = nodes.filter(|node| WEIGHTED.contains(&node.op_type.as_str()));
    let mut names: Vec<String> = Vec::new();
    for layer in layers {
        if let Some(weights) = layer.input.iter().take(2).rfind(is_weights)
            && !names.contains(weights)
        {
            names.push(weights.clone());
        }
    }
    names
}

/// Replaces the weights of the topmost layers by normal numbers with their own mean and standard
/// deviation.
///
/// # Errors
/// [`OnnxError`] for weights that are no floats.
pub fn randomise(
    model: &mut Model,
    topmost: usize,
    normals: &mut Normals,
) -> Result<(), OnnxError> {
    for (layer, name) in weighted_layers(model).iter().take(topmost).enumerate() {
        let mut initialisers = model.graph_mut().initializer.iter_mut();
        if let Some(weights) = initialisers.find(|weights| weights.name == *name) {
            *weights = random_like(weights, &mut *normals(layer))?;
        }
    }
    Ok(())
}

fn random_like(
    weights: &pb::TensorProto,
    normal: &mut dyn FnMut() -> f64,
) -> Result<pb::TensorProto, OnnxError> {
    let values = tensor::floats(weights)?;
    let count = values.len().max(1) as f64;
    let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
    let squares = values
        .iter()
        .map(|&value| (f64::from(value) - mean).powi(2));
    let deviation = (squares.sum::<f64>() / count).sqrt();
    let random: Vec<f32> = values
        .iter()
        .map(|_| (mean + deviation * normal()) as f32)
        .collect();
    let sizes = tensor::dims(weights);
    Ok(tensor::from_floats(&weights.name, &sizes, &random))
}
