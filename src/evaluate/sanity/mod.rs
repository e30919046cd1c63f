//! Whether a map depends on what it should: the network's weights, the class, and not on noise
//! that nobody sees. One file for each metric; `likeness` says how alike two maps are.

pub mod cascading_randomisation;
#[cfg(feature = "network")]
mod likeness;
pub mod random_logit;
pub mod stability;
