//! What tract runs on, where it is this project's own.
//!
//! Each folder uses only those above it:
//!
//! - `common`: SIMD vectors, the thread pool, packed buffers
//! - `matmul`: products of matrices
//! - `windows`: convolution and pooling
//! - `tract`: the kernels and operations as tract knows them, and the dense layer
//!
//! One more operation: a file in `windows` that implements tract's `TypedOp`, and a rule in
//! `tract/declutter`. One more shape of tile: see `matmul`.

mod common;
mod matmul;
#[cfg(test)]
mod tests;
mod tract;
mod windows;

pub use common::{Clamp, PoolActivity};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use matmul::{AutotuningReport, autotuning_report};
pub use matmul::{Kernel, KernelShape, WeightReader, peak_gigaflops};
pub use tract::{Dense, DenseWeights, MAX_DENSE_ROWS, autotune, declutter, tract_kernel};
pub use windows::{Convolution, ConvolutionWeights, Depthwise, Form, Geometry, MaxPooling};
