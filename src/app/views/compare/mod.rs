//! Maps of one picture side by side.
//!
//! - `comparison`: the whole view: what is compared, and the grid
//! - `map_card`: one map of the grid
//! - `map_canvas`: a picture with one map, or with two beside each other

mod comparison;
mod map_canvas;
mod map_card;

pub use self::comparison::Comparison;
