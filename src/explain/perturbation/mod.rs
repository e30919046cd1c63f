//! Outputs for changed pictures: the network is asked, and nothing else is known of it.
//!
//! One file for each method.

pub mod occlusion;
pub mod rise;
