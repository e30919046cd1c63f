//! Products of matrices Y = A · B, where A are weights that are packed once.
//!
//! - `kernel_shape`: the shapes of tile that there are
//! - `microkernel`: one tile, in registers
//! - `autotuning` and `kernel_selection`: which shape, or which kernel of tract's, is the
//!   fastest here
//! - `weight_reader`: weights as a file has them; `packing`: panels of them and of columns
//! - `blocking`: how many columns are packed and multiplied at once
//! - `packed_product`: panels by panels, with bias, sum, clamp and store
//! - `strassen_winograd`: seven products of quadrants instead of eight;
//!   `remainder_columns`: the columns that have no other half
//! - `peak`: what the machine can do at most
//!
//! One more shape of tile: a variant in `kernel_shape`, a line in its macro, and a
//! registration in `tract/registration.rs`.

mod autotuning;
mod blocking;
mod kernel_selection;
mod kernel_shape;
mod microkernel;
mod packed_product;
mod packing;
mod peak;
mod remainder_columns;
mod strassen_winograd;
mod weight_reader;

pub use autotuning::autotune;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use autotuning::{AutotuningReport, report as autotuning_report, selected_shape};
pub use blocking::{ProductSize, column_blocks};
pub use kernel_selection::Kernel;
pub use kernel_shape::KernelShape;
pub(super) use kernel_shape::dispatch_on_shape;
pub use microkernel::{Accumulators, multiply_accumulate, run as run_microkernel};
pub use packed_product::{Epilogue, PackedProduct};
pub use packing::{
    ColumnPanels, PackedPanels, PanelLayout, RowBlock, UninitPanels, into_packed_input, pack_rows,
};
pub use peak::peak_gigaflops;
pub use remainder_columns::{
    MAX_REMAINDER_COLUMNS, RemainderColumns, packed_width, repeat_for_rows,
};
pub use strassen_winograd::{
    QuadrantPanels, StrassenProduct, has_even_depth, is_strassen_faster, left_columns, upper_rows,
};
pub use weight_reader::WeightReader;
