//! Which input is the picture, which tensor the logits, which the layer.

use std::collections::HashMap;

use super::{GradientError, blocks, layout, rules, spatial};
use crate::onnx::{Index, Model, Shape, Shapes, declared_axes, key, node, operators, pb};
use crate::picture::{Layout, Preprocess};

/// What is explained of a model.
#[derive(Clone, Debug)]
pub struct Selection {
    pub picture: Picture,
    /// Name of the tensor that holds the logits.
    pub logits: String,
    /// What the model itself does after the logits.
    pub ending: Ending,
    /// K.
    pub classes: usize,
    pub layer: Layer,
    /// Layers that are explained besides it.
    pub further: Vec<Layer>,
}

impl Selection {
    /// All layers that are explained, the first one first.
    pub fn layers(&self) -> impl Iterator<Item = &Layer> {
        std::iter::once(&self.layer).chain(&self.further)
    }

    /// The contract's name for an output of a layer: `gradients`, or
    /// `gradients.<layer>` where there are several.
    pub fn output_name(&self, stem: &str, layer: &Layer) -> String {
        if self.further.is_empty() {
            stem.to_owned()
        } else {
            format!("{stem}.{}", layer.tensor)
        }
    }

    /// Follows tensors that got other names.
    pub fn rename(&mut self, renames: &HashMap<String, String>) {
        let layers = std::iter::once(&mut self.layer).chain(&mut self.further);
        let names = [&mut self.picture.name, &mut self.logits];
        for name in names
            .into_iter()
            .chain(layers.map(|layer| &mut layer.tensor))
        {
            if let Some(other) = renames.get(name) {
                name.clone_from(other);
            }
        }
    }
}

/// The model's input.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub name: String,
    /// Four axes, the first 1.
    pub shape: Shape,
    pub layout: Layout,
    /// Whether the file would allow either layout.
    pub layout_is_open: bool,
}

impl Picture {
    /// Height and width in pixels, and channels.
    pub fn size(&self) -> [usize; 3] {
        let axis = |axis: usize| self.shape.get(axis).copied().unwrap_or(1);
        match self.layout {
            Layout::Nchw => [axis(2), axis(3), axis(1)],
            Layout::Nhwc => [axis(1), axis(2), axis(3)],
        }
    }
}

/// How a model turns its logits into probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The file ends with the logits.
    Logits,
    Softmax,
    Sigmoid,
}

/// A layer that can be explained.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Name of the node that makes it, and its operator.
    pub node: String,
    pub operator: String,
    /// Name of the tensor.
    pub tensor: String,
    /// A name by its place in the network, such as "block 4".
    pub alias: Option<String>,
    /// Channels, height, width.
    pub shape: [usize; 3],
    /// Whether the tensor itself is [1, h, w, C].
    pub channels_last: bool,
}

impl Layer {
    /// Whether it only pools or reorders what another layer found.
    pub fn is_head(&self) -> bool {
        operators::operator(&self.operator).is_some_and(operators::Operator::is_head)
    }
}

