//! What a model offers to explain.

use super::attach_options::AttachOptions;
use super::error::GradientError;
use super::selection::{self, Layer, Selection};
use crate::onnx::{Model, Shapes, infer_shapes, key};
use crate::picture::Layout;

/// What a model offers to explain, before a branch is attached.
#[derive(Clone, Debug)]
pub struct Survey {
    pub selection: Selection,
    /// Every layer from which the rules reach the logits, in the order of the graph.
    pub layers: Vec<Layer>,
    pub shapes: Shapes,
}

/// Looks at a model: input, logits, layers, and the layer that is chosen.
///
/// # Errors
/// [`GradientError`] where the model is no classifier of pictures or a choice
/// names something that is not there.
pub fn survey(model: &Model, options: &AttachOptions) -> Result<Survey, GradientError> {
    let picture = selection::find_picture(model, options.size, options.layout)?;
    let shapes = infer_shapes(model, &[(&picture.name, picture.shape.clone())])?;
    let labels = number_of_labels(model);
    let found = selection::find_logits(model, &shapes, options.logits.as_deref(), labels)?;
    let layers = selection::find_layers(model, &shapes, &picture, &found.tensor)?;
    let choose = |wanted| selection::choose_layer(model, &layers, &found.tensor, wanted);
    let layer = match (options.layers.first(), model.metadata().text(key::LAYER)) {
        (Some(first), _) => choose(Some(first))?,
        // A program that quantised or simplified the file may have renamed the layer.
        (None, Some(stated)) => choose(Some(stated)).or_else(|_| choose(None))?,
        (None, None) => choose(None)?,
    };
    let mut further: Vec<Layer> = Vec::new();
    for name in options.layers.iter().skip(1) {
        let other = selection::choose_layer(model, &layers, &found.tensor, Some(name))?;
        if other != layer && !further.contains(&other) {
            further.push(other);
        }
    }
    let shape = shapes.get(&found.tensor).unwrap_or(&[]);
    let channels_last = picture.layout == Layout::Nhwc;
    let (classes, places) = selection::classes_and_places(shape, channels_last);
    let selection = Selection {
        picture,
        logits: found.tensor,
        output: found.output,
        output_activation: found.activation,
        classes,
        places,
        layer,
        further,
    };
    Ok(Survey {
        selection,
        layers,
        shapes,
    })
}

/// How many classes the file names; `None` where it names none.
fn number_of_labels(model: &Model) -> Option<usize> {
    let stated = model.metadata().json::<Vec<String>>(key::LABELS).ok()?;
    let labels = stated.as_ref().or(model.adaptations().labels.as_ref());
    labels.map(Vec::len)
}
