//! Builds the gradient branch of an ONNX graph.
//!
//! Exporters write no gradients into ONNX. [`attach`] adds them: from a new
//! input `cotangent` [1, K] it walks from the logits back to the layer asked for
//! and writes, for every node on the way, the nodes that carry the cotangent
//! through it. The result is plain ONNX that any engine runs.
//!
//! - `select`: which input is the picture, which tensor the logits, which the layer
//! - `blocks`: names for layers by their place in the network
//! - `spatial`: which tensors have height and width
//! - `layout`: which tensors have their channels last
//! - `branch`: the walk backwards
//! - `relu`: what rectifiers let through: plain, guided, deconvnet
//! - `rules/`: one file for each family of operators
//! - `builder`: new nodes and constants, in the form the operator set wants
//!
//! To add an operator: write its rule in `rules/` and add a line to the table in
//! `rules/mod.rs`.

mod blocks;
mod branch;
mod builder;
mod error;
mod layout;
mod relu;
mod rules;
mod select;
mod spatial;

pub use error::GradientError;
pub use relu::ReluPolicy;
pub use select::{Ending, Layer, Picture, Selection};

use crate::onnx::{Model, Shapes, fold_constants, infer_shapes, key, legalise, node};
use crate::picture::Layout;
use branch::Route;
use builder::Builder;

/// Name of the branch's input [1, K].
pub const COTANGENT: &str = "cotangent";
/// Name of the output [1, K].
pub const LOGITS: &str = "logits";
/// Name of the output [1, C, h, w].
pub const ACTIVATIONS: &str = "activations";
/// Name of the output [1, C, h, w]: Σ_k cotangent_k · ∂logits_k/∂activations.
pub const GRADIENTS: &str = "gradients";
/// Name of the output [1, C, H, W]: the same for the picture.
pub const INPUT_GRADIENTS: &str = "gradients.input";

/// What to take where the model leaves a choice.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Tensors or nodes to explain; one is found by itself if there are none.
    pub layers: Vec<String>,
    /// Tensor that is the logits; found by itself if `None`.
    pub logits: Option<String>,
    /// Height and width of the picture in pixels, for a model that takes any.
    pub size: Option<[usize; 2]>,
    /// The order of the picture's axes, for a model that leaves it open.
    pub layout: Option<Layout>,
    /// Whether the branch goes on to the picture.
    pub input_gradient: bool,
    /// What rectifiers let through on the way back.
    pub policy: ReluPolicy,
}

/// What a model offers to explain, before a branch is attached.
#[derive(Clone, Debug)]
pub struct Survey {
    pub selection: Selection,
    /// Every layer from which the rules reach the logits, in the order of the graph.
    pub layers: Vec<Layer>,
    pub shapes: Shapes,
}

/// What [`attach`] found and did.
#[derive(Clone, Debug)]
pub struct Attached {
    pub selection: Selection,
    /// Every layer from which the rules reach the logits, in the order of the graph.
    pub layers: Vec<Layer>,
    /// Rectifiers that the branch goes through. Without any, every policy gives
    /// the plain gradient.
    pub rectifiers: usize,
}

