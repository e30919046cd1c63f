//! From the bytes of a picture to the input tensor.
//!
//! - `decode`: within limits, upright (EXIF)
//! - `prepare`: choose channels, resize, scale
//! - `resample`: Pillow's resizing
//! - `spec`: how a network wants its picture

mod decode;
mod prepare;
mod resample;
mod spec;

pub use decode::{Decoded, Limits, PictureError, decode};
pub use image::RgbImage;
pub use prepare::prepare;
pub use spec::{Channels, Filter, Layout, Preprocess};
