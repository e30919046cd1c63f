//! Which layers can be explained, and which one is.

use super::types::{Layer, PictureInput};
use super::{channel_layout, layer_blocks, spatial_axes};
use crate::gradient::error::{GradientError, listed};
use crate::gradient::rules;
use crate::onnx::{GridLayer, Index, Model, Shapes, node, operators, pb};

/// Every layer with height and width that depends on the picture and from which the rules
/// reach the logits, in the order of the graph.
///
/// # Errors
/// [`GradientError::Onnx`] where the graph is inconsistent.
pub fn find_layers(
    model: &Model,
    shapes: &Shapes,
    picture: &PictureInput,
    logits: &str,
) -> Result<Vec<Layer>, GradientError> {
    let (graph, grids) = (model.graph(), &model.adaptations().grid_layers);
    let index = Index::new(graph)?;
    let explainable = explainable(graph, &index, logits);
    let reached = index.reached_from(graph, &picture.name);
    let spatial = spatial_axes::tensors_with_height_and_width(graph, &index, shapes, picture);
    let channels_last = channel_layout::channels_last(graph, shapes, picture, &spatial.sizes);
    let mut layers = Vec::new();
    for (position, node) in graph.node.iter().enumerate() {
        let Some(tensor) = node
            .output
            .first()
            .filter(|_| explainable[position] && reached[position])
        else {
            continue;
        };
        let Some(&[1, a, b, c]) = shapes.get(tensor) else {
            continue;
        };
        let grid = grids.iter().find(|grid| grid.tensor == *tensor);
        let channels_last = match grid {
            Some(grid) => grid.channels_last,
            None => channels_last.get(tensor.as_str()) == Some(&true),
        };
        let shape = if channels_last { [c, a, b] } else { [a, b, c] };
        let is_spatial = grid.is_some() || spatial.names.contains(tensor.as_str());
        if shape[1] * shape[2] > 1 && is_spatial {
            let of_node = || (node::name_of(node).to_owned(), node.op_type.clone());
            let of_file = |grid: &GridLayer| (grid.node.clone(), grid.operator.clone());
            let (name, operator) = grid.map_or_else(of_node, of_file);
            layers.push(Layer {
                node: name,
                operator,
                tensor: tensor.clone(),
                alias: None,
                shape,
                channels_last,
            });
        }
    }
    layer_blocks::assign_aliases(graph, &index, logits, &mut layers);
    Ok(layers)
}

/// For each node, whether its output reaches the logits through nodes with rules
/// only.
fn explainable(graph: &pb::GraphProto, index: &Index, logits: &str) -> Vec<bool> {
    let mut reaches_logits = vec![false; graph.node.len()];
    let mut explainable = vec![false; graph.node.len()];
    for (position, node) in graph.node.iter().enumerate().rev() {
        if node.output.iter().any(|output| output == logits) {
            (reaches_logits[position], explainable[position]) = (true, true);
            continue;
        }
        let consumers = node
            .output
            .iter()
            .flat_map(|output| index.consumers(output));
        let is_active = |consumer: &usize| {
            reaches_logits[*consumer] && !operators::has_zero_gradient(&graph.node[*consumer])
        };
        let active: Vec<usize> = consumers.copied().filter(is_active).collect();
        let has_rule = |&consumer: &usize| {
            explainable[consumer] && rules::rule(&graph.node[consumer].op_type).is_some()
        };
        reaches_logits[position] = !active.is_empty();
        explainable[position] = reaches_logits[position] && active.iter().all(has_rule);
    }
    explainable
}

/// The layer of this name: of its tensor before that of its node before its alias, since
/// a tensor may have the name of another layer's node.
pub fn named_layer<'a>(layers: &'a [Layer], name: &str) -> Option<&'a Layer> {
    let find = |is_named: &dyn Fn(&Layer) -> bool| layers.iter().find(|layer| is_named(layer));
    find(&|layer| layer.tensor == name)
        .or_else(|| find(&|layer| layer.node == name))
        .or_else(|| find(&|layer| layer.alias.as_deref() == Some(name)))
}

