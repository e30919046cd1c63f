//! SIMD kernels for f32, and the operations of tract that run on them.
//!
//! Each folder uses only those above it:
//!
//! - `common`: SIMD lanes, the thread pool, packed buffers
//! - `matmul`: products of matrices
//! - `windows`: convolution and pooling
//! - `copies`: slices, transpositions and padding
//! - `elementwise`: chains of elementwise operations in one pass
//! - `tract`: registration in tract, graph rewriting, and the dense layer
//! - `warm_up`: runs most of them for a moment, so that the browser compiles them for speed
//!
//! One more operation: a file in `windows` or in a folder of its own that implements tract's `TypedOp`, and a rule in
//! `tract/declutter`. One more tile shape: see `matmul`.

mod common;
mod copies;
mod elementwise;
mod matmul;
#[cfg(test)]
mod tests;
mod tract;
mod warm_up;
mod windows;

pub use common::{Clamp, PoolActivity};
pub use elementwise::{Function, FusedElementwise, Instruction, Operand, Program};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use matmul::{AutotuningReport, autotuning_report};
pub use matmul::{
    Kernel, KernelShape, StoredElement, WeightReader, peak_gigaflops, warm_up_shapes,
    without_autotuning,
};
pub use tract::{Dense, DenseWeights, MAX_DENSE_ROWS, autotune, declutter, tract_kernel};
pub use warm_up::warm_up;
pub use windows::{
    Convolution, ConvolutionWeights, Depthwise, Form, Geometry, MaxPoolGradient, MaxPooling,
    PoolWindows,
};
