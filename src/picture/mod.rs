//! From the bytes of a picture to the input tensor.
//!
//! - `decode`: within limits, upright (EXIF)
//! - `prepare`: choose channels, resize, scale
//! - `resample`: Pillow's resizing
//! - `scaling`: the usual ways from pixel values to numbers
//! - `spec`: how a network wants its picture

mod decode;
mod prepare;
mod resample;
mod scaling;
mod spec;

pub use decode::{Decoded, Limits, PictureError, decode};
pub use image::RgbImage;
pub use prepare::prepare;
pub use scaling::{SCALINGS, Scaling};
pub use spec::{Channels, Filter, Layout, Preprocess};
