//! Whether a map lies where a person says that the object is.
//!
//! - one file for each metric
//! - `map_box`: the box around what a map marks

pub mod box_overlap;
pub mod energy_pointing_game;
pub mod localisation_accuracy;
#[cfg(feature = "network")]
mod map_box;
pub mod pointing_game;
