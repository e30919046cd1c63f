//! What ties the kernels to tract.
//!
//! - `registration`: matrix kernels that tract's own operations use
//! - `declutter`: puts this project's operations into tract's graph
//! - `dense`: the dense layer, for few rows; for many it is tract's product of matrices

mod declutter;
mod dense;
mod registration;

pub use declutter::declutter;
pub use dense::{Dense, DenseWeights, MAX_ROWS as MAX_DENSE_ROWS};
pub use registration::{autotune, tract_kernel};
