//! What tract runs on, where it is this project's own.
//!
//! - `lanes`: four numbers at once
//! - `tile`: the microkernel of matrix products; `registry`: its shapes, and which
//!   one is the fastest here
//! - `stored`: numbers as a file has them; `panels`: weights packed from those
//! - `planes`: windows over padded planes; `depthwise` and `max_pool`: what is done
//!   in them; `around`: the former without padding; `columns`: the windows as a matrix
//! - `product`: a product of packed matrices; `strassen` and `rest`: one of large
//!   matrices, `winograd`: one of windows of 3 × 3, both with fewer multiplications;
//!   `shares` and `pieces`: how much of it is done at once
//! - `convolution` and `dense`: layers that are products
//! - `together`: work that threads share
//! - `peak`: what the machine could do at most
//! - `rewrite`: puts the operations into a graph
//!
//! One more operation: a file that implements tract's `TypedOp`, and a rule in
//! `rewrite`. One more shape of tile: a line in `registry`.

mod around;
mod columns;
mod convolution;
mod dense;
mod depthwise;
mod lanes;
mod max_pool;
mod panels;
mod peak;
mod pieces;
mod planes;
mod product;
mod registry;
mod rest;
mod rewrite;
mod shares;
mod stored;
mod strassen;
#[cfg(test)]
mod tests;
mod tile;
mod together;
mod winograd;

pub use convolution::Convolution;
pub use dense::{Dense, MOST_ROWS as MOST_DENSE_ROWS, Matrix};
pub use depthwise::Depthwise;
pub use max_pool::MaxPooling;
pub use panels::{Kernel, Panels};
pub use peak::peak_gigaflops;
pub use planes::Geometry;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use registry::report;
pub use registry::{SHAPES, Shape, calibrate};
pub use rewrite::declutter;
pub use stored::Stored;
pub use together::Awake;
