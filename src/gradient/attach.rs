//! Adds the gradient branch to a model and states it in the file.

use std::collections::HashSet;

use super::attach_options::AttachOptions;
use super::backward_pass::{BackwardPass, check_limits};
use super::builder::Builder;
use super::error::GradientError;
use super::grid_layers::insert_grids;
use super::model_survey::{Survey, survey};
use super::selection::{self, Layer, Selection};
use super::tensor_names::{ACTIVATIONS, COTANGENT, GRADIENTS, INPUT_GRADIENTS, LOGITS};
use crate::onnx::{
    Model, Shapes, check_operands, drop_unread_weights, element_count, fold_constants,
    has_branches, inline_branches, key, legalise, node, pb,
};
use crate::picture::Layout;
use pb::tensor_proto::DataType;

/// What [`attach`] found and did.
#[derive(Clone, Debug)]
pub struct Attached {
    pub selection: Selection,
    /// The layer's tensor in the file, which a name of the contract may have cost its own.
    pub file_tensor: String,
    /// Every layer from which the rules reach the logits, in the order of the graph.
    pub layers: Vec<Layer>,
    /// Number of rectifiers that the branch crosses. Without any, every policy
    /// gives the plain gradient.
    pub rectifiers: usize,
    /// Number of values of the largest inputs and outputs that one node has, together.
    pub activations: usize,
}

/// Adds the gradient branch: afterwards the model has the inputs picture and
/// `cotangent` and the outputs `logits`, `activations` and `gradients`, or with
/// several layers `activations.<layer>` and `gradients.<layer>` of each, and
/// `gradients.input` if asked for. A branch that the model already has is
/// replaced. Returns what was selected, so that no second survey is needed.
///
/// # Errors
/// [`GradientError`], which for an operator without a rule names it, its node
/// and the layers that can be explained without crossing it.
pub fn attach(model: &mut Model, options: &AttachOptions) -> Result<Attached, GradientError> {
    prepare(model, options)?;
    let attached = attach_branch(model, options)?;
    drop_unread_weights(model);
    Ok(attached)
}

/// Makes a model one that a branch can be attached to: without an earlier one, with a picture of
/// four axes as its only input, the values of others, and its layers on grids.
///
/// # Errors
/// [`GradientError::Onnx`]: an input that is none, or a graph that contradicts itself.
pub fn prepare(model: &mut Model, options: &AttachOptions) -> Result<(), GradientError> {
    remove_branch(model)?;
    conform(model, options)
}

/// As [`prepare`], for a model of which an earlier branch shall stay.
///
/// # Errors
/// As [`prepare`].
pub fn conform(model: &mut Model, options: &AttachOptions) -> Result<(), GradientError> {
    for (name, text) in &options.configurations {
        model.set_metadata(name, text.clone());
    }
    model.adapt_inputs();
    model.set_inputs(&options.inputs)?;
    if has_branches(model.graph()) {
        let picture = selection::find_picture(model, options.size, options.layout)?;
        inline_branches(model, &[(&picture.name, picture.shape)])?;
    }
    insert_grids(model, options)
}

/// As [`attach`], for a model that was [prepared](prepare). Its initialisers keep their places, also those
/// that nothing reads any more; others are appended.
///
/// # Errors
/// As [`attach`].
pub fn attach_branch(
    model: &mut Model,
    options: &AttachOptions,
) -> Result<Attached, GradientError> {
    let Survey {
        mut selection,
        layers,
        shapes,
    } = survey(model, options)?;
    if options.input_gradient {
        check_names(&selection)?;
    }
    check_operands(model, &shapes)?;
    fold_constants(model, &shapes);
    let (logits, count) = (&selection.logits, selection.logit_count());
    let logits_shape = shapes.get(logits).unwrap_or(&[1, count]).to_vec();

    let mut builder = Builder::new(model.graph(), model.opset());
    builder.reserve_name(COTANGENT);
    let cotangent = cotangent_of_logits(&mut builder, &selection, &logits_shape);
    let mut wanted: Vec<&str> = selection.layers().map(|layer| &*layer.tensor).collect();
    if options.input_gradient {
        wanted.push(&selection.picture.name);
    }
    let pass = BackwardPass {
        output: logits,
        cotangent: &cotangent,
        wanted: &wanted,
        policy: options.policy,
        for_engine: options.for_engine && is_float32_alone(model.graph()),
    };
    let gradients = pass.run(model.graph(), &shapes, &mut builder)?;
    let activations = largest_activations(model.graph(), &shapes);
    name_outputs(&mut builder, &selection, &gradients.tensors);
    name_logits(&mut builder, &selection, &logits_shape);
    check_limits(model.graph().node.first(), &builder)?;
    legalise(model, &shapes)?;
    let file_tensor = selection.layer.tensor.clone();
    let renames = builder.write_into(model.graph_mut());
    selection.rename(&renames);
    declare(model, &selection, options);
    Ok(Attached {
        selection,
        file_tensor,
        layers,
        rectifiers: gradients.rectifiers,
        activations,
    })
}

