//! From the bytes of a picture to the input tensor.
//!
//! - `decode`: bytes to an upright RGB picture, within limits
//! - `fit`: how a picture that is not of the network's shape is fitted to it
//! - `preprocessing`: how a network wants its picture: layout, size, channels, scaling
//! - `scaling`: the usual scalings of pixel values
//! - `resample`: Pillow's resizing, and OpenCV's (`opencv`)
//! - `input_tensor`: from an RGB picture to the input tensor
//! - `grey_range`: grey levels that use only a part of their 16 bits; `several`: files with more
//!   than one picture
//! - `error`: why a picture cannot be used
//!
//! To add a scaling: an entry in [`SCALINGS`]; page and engine read the catalogue.

mod decode;
mod error;
mod fit;
mod grey_range;
mod input_tensor;
mod opencv;
mod preprocessing;
mod resample;
mod scaling;
mod several;

pub use decode::{Decoded, Limits, decode};
pub use error::PictureError;
pub use fit::{Fit, Placement};
pub use image::RgbImage;
pub use input_tensor::{prepare, preview};
pub use preprocessing::{Channels, Filter, Layout, Preprocess};
pub use scaling::{SCALINGS, Scaling};
