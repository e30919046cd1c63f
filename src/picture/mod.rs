//! From the bytes of a picture to the input tensor.
//!
//! - `decode`: bytes to an upright RGB picture, within limits
//! - `preprocessing`: how a network wants its picture: layout, size, channels, scaling
//! - `scaling`: the usual scalings of pixel values
//! - `resample`: Pillow's resizing
//! - `input_tensor`: from an RGB picture to the input tensor
//! - `error`: why a picture cannot be used
//!
//! To add a scaling: an entry in [`SCALINGS`]; page and engine read the catalogue.

mod decode;
mod error;
mod input_tensor;
mod preprocessing;
mod resample;
mod scaling;

pub use decode::{Decoded, Limits, decode};
pub use error::PictureError;
pub use image::RgbImage;
pub use input_tensor::prepare;
pub use preprocessing::{Channels, Filter, Layout, Preprocess};
pub use scaling::{SCALINGS, Scaling};
