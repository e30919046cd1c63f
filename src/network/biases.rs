//! The biases of a network's layers.

use crate::gradient::Layer;
use crate::onnx::{Index, Model, OnnxError, node, pb, tensor};

/// What a layer adds to each channel, whatever the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Bias {
    /// The layer's tensor in the file.
    pub layer: String,
    /// C values.
    pub values: Vec<f32>,
}

/// The biases of those of `layers` that are convolutions and batch norms with constant
/// parameters, in the order of the graph. A batch norm adds β − γμ/√(σ² + ε) (Srinivas and
/// Fleuret 2019, section 3.1). Biases of dense layers have no place in the picture.
///
/// # Errors
/// [`OnnxError`] for parameters that are no numbers.
pub fn biases(model: &Model, layers: &[Layer]) -> Result<Vec<Bias>, OnnxError> {
    let index = Index::new(model.graph())?;
    let mut found = Vec::new();
    for layer in layers {
        let Some(position) = index.producer(&layer.tensor) else {
            continue;
        };
        let values = of_node(&model.graph().node[position], model, &index)?;
        let fits = |values: &Vec<f32>| {
            values.len() == layer.shape[0] && values.iter().any(|&value| value != 0.0)
        };
        found.extend(values.filter(fits).map(|values| Bias {
            layer: layer.tensor.clone(),
            values,
        }));
    }
    Ok(found)
}

fn of_node(
    node: &pb::NodeProto,
    model: &Model,
    index: &Index,
) -> Result<Option<Vec<f32>>, OnnxError> {
    let vector = |place: usize| -> Result<Option<Vec<f32>>, OnnxError> {
        let weights = node::input(node, place).and_then(|name| index.initialiser(name));
        let floats = weights.map(|weights| tensor::floats(&model.to_float32(weights)));
        floats.transpose()
    };
    match node.op_type.as_str() {
        "Conv" | "ConvTranspose" => vector(2),
        "BatchNormalization" => {
            let parameters = (vector(1)?, vector(2)?, vector(3)?, vector(4)?);
            let (Some(scale), Some(shift), Some(mean), Some(variance)) = parameters else {
                return Ok(None);
            };
            let epsilon = node::float(node, "epsilon").unwrap_or(1e-5);
            let moments = mean.iter().zip(&variance);
            let values = scale.iter().zip(&shift).zip(moments);
            let added = values.map(|((scale, shift), (mean, variance))| {
                shift - mean * scale / (variance + epsilon).sqrt()
            });
            Ok(Some(added.collect()))
        }
        _ => Ok(None),
    }
}