/// The picture: the only float32 input with four axes. `size` is its height and
/// width, and `wanted` its layout, where the file leaves them open.
pub fn picture(
    model: &Model,
    size: Option<[usize; 2]>,
    wanted: Option<Layout>,
) -> Result<Picture, GradientError> {
    let inputs = &model.graph().input;
    let four_axes =
        |input: &&pb::ValueInfoProto| declared_axes(input).is_some_and(|a| a.len() == 4);
    let found = inputs.iter().find(four_axes).ok_or_else(|| {
        let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
        GradientError::NoPicture {
            inputs: names.join(", "),
        }
    })?;
    let preprocess: Option<Preprocess> = model.metadata().json(key::PREPROCESS)?;
    if let Some(preprocess) = &preprocess {
        preprocess.check().map_err(GradientError::Preprocess)?;
    }
    let axes = declared_axes(found).unwrap_or_default();
    if let Some(batch @ 2..) = axes[0] {
        let input = found.name.clone();
        return Err(GradientError::Batch { input, batch });
    }
    let grey_or_rgb = |axis: usize| matches!(axes[axis], Some(1 | 3));
    // Both ends could be channels, or neither is stated.
    let both = grey_or_rgb(1) && grey_or_rgb(3) || axes[1].is_none() && axes[3].is_none();
    let layout_is_open = preprocess.is_none() && both;
    let layout = match (&preprocess, wanted.filter(|_| layout_is_open)) {
        (Some(preprocess), _) => preprocess.layout,
        (None, Some(wanted)) => wanted,
        (None, None) if grey_or_rgb(3) && !grey_or_rgb(1) => Layout::Nhwc,
        (None, None) => Layout::Nchw,
    };
    let size = preprocess.map(|preprocess| preprocess.size).or(size);
    let settled = |axis: usize, other: Option<usize>| axes[axis].or(other);
    let (rows, columns, channels) = match layout {
        Layout::Nchw => (2, 3, 1),
        Layout::Nhwc => (1, 2, 3),
    };
    let mut shape = vec![1; 4];
    shape[channels] = settled(channels, Some(3)).unwrap_or(3);
    for (place, axis) in [rows, columns].into_iter().enumerate() {
        let side = settled(axis, size.map(|size| size[place]));
        shape[axis] = side.ok_or_else(|| GradientError::NoPictureSize {
            input: found.name.clone(),
        })?;
    }
    Ok(Picture {
        name: found.name.clone(),
        shape,
        layout,
        layout_is_open,
    })
}

/// The logits: what the first output (or the one that is named) holds before a
/// last softmax or sigmoid.
pub fn logits(
    model: &Model,
    shapes: &Shapes,
    wanted: Option<&str>,
) -> Result<(String, Ending), GradientError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let (tensor, ending) = match wanted {
        Some(name) if index.producer(name).is_some() => (name.to_owned(), Ending::Logits),
        Some(name) => {
            return Err(GradientError::UnknownTensor {
                tensor: name.into(),
            });
        }
        None => {
            let output = graph
                .output
                .first()
                .map_or(String::new(), |output| output.name.clone());
            before_ending(graph, &index, output)
        }
    };
    let shape = shapes
        .get(&tensor)
        .ok_or_else(|| GradientError::UnknownShape {
            tensor: tensor.clone(),
        })?;
    let spread = shape.iter().filter(|&&size| size > 1).count();
    if shape.len() < 2 || shape[0] != 1 || spread > 1 || shape.contains(&0) {
        return Err(GradientError::NotLogits {
            tensor,
            shape: format!("{shape:?}"),
        });
    }
    Ok((tensor, ending))
}

/// Walks back over what only renames, reshapes or squashes the logits.
fn before_ending(graph: &pb::GraphProto, index: &Index, output: String) -> (String, Ending) {
    let (mut tensor, mut ending) = (output, Ending::Logits);
    // Reshapes are only passed over on the way to a softmax.
    let mut candidate = tensor.clone();
    while let Some(node) = index.producer(&candidate).map(|place| &graph.node[place]) {
        let found = match node.op_type.as_str() {
            "Softmax" | "LogSoftmax" => Ending::Softmax,
            "Sigmoid" => Ending::Sigmoid,
            "Identity" | "Cast" | "Reshape" | "Flatten" | "Squeeze" => ending,
            _ => break,
        };
        let Some(input) = node::input(node, 0) else {
            break;
        };
        candidate = input.to_owned();
        if found != ending {
            (tensor, ending) = (candidate.clone(), found);
            break;
        }
    }
    (tensor, ending)
}

/// Every layer with height and width from which the rules reach the logits, in
/// the order of the graph.
pub fn layers(
    graph: &pb::GraphProto,
    shapes: &Shapes,
    picture: &Picture,
    logits: &str,
) -> Result<Vec<Layer>, GradientError> {
    let index = Index::new(graph)?;
    let explainable = explainable(graph, &index, logits);
    let spatial = spatial::with_height_and_width(graph, &index, shapes, picture);
    let channels_last = layout::channels_last(graph, picture);
    let mut layers = Vec::new();
    for (place, node) in graph.node.iter().enumerate() {
        let Some(tensor) = node.output.first().filter(|_| explainable[place]) else {
            continue;
        };
        let Some(&[1, a, b, c]) = shapes.get(tensor) else {
            continue;
        };
        let channels_last = channels_last.get(tensor.as_str()) == Some(&true);
        let shape = if channels_last { [c, a, b] } else { [a, b, c] };
        if shape[1] * shape[2] > 1 && spatial.contains(tensor.as_str()) {
            layers.push(Layer {
                node: node::name_of(node).to_owned(),
                operator: node.op_type.clone(),
                tensor: tensor.clone(),
                alias: None,
                shape,
                channels_last,
            });
        }
    }
    blocks::name(graph, &index, logits, &mut layers);
    Ok(layers)
}

