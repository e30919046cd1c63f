//! What the network does with pictures that were changed as a map says.
//!
//! - one file for each metric; `road` has three
//! - `pixel_curve`: the answer along the order of a map's pixels
//! - `imputation`: pixels that are made from those around them
//! - `incomplete_cholesky`: makes that quick
//! - `masked_answer`: the probability of the picture, and of the part that a map keeps

pub mod adcc;
pub mod average_drop;
pub mod average_gain;
pub mod average_increase;
pub mod completeness;
pub mod deletion;
#[cfg(feature = "network")]
pub mod imputation;
#[cfg(feature = "network")]
mod incomplete_cholesky;
pub mod insertion;
#[cfg(feature = "network")]
mod masked_answer;
#[cfg(feature = "network")]
mod pixel_curve;
pub mod road;