/// Number of values of the inputs and outputs of the node that has most; tensors without a
/// shape do not count, and neither do weights, which are no activations.
fn largest_activations(graph: &pb::GraphProto, shapes: &Shapes) -> usize {
    let weights: HashSet<&str> = (graph.initializer.iter().map(|one| &*one.name)).collect();
    let values = |name: &String| match shapes.get(name) {
        Some(shape) if !weights.contains(&**name) => element_count(shape).unwrap_or(usize::MAX),
        _ => 0,
    };
    let of_node = |node: &pb::NodeProto| {
        let tensors = node.input.iter().chain(&node.output);
        tensors.map(values).fold(0, usize::saturating_add)
    };
    graph.node.iter().map(of_node).max().unwrap_or(0)
}

/// Whether no node casts to another floating-point type.
pub fn is_float32_alone(graph: &pb::GraphProto) -> bool {
    let others = [DataType::Float16, DataType::Double, DataType::Bfloat16];
    let mut casts = graph.node.iter().filter(|node| node.op_type == "Cast");
    casts.all(|cast| {
        let to = node::int(cast, "to");
        others.iter().all(|&other| to != Some(other as i64))
    })
}

/// The cotangent [1, N] in the shape of the logits. Of logits for places it holds one class
/// after the other.
fn cotangent_of_logits(builder: &mut Builder, selection: &Selection, shape: &[usize]) -> String {
    match selection.places {
        _ if shape == [1, selection.logit_count()] => COTANGENT.to_owned(),
        Some(places) if places.channels_last => {
            let channels_first = [1, selection.classes, places.height, places.width];
            let cotangent = builder.reshape(COTANGENT, &channels_first);
            builder.transpose(&cotangent, &[0, 2, 3, 1])
        }
        _ => builder.reshape(COTANGENT, shape),
    }
}

/// Gives the logits their name and their shape [1, N].
fn name_logits(builder: &mut Builder, selection: &Selection, shape: &[usize]) {
    let (logits, count) = (&selection.logits, selection.logit_count());
    if logits == LOGITS && shape == [1, count] {
        return;
    }
    let channels_last = selection.places.is_some_and(|places| places.channels_last);
    let ordered = if channels_last {
        builder.transpose(logits, &[0, 3, 1, 2])
    } else {
        logits.clone()
    };
    builder.name_output_reshaped(&ordered, &[1, count as i64], LOGITS);
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
fn name_outputs(builder: &mut Builder, selection: &Selection, gradients: &[String]) {
    let to_nchw = |is_last: bool| is_last.then_some([0, 3, 1, 2].as_slice());
    for (layer, gradient) in selection.layers().zip(gradients) {
        let order = to_nchw(layer.channels_last);
        builder.name_output(gradient, order, &selection.output_name(GRADIENTS, layer));
        let activations = selection.output_name(ACTIVATIONS, layer);
        if layer.tensor != activations || layer.channels_last {
            builder.name_output(&layer.tensor, order, &activations);
        }
    }
    if let Some(gradient) = gradients.get(selection.layers().count()) {
        let order = to_nchw(selection.picture.layout == Layout::Nhwc);
        builder.name_output(gradient, order, INPUT_GRADIENTS);
    }
}

/// States the contract's inputs and outputs in the graph and the metadata.
fn declare(model: &mut Model, selection: &Selection, options: &AttachOptions) {
    let (picture, count) = (&selection.picture, selection.logit_count());
    let graph = model.graph_mut();
    // A size or layout that the file left open is fixed now.
    graph.input = vec![
        node::float_value(&picture.name, &picture.shape),
        node::float_value(COTANGENT, &[1, count]),
    ];
    graph.output = vec![node::float_value(LOGITS, &[1, count])];
    for layer in selection.layers() {
        let [channels, height, width] = layer.shape;
        for stem in [ACTIVATIONS, GRADIENTS] {
            let name = selection.output_name(stem, layer);
            graph
                .output
                .push(node::float_value(&name, &[1, channels, height, width]));
        }
    }
    if options.input_gradient {
        let [height, width, channels] = picture.size();
        let gradients = node::float_value(INPUT_GRADIENTS, &[1, channels, height, width]);
        graph.output.push(gradients);
    }
    model.set_metadata(key::VERSION, "1".into());
    model.set_metadata(key::LAYER, selection.layer.tensor.clone());
}

/// Removes the branch that an earlier run of [`attach`] added, so that another
/// layer can be chosen.
///
/// # Errors
/// [`GradientError`] if the graph contradicts itself.
fn remove_branch(model: &mut Model) -> Result<(), GradientError> {
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