/// For each node, whether its output leads to the logits through nodes with
/// rules only.
fn explainable(graph: &pb::GraphProto, index: &Index, logits: &str) -> Vec<bool> {
    let mut leads = vec![false; graph.node.len()];
    let mut clear = vec![false; graph.node.len()];
    for (place, node) in graph.node.iter().enumerate().rev() {
        if node.output.iter().any(|output| output == logits) {
            (leads[place], clear[place]) = (true, true);
            continue;
        }
        let readers = node
            .output
            .iter()
            .flat_map(|output| index.consumers(output));
        let carries =
            |reader: &usize| leads[*reader] && !operators::has_zero_gradient(&graph.node[*reader]);
        let on_way: Vec<usize> = readers.copied().filter(carries).collect();
        leads[place] = !on_way.is_empty();
        clear[place] = leads[place]
            && on_way
                .iter()
                .all(|&r| clear[r] && rules::rule(&graph.node[r].op_type).is_some());
    }
    clear
}

/// The layer to explain: the one asked for by its tensor's or node's name, else
/// the last that is neither pooled nor merely reordered.
pub fn layer(
    model: &Model,
    layers: &[Layer],
    logits: &str,
    wanted: Option<&str>,
) -> Result<Layer, GradientError> {
    if let Some(wanted) = wanted {
        let named = |layer: &&Layer| {
            layer.tensor == wanted || layer.node == wanted || layer.alias.as_deref() == Some(wanted)
        };
        return match layers.iter().find(named) {
            Some(layer) => Ok(layer.clone()),
            None => Err(why_not(model, layers, logits, wanted)?),
        };
    }
    let last = layers.iter().rev().find(|layer| !layer.is_head());
    match last.or(layers.last()) {
        Some(layer) => Ok(layer.clone()),
        None => Err(blocking_node(model, logits)?.unwrap_or(GradientError::NoLayer)),
    }
}

/// Why a layer that was named is not among those that can be explained.
fn why_not(
    model: &Model,
    layers: &[Layer],
    logits: &str,
    wanted: &str,
) -> Result<GradientError, GradientError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let by_node = graph
        .node
        .iter()
        .find(|node| node.name == wanted)
        .and_then(|node| node.output.first());
    let tensor = by_node.map_or(wanted, String::as_str);
    let known: Vec<String> = layers.iter().map(|layer| layer.tensor.clone()).collect();
    if index.producer(tensor).is_none() {
        return Ok(GradientError::UnknownLayer {
            wanted: wanted.into(),
            known: known.join(", "),
        });
    }
    let reached = index.reached_from(graph, tensor);
    let leads = index.producer(logits).is_some_and(|place| reached[place]);
    if !leads {
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
            known: known.join(", "),
        },
    })
}

/// The first node without a rule on the way back from the logits.
fn blocking_node(model: &Model, logits: &str) -> Result<Option<GradientError>, GradientError> {
    let graph = model.graph();
    let index = Index::new(graph)?;
    let clear = explainable(graph, &index, logits);
    let blocking = graph
        .node
        .iter()
        .zip(clear)
        .rev()
        .find(|(node, clear)| *clear && rules::rule(&node.op_type).is_none());
    Ok(blocking.map(|(node, _)| no_rule(node, Vec::new())))
}

fn no_rule(node: &pb::NodeProto, layers: Vec<String>) -> GradientError {
    GradientError::NoRule {
        node: node::name_of(node).into(),
        operator: node.op_type.clone(),
        layers,
    }
}
