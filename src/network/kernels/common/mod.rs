//! What matrix products and windows both build on; it uses nothing of them.
//!
//! - `simd`: vectors of four f32 lanes
//! - `clamp`: bounds on what an operation gives
//! - `packed_buffer`: aligned memory for packed f32 numbers
//! - `thread_pool`: work that threads share
//!
//! One more: a file here, and what others need of it in the list below.

mod clamp;
mod packed_buffer;
mod simd;
mod thread_pool;

pub use clamp::Clamp;
pub use packed_buffer::{PackedBuffer, as_floats};
pub use simd::{LANES, Lanes};
pub use thread_pool::{PoolActivity, TaskGrid, parallel_chunks, parallel_steps, thread_count};
