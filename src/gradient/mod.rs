//! Builds the gradient branch of an ONNX graph.
//!
//! Exporters write no gradients into ONNX. [`attach`] adds them: from a new
//! input `cotangent` [1, K] it walks from the logits back to the layer asked for
//! and writes, for every node on the way, the nodes that carry the cotangent
//! through it. The result is plain ONNX that any engine runs.
//!
//! - `select`: which input is the picture, which tensor the logits, which the layer
//! - `layout`: which tensors have their channels last
//! - `branch`: the walk backwards
//! - `rules/`: one file for each family of operators
//! - `builder`: new nodes and constants, in the form the operator set wants
//!
//! To add an operator: write its rule in `rules/` and add a line to the table in
//! `rules/mod.rs`.

mod branch;
mod builder;
mod error;
mod layout;
mod rules;
mod select;

pub use error::GradientError;
pub use select::{Ending, Layer, Picture, Selection};

use crate::onnx::{Model, Shapes, infer_shapes, key, node};
use builder::Builder;

/// Name of the branch's input [1, K].
pub const COTANGENT: &str = "cotangent";
/// Name of the output [1, K].
pub const LOGITS: &str = "logits";
/// Name of the output [1, C, h, w].
pub const ACTIVATIONS: &str = "activations";
/// Name of the output [1, C, h, w]: Σ_k cotangent_k · ∂logits_k/∂activations.
pub const GRADIENTS: &str = "gradients";

/// What to take where the model leaves a choice.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Tensors or nodes to explain; one is found by itself if there are none.
    pub layers: Vec<String>,
    /// Tensor that is the logits; found by itself if `None`.
    pub logits: Option<String>,
}

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
pub fn survey(model: &Model, choices: &Choices) -> Result<Survey, GradientError> {
    let picture = select::picture(model)?;
    let shapes = infer_shapes(model, &[(&picture.name, picture.shape.clone())])?;
    let (logits, ending) = select::logits(model, &shapes, choices.logits.as_deref())?;
    let layers = select::layers(model.graph(), &shapes, &picture, &logits)?;
    let first = choices.layers.first().map(String::as_str);
    let wanted = first.or_else(|| model.metadata().text(key::LAYER));
    let layer = select::layer(model, &layers, &logits, wanted)?;
    let mut further: Vec<Layer> = Vec::new();
    for name in choices.layers.iter().skip(1) {
        let other = select::layer(model, &layers, &logits, Some(name))?;
        if other != layer && !further.contains(&other) {
            further.push(other);
        }
    }
    let classes = shapes
        .get(&logits)
        .map_or(0, |shape| shape.iter().product());
    let selection = Selection {
        picture,
        logits,
        ending,
        classes,
        layer,
        further,
    };
    Ok(Survey {
        selection,
        layers,
        shapes,
    })
}

/// Adds the gradient branch: afterwards the model has the inputs picture and
/// `cotangent` and the outputs `logits`, `activations` and `gradients`, or with
/// several layers `activations.<layer>` and `gradients.<layer>` of each. A
/// branch that the model already has is replaced. Returns what was found on the
/// way, so that nobody needs to look twice.
///
/// # Errors
/// [`GradientError`], which for an operator without a rule names it, its node
/// and the layers that can be explained without crossing it.
pub fn attach(model: &mut Model, choices: &Choices) -> Result<Survey, GradientError> {
    drop_branch(model)?;
    let Survey {
        mut selection,
        layers,
        shapes,
    } = survey(model, choices)?;
    let Selection {
        logits, classes, ..
    } = &selection;
    let logits_shape = shapes.get(logits).unwrap_or(&[1, *classes]).to_vec();
    let is_row = logits_shape == [1, *classes];

    let mut builder = Builder::new(model.graph(), model.opset());
    builder.reserve(COTANGENT);
    let start = match is_row {
        true => COTANGENT.to_owned(),
        false => builder.reshape(COTANGENT, &logits_shape),
    };
    let gradients = branch::backward(model.graph(), &shapes, &mut builder, &selection, &start)?;
    for (layer, gradient) in selection.layers().zip(&gradients) {
        let to_nchw: &[i64] = &[0, 3, 1, 2];
        let order = layer.channels_last.then_some(to_nchw);
        builder.finish(gradient, order, &selection.output_name(GRADIENTS, layer));
        let activations = selection.output_name(ACTIVATIONS, layer);
        if layer.tensor != activations || layer.channels_last {
            builder.finish(&layer.tensor, order, &activations);
        }
    }
    if logits != LOGITS || !is_row {
        builder.finish_reshaped(logits, &[1, *classes as i64], LOGITS);
    }
    let renames = builder.write_into(model.graph_mut());
    selection.rename(&renames);
    declare(model, &selection);
    Ok(Survey {
        selection,
        layers,
        shapes,
    })
}

/// States the contract's inputs and outputs in the graph and the metadata.
fn declare(model: &mut Model, selection: &Selection) {
    let Selection {
        picture, classes, ..
    } = selection;
    let graph = model.graph_mut();
    graph.input.retain(|input| input.name == picture.name);
    graph
        .input
        .push(node::float_value(COTANGENT, &[1, *classes]));
    graph.output = vec![node::float_value(LOGITS, &[1, *classes])];
    for layer in selection.layers() {
        let [channels, height, width] = layer.shape;
        for stem in [ACTIVATIONS, GRADIENTS] {
            let name = selection.output_name(stem, layer);
            graph
                .output
                .push(node::float_value(&name, &[1, channels, height, width]));
        }
    }
    model.set_metadata(key::VERSION, "1".into());
    model.set_metadata(key::LAYER, selection.layer.tensor.clone());
}

/// Takes a branch away that an earlier run of [`attach`] added, so that another
/// layer can be chosen.
fn drop_branch(model: &mut Model) -> Result<(), GradientError> {
    let is_ours = model.metadata().text(key::VERSION).is_some();
    let graph = model.graph_mut();
    if !is_ours || !graph.input.iter().any(|input| input.name == COTANGENT) {
        return Ok(());
    }
    graph.input.retain(|input| input.name != COTANGENT);
    graph.output.retain(|output| output.name == LOGITS);
    let (inputs, outputs) = (graph.input.clone(), graph.output.clone());
    let plain = crate::onnx::extract(model, &inputs, &outputs)?;
    *model.graph_mut() = plain.graph().clone();
    Ok(())
}
