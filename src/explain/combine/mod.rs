//! Methods that combine the maps of others.
//!
//! - `layer_maps`: the maps of one method at several layers, which two of them combine

pub mod fused_layers;
pub mod guided_grad_cam;
mod layer_maps;
pub mod refine_cam;
