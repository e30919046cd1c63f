//! Operations whose windows slide over planes.
//!
//! - `sliding_window`: the geometry of windows, and padded planes
//! - `convolution`: over all channels, as products of matrices; `convolution_weights`: its
//!   packed weights; `convolution_tasks`: blocks of columns to pack and multiply
//! - `column_checks`: zeros, infinities and NaNs, where columns are added to each other
//! - `im2col`: windows as the columns of a matrix
//! - `winograd`: F(2×2, 3×3), for windows of 3 × 3 with unit stride
//! - `depthwise`: convolution of each channel by itself; `depthwise_3x3`: windows of 3 × 3
//!   with unit stride and padding 1, without a padded copy
//! - `max_pool`: max pooling; `max_pool_gradient`: its gradient
//!
//! One more operation: a file that implements tract's `TypedOp`, and a rule in
//! `tract/declutter`.

mod column_checks;
mod convolution;
mod convolution_tasks;
mod convolution_weights;
mod depthwise;
mod depthwise_3x3;
mod im2col;
mod max_pool;
mod max_pool_gradient;
mod sliding_window;
mod winograd;

pub use convolution::Convolution;
pub use convolution_weights::{ConvolutionWeights, Form};
pub use depthwise::Depthwise;
pub use max_pool::MaxPooling;
pub use max_pool_gradient::{MaxPoolGradient, PoolWindows};
pub use sliding_window::Geometry;