/// The layer to explain: the one asked for by a name ([`named_layer`]), else the last that
/// does not only pool or reorder; of a transformer the usual one among its tokens.
///
/// # Errors
/// [`GradientError`] where that layer is not among `layers`, or there are none.
pub fn choose_layer(
    model: &Model,
    layers: &[Layer],
    logits: &str,
    wanted: Option<&str>,
) -> Result<Layer, GradientError> {
    if let Some(wanted) = wanted {
        return match named_layer(layers, wanted) {
            Some(layer) => Ok(layer.clone()),
            None => match layer_behind(model, layers, wanted)? {
                Some(layer) => Ok(layer.clone()),
                None => Err(not_explainable(model, layers, logits, wanted)?),
            },
        };
    }
    let grids = &model.adaptations().grid_layers;
    let is_grid = |layer: &Layer| grids.iter().any(|grid| grid.tensor == layer.tensor);
    let usual = grids.iter().find(|grid| grid.is_usual);
    let usual = usual.and_then(|usual| {
        layers
            .iter()
            .rposition(|layer| layer.tensor == usual.tensor)
    });
    let is_convolutional = |layer: &Layer| !layer.is_head() && !is_grid(layer);
    let last = match (usual, layers.iter().rposition(is_convolutional)) {
        // A network that convolves after it attends is explained as a convolutional one.
        (Some(usual), convolution) if convolution.is_none_or(|last| last < usual) => {
            layers.get(usual)
        }
        (Some(_), Some(last)) => layers.get(last),
        _ => layers.iter().rev().find(|layer| !layer.is_head()),
    };
    match last.or(layers.last()) {
        Some(layer) => Ok(layer.clone()),
        None => Err(blocking_node(model, logits)?.unwrap_or_else(|| no_layer(model))),
    }
}

/// The layer of which a named tensor only is another view, as of an output that is a layer's
/// transposed activations.
fn layer_behind<'a>(
    model: &Model,
    layers: &'a [Layer],
    wanted: &str,
) -> Result<Option<&'a Layer>, GradientError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let mut at = wanted;
    while let Some(position) = index.producer(at) {
        let node = &graph.node[position];
        let is_view = matches!(
            node.op_type.as_str(),
            "Identity" | "Transpose" | "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Cast"
        );
        let Some(input) = node::input(node, 0).filter(|_| is_view) else {
            break;
        };
        at = input;
        if let Some(layer) = layers.iter().find(|layer| layer.tensor == at) {
            return Ok(Some(layer));
        }
    }
    Ok(None)
}

/// Why a layer that was named is not among those that can be explained.
fn not_explainable(
    model: &Model,
    layers: &[Layer],
    logits: &str,
    wanted: &str,
) -> Result<GradientError, GradientError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let by_node = graph.node.iter().find(|node| node.name == wanted);
    let by_node = by_node.and_then(|node| node.output.first());
    let tensor: &str = match by_node {
        Some(output) if index.producer(wanted).is_none() => output,
        _ => wanted,
    };
    let known: Vec<String> = layers.iter().map(|layer| layer.tensor.clone()).collect();
    if index.producer(tensor).is_none() {
        return Ok(GradientError::UnknownLayer {
            wanted: wanted.into(),
            known: listed(&known),
        });
    }
    let reached = index.reached_from(graph, tensor);
    let reaches_logits = index
        .producer(logits)
        .is_some_and(|position| reached[position]);
    if !reaches_logits {
        return Ok(GradientError::NotConnected {
            layer: wanted.into(),
            logits: logits.into(),
        });
    }
    let blocking = graph
        .node
        .iter()
        .zip(&reached)
        .rev()
        .find(|(node, reached)| **reached && rules::rule(&node.op_type).is_none());
    Ok(match blocking {
        Some((node, _)) => no_rule(node, known),
        None => GradientError::UnknownLayer {
            wanted: wanted.into(),
            known: listed(&known),
        },
    })
}

/// The last node of the graph that leads to the logits and has no rule.
fn blocking_node(model: &Model, logits: &str) -> Result<Option<GradientError>, GradientError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let explainable = explainable(graph, &index, logits);
    let blocking = graph
        .node
        .iter()
        .zip(explainable)
        .rev()
        .find(|(node, explainable)| *explainable && rules::rule(&node.op_type).is_none());
    Ok(blocking.map(|(node, _)| no_rule(node, Vec::new())))
}

fn no_layer(model: &Model) -> GradientError {
    let inputs = model.graph().input.iter();
    let names: Vec<&str> = inputs.map(|input| input.name.as_str()).collect();
    GradientError::NoLayer {
        picture: names.join(", "),
    }
}

fn no_rule(node: &pb::NodeProto, layers: Vec<String>) -> GradientError {
    GradientError::NoRule {
        node: node::name_of(node).into(),
        operator: node.op_type.clone(),
        layers,
    }
}
