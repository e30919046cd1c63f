//! What is explained of a model: which input is the picture, which tensor the
//! logits, which the layers.
//!
//! - `types`: a selection and its parts
//! - `picture_input`, `logits`, `layers`: how each part is found
//! - `layer_blocks`: aliases of layers, such as "block 4"
//! - `spatial_axes`: which tensors have height and width
//! - `grid_sizes`: the heights and widths that occur
//! - `channel_layout`: which tensors have their channels last
//!
//! To add an activation that a model may end with: a variant of
//! [`OutputActivation`], and its operator in `logits`.

mod channel_layout;
mod grid_sizes;
mod layer_blocks;
mod layers;
mod logits;
mod picture_input;
mod spatial_axes;
#[cfg(test)]
mod tests;
mod types;

pub use grid_sizes::GridSizes;
pub use layers::{choose_layer, find_layers, named_layer};
pub use logits::{classes_and_places, find_logits};
pub use picture_input::find_picture;
pub use types::{Layer, OutputActivation, PictureInput, Places, Selection};
