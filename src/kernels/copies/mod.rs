//! Operations that only move elements.
//!
//! - `strided_view`: which elements of a tensor slices and transpositions select
//! - `strided_copy`: copies a view into a tensor, with padding or without
//! - `strided_loops`: the loops over its elements
//!
//! One more operation that only moves elements: a method of [`StridedView`], and its case in
//! `tract/declutter/copies.rs`.

mod strided_copy;
mod strided_loops;
mod strided_view;

pub use strided_copy::StridedCopy;
pub use strided_view::StridedView;
