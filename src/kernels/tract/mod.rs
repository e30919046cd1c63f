//! The kernels as tract uses them.
//!
//! - `registration`: the microkernels for tract's own products of matrices
//! - `declutter`: puts the operations of `windows` into tract's graph
//! - `dense`: the dense layer for a few rows; for many it is a product of tract's
//!
//! One more rewrite rule: see `declutter`.

mod declutter;
mod dense;
mod registration;

pub use declutter::declutter;
pub use dense::{Dense, DenseWeights, MAX_ROWS as MAX_DENSE_ROWS};
pub use registration::{autotune, tract_kernel};
