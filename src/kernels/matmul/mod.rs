//! Products of matrices Y = A · B, where A are weights that are packed once.
//!
//! - `kernel_shape`: the tile shapes (MR × NR)
//! - `microkernel`: one tile, in registers
//! - `autotuning`: the fastest shape, measured; `kernel_selection`: that, or a kernel of tract
//! - `weight_reader`: weights from the bytes of a file; `packing`: panels of A and of B
//! - `row_scaling`: rows of weights with equal norms, for sums of rows
//! - `blocking`: how many columns are packed and multiplied at once
//! - `packed_product`: the macrokernel, with bias, sum and clamp fused into the store
//! - `strassen_winograd`: 7 products of quadrants instead of 8; `remainder_columns`: the
//!   columns that belong to neither half
//! - `peak`: the machine's peak rate of arithmetic
//!
//! One more tile shape: a variant in `kernel_shape` and a line in its macro, in `ALL` and in
//! `name`; and in `tract/registration.rs` an arm and an `inventory::submit!`.

mod autotuning;
mod blocking;
mod kernel_selection;
mod kernel_shape;
mod microkernel;
mod packed_product;
mod packing;
mod peak;
mod remainder_columns;
mod row_scaling;
mod strassen_winograd;
mod weight_reader;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use autotuning::{AutotuningReport, report as autotuning_report, selected_shape};
pub use autotuning::{autotune, warm_up_shapes, without_autotuning};
pub use blocking::{ProductSize, column_blocks};
pub use kernel_selection::Kernel;
pub use kernel_shape::KernelShape;
pub(super) use kernel_shape::dispatch_on_shape;
pub use microkernel::{Accumulators, multiply_accumulate, run as run_microkernel};
pub use packed_product::{Epilogue, PackedProduct};
pub use packing::{
    ColumnPanels, PackedMatrix, PackedPanels, PanelLayout, RowBlock, UninitPanels, pack_rows,
};
pub use peak::peak_gigaflops;
pub use remainder_columns::{
    MAX_REMAINDER_COLUMNS, RemainderColumns, packed_width, repeat_for_rows,
};
pub use row_scaling::{RowScaling, row_maxima};
pub use strassen_winograd::{
    QuadrantPanels, StrassenProduct, has_even_depth, is_strassen_faster, left_columns, upper_rows,
};
pub use weight_reader::{StoredElement, WeightReader};
