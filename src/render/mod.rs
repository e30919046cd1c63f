//! From a signed map to colours. Nothing here decides what a map means: values
//! arrive signed and in logit units and leave as pixels, PNG or NPY.
//!
//! - [`colormap`]: the colour maps and their catalogue
//! - [`upsample`]: a map's values at more points, half-pixel centres
//! - [`mod@overlay`]: colours blended over a picture
//! - [`legend`]: the colour bar and its numbers
//! - [`png`], [`npy`]: files
//!
//! To add a colour map: add a variant to [`ColorMap`], a row to
//! [`ColorMap::ALL`] and its gradient to `ColorMap::color`; page and command
//! line read the catalogue.

pub mod colormap;
pub mod legend;
pub mod npy;
pub mod overlay;
pub mod png;
pub mod png_text;
pub mod upsample;

pub use colormap::{ColorMap, Kind, UnknownColorMap};
pub use overlay::{OverlayStyle, Sign, blend, dim_unseen, largest, largest_but_outliers, overlay};
pub use upsample::MapView;
