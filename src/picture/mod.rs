//! From the bytes of a picture to the input tensor.
//!
//! - `decode`: bytes to an upright RGB picture, within limits
//! - `fit`: how a picture that is not of the network's shape is fitted to it
//! - `preprocessing`: how a network wants its picture: layout, size, channels, scaling
//! - `scaling`: the usual scalings of pixel values
//! - `resample`: Pillow's resizing, and OpenCV's (`opencv`)
//! - `input_tensor`: from an RGB picture to the input tensor
//! - `grey_levels`: grey levels of more than 8 bits, and the window through which they are shown
//! - `bands`: pictures of other bands than colours
//! - `background`: what is behind a transparent picture; `opaque`: pixels without transparency
//! - `several`: files with more than one picture; `png_chunks`: what is left out of PNG files;
//!   `tiff_numbers`: how directories of TIFF files are read
//! - `color_profile`: colours that are not sRGB's
//! - `pixels`: pixels that another program or the browser read
//! - `error`: why a picture cannot be used
//!
//! To add a scaling: an entry in [`SCALINGS`]; page and engine read the catalogue.

mod background;
#[cfg(feature = "decoding")]
mod bands;
#[cfg(feature = "decoding")]
mod color_profile;
#[cfg(feature = "decoding")]
mod decode;
mod error;
mod fit;
mod grey_levels;
mod input_tensor;
#[cfg(feature = "decoding")]
mod opaque;
mod opencv;
#[cfg(feature = "decoding")]
mod pixels;
#[cfg(feature = "decoding")]
mod png_chunks;
mod preprocessing;
mod resample;
mod scaling;
#[cfg(feature = "decoding")]
mod several;
#[cfg(feature = "decoding")]
mod tiff_numbers;

pub use background::Background;
#[cfg(feature = "decoding")]
pub use bands::BandPicture;
#[cfg(feature = "decoding")]
pub use decode::{Decoded, Limits, PictureChoices, check_size, decode, decode_with};
pub use error::PictureError;
pub use fit::{Fit, Placement};
pub use grey_levels::{Grey16, GreyLevels, LevelWindow, LevelsSummary};
pub use image::RgbImage;
pub use input_tensor::{prepare, preview};
#[cfg(feature = "decoding")]
pub use pixels::{PixelFile, Pixels};
pub use preprocessing::{Channels, Filter, Layout, Preprocess};
pub use scaling::{SCALINGS, Scaling};
