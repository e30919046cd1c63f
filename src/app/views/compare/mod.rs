//! Maps of one picture side by side.
//!
//! - `comparison`: the whole view: what is compared, and the grid
//! - `map_card`: one map of the grid

mod comparison;
mod map_card;

pub use self::comparison::Comparison;