/// Looks at a model: input, logits, layers, and the layer that is chosen.
///
/// # Errors
/// [`GradientError`] where the model is no classifier of pictures or a choice
/// names something that is not there.
pub fn survey(model: &Model, choices: &Choices) -> Result<Survey, GradientError> {
    let picture = select::picture(model, choices.size, choices.layout)?;
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

/// Adds the nodes that carry the tensor `cotangent`, of the shape of `from`,
/// back to the tensors `wanted`, and returns the names of their gradients, each
/// in the shape of its tensor.
///
/// # Errors
/// [`GradientError`] where a node on the way has no rule, or there is no way.
pub fn differentiate(
    model: &mut Model,
    shapes: &Shapes,
    from: &str,
    cotangent: &str,
    wanted: &[&str],
    policy: ReluPolicy,
) -> Result<Vec<String>, GradientError> {
    let mut builder = Builder::new(model.graph(), model.opset());
    let route = Route {
        from,
        cotangent,
        wanted,
        policy,
    };
    let branch = branch::backward(model.graph(), shapes, &mut builder, &route)?;
    builder.write_into(model.graph_mut());
    Ok(branch.gradients)
}

/// Adds the gradient branch: afterwards the model has the inputs picture and
/// `cotangent` and the outputs `logits`, `activations` and `gradients`, or with
/// several layers `activations.<layer>` and `gradients.<layer>` of each, and
/// `gradients.input` if asked for. A branch that the model already has is
/// replaced. Returns what was found on the way, so that nobody needs to look twice.
///
/// # Errors
/// [`GradientError`], which for an operator without a rule names it, its node
/// and the layers that can be explained without crossing it.
pub fn attach(model: &mut Model, choices: &Choices) -> Result<Attached, GradientError> {
    drop_branch(model)?;
    let Survey {
        mut selection,
        layers,
        shapes,
    } = survey(model, choices)?;
    if choices.input_gradient {
        check_names(&selection)?;
    }
    fold_constants(model, &shapes);
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
    let mut wanted: Vec<&str> = selection.layers().map(|layer| &*layer.tensor).collect();
    if choices.input_gradient {
        wanted.push(&selection.picture.name);
    }
    let route = Route {
        from: logits,
        cotangent: &start,
        wanted: &wanted,
        policy: choices.policy,
    };
    let branch = branch::backward(model.graph(), &shapes, &mut builder, &route)?;
    finish(&mut builder, &selection, &branch.gradients);
    if logits != LOGITS || !is_row {
        builder.finish_reshaped(logits, &[1, *classes as i64], LOGITS);
    }
    legalise(model, &shapes)?;
    let renames = builder.write_into(model.graph_mut());
    selection.rename(&renames);
    declare(model, &selection, choices);
    Ok(Attached {
        selection,
        layers,
        rectifiers: branch.rectifiers,
    })
}

/// Refuses a layer whose gradient would have the name of the picture's.
fn check_names(selection: &Selection) -> Result<(), GradientError> {
    let is_taken = |layer: &&Layer| selection.output_name(GRADIENTS, layer) == INPUT_GRADIENTS;
    match selection.layers().find(is_taken) {
        Some(layer) => Err(GradientError::OutputName {
            layer: layer.tensor.clone(),
            picture: selection.picture.name.clone(),
            output: INPUT_GRADIENTS,
        }),
        None => Ok(()),
    }
}

/// Gives activations and gradients the contract's names and order of axes.
fn finish(builder: &mut Builder, selection: &Selection, gradients: &[String]) {
    let to_nchw = |is_last: bool| is_last.then_some([0, 3, 1, 2].as_slice());
    for (layer, gradient) in selection.layers().zip(gradients) {
        let order = to_nchw(layer.channels_last);
        builder.finish(gradient, order, &selection.output_name(GRADIENTS, layer));
        let activations = selection.output_name(ACTIVATIONS, layer);
        if layer.tensor != activations || layer.channels_last {
            builder.finish(&layer.tensor, order, &activations);
        }
    }
    if let Some(gradient) = gradients.get(selection.layers().count()) {
        let order = to_nchw(selection.picture.layout == Layout::Nhwc);
        builder.finish(gradient, order, INPUT_GRADIENTS);
    }
}

/// States the contract's inputs and outputs in the graph and the metadata.
fn declare(model: &mut Model, selection: &Selection, choices: &Choices) {
    let Selection {
        picture, classes, ..
    } = selection;
    let graph = model.graph_mut();
    // Whatever the file left open is settled now.
    graph.input = vec![
        node::float_value(&picture.name, &picture.shape),
        node::float_value(COTANGENT, &[1, *classes]),
    ];
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
    if choices.input_gradient {
        let [height, width, channels] = picture.size();
        let gradients = node::float_value(INPUT_GRADIENTS, &[1, channels, height, width]);
        graph.output.push(gradients);
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
