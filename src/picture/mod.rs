//! From the bytes of a picture to the input tensor.
//!
//! - `decode`: within limits, upright (EXIF)
//! - `prepare`: resize, choose channels, scale
//! - `spec`: how a network wants its picture

mod decode;
mod prepare;
mod spec;

pub use decode::{Decoded, Limits, PictureError, decode};
pub use image::RgbImage;
pub use prepare::{prepare, resize};
pub use spec::{Channels, Filter, Layout, Preprocess};
