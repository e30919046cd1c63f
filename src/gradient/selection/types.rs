//! What a selection consists of: picture input, logits, layers.

use std::collections::HashMap;

use crate::onnx::{Shape, operators};
use crate::picture::Layout;

/// What is explained of a model.
#[derive(Clone, Debug)]
pub struct Selection {
    pub picture: PictureInput,
    /// Name of the tensor that holds the logits.
    pub logits: String,
    /// Name of the file's output that they lead to; their own where there is none.
    pub output: String,
    /// What the model itself does after the logits.
    pub output_activation: OutputActivation,
    /// Number of classes, K.
    pub classes: usize,
    /// Where a network gives K logits for each place, as for a segmentation: how.
    pub places: Option<Places>,
    pub layer: Layer,
    /// Layers that are explained besides it.
    pub further: Vec<Layer>,
}

impl Selection {
    /// All layers that are explained, the first one first.
    pub fn layers(&self) -> impl Iterator<Item = &Layer> {
        std::iter::once(&self.layer).chain(&self.further)
    }

    /// Number of values of the contract's logits: K, or K · h · w.
    pub fn logit_count(&self) -> usize {
        let places = self.places.as_ref();
        places.map_or(self.classes, |places| {
            self.classes * places.height * places.width
        })
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

    /// Applies new names of tensors, given by their old ones.
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

/// The model's input that takes the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureInput {
    /// Name of the tensor.
    pub name: String,
    /// Four axes, the first 1.
    pub shape: Shape,
    pub layout: Layout,
    /// Whether the file would allow either layout.
    pub layout_is_open: bool,
}

impl PictureInput {
    /// Height and width in pixels, and channels.
    pub fn size(&self) -> [usize; 3] {
        let axis = |axis: usize| self.shape.get(axis).copied().unwrap_or(1);
        match self.layout {
            Layout::Nchw => [axis(2), axis(3), axis(1)],
            Layout::Nhwc => [axis(1), axis(2), axis(3)],
        }
    }
}

/// The grid of places for which a network gives logits, [1, K, h, w] or [1, h, w, K].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    pub height: usize,
    pub width: usize,
    /// Whether the tensor itself is [1, h, w, K].
    pub channels_last: bool,
}

/// The activation of a model's output, which turns logits into probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputActivation {
    /// None: the output is the logits.
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
    /// A name by its position in the network, such as "block 4".
    pub alias: Option<String>,
    /// Channels, height, width.
    pub shape: [usize; 3],
    /// Whether the tensor itself is [1, h, w, C].
    pub channels_last: bool,
}

impl Layer {
    /// Whether it only pools or reorders another layer's activations.
    pub fn is_head(&self) -> bool {
        operators::operator(&self.operator).is_some_and(operators::Operator::is_head)
    }
}
