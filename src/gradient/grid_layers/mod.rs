//! Layers whose places lie on a grid that their axes do not show: the tokens [1, N, D] of a
//! transformer, and the samples [1, C, T] of a signal's network.
//!
//! Such a tensor is led through one that has the grid's axes and the file's name, [1, h, w, D] or
//! [1, C, 1, T], and back: nodes that move no values. So it is a layer like those of a
//! convolutional network, for every rule and every method.
//!
//! - `grid`: how places lie in a tensor
//! - `tokens`: which tensors are tokens, and their grid
//! - `signal`: which tensors are samples
//! - `detour`: the nodes
//!
//! To add a kind of layer: a file that finds its tensors, and a variant of [`Grid`].

mod detour;
mod grid;
mod signal;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::HashMap;

use self::grid::Grid;
use super::attach_options::AttachOptions;
use super::error::GradientError;
use super::selection;
use crate::onnx::{GridLayer, Index, Model, infer_shapes, node};

/// Leads such layers through tensors with the grid's axes; of a file in which they are already,
/// as `attach` writes it, those are the layers. Where the picture or the shapes are
/// not known nothing changes: what is wrong is said by whoever looks at the model then.
///
/// # Errors
/// [`GradientError::Onnx`] where the graph contradicts itself.
pub fn insert_grids(model: &mut Model, options: &AttachOptions) -> Result<(), GradientError> {
    /// Older sets have `Slice` with attributes, and no transformer is written in them.
    const MIN_OPSET: i64 = 10;
    if !model.adaptations().grid_layers.is_empty() {
        return Ok(());
    }
    let earlier = detour::earlier(model.graph())?;
    if !earlier.is_empty() {
        model.set_grid_layers(earlier);
        return Ok(());
    }
    let is_signal = model.adaptations().is_signal;
    let may_have_any = is_signal || tokens::may_have_tokens(model.graph());
    if !may_have_any || model.opset() < MIN_OPSET {
        return Ok(());
    }
    let Ok(picture) = selection::find_picture(model, options.size, options.layout) else {
        return Ok(());
    };
    let Ok(shapes) = infer_shapes(model, &[(&picture.name, picture.shape.clone())]) else {
        return Ok(());
    };
    let graph = model.graph();
    let index = Index::new(graph)?;
    let mut grids: HashMap<usize, Grid> = if is_signal {
        signal::samples(graph, &index, &shapes)
    } else {
        tokens::tokens(graph, &index, &shapes)
    };
    let is_output = |tensor: &String| graph.output.iter().any(|output| output.name == *tensor);
    grids.retain(|&position, _| !graph.node[position].output.first().is_none_or(is_output));
    let usual = tokens::usual_layer(graph, &index, &grids);
    let layers = grids.keys().map(|&position| {
        let made_by = &graph.node[position];
        GridLayer {
            tensor: made_by.output[0].clone(),
            node: node::name_of(made_by).to_owned(),
            operator: made_by.op_type.clone(),
            channels_last: !is_signal,
            is_usual: usual == Some(position),
        }
    });
    let layers = layers.collect();
    let opset = model.opset();
    detour::insert(model.graph_mut(), &grids, opset);
    model.set_grid_layers(layers);
    Ok(())
}
