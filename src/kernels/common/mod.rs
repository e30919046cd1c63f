//! What matrix products and windows both build on; it uses nothing of them.
//!
//! - `simd`: vectors of four f32 lanes
//! - `clamp`: ReLU, ReLU6 and other bounds that are fused into an operation
//! - `packed_buffer`: aligned memory for packed matrices
//! - `thread_pool`: data parallelism within an operation
//! - `uninit_tensor`: output tensors that are not zeroed first
//!
//! One more: a file here, and what others need of it re-exported below.

mod clamp;
mod packed_buffer;
mod simd;
mod thread_pool;
mod uninit_tensor;

pub use clamp::Clamp;
pub use packed_buffer::{PackedBuffer, UninitPackedBuffer, blob_elements};
pub use simd::{LANES, Lanes};
pub use thread_pool::{
    PoolActivity, TaskGrid, parallel_chunks, parallel_steps, single_threaded, thread_count,
};
pub use uninit_tensor::tensor_filled_by;
