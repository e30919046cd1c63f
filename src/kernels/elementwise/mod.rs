//! Chains of elementwise operations, computed in one pass over memory.
//!
//! - `program`: the operations, and how a block of elements is computed
//! - `broadcast`: inputs that are smaller than the output
//! - `fused_elementwise`: a program as an operation of tract
//! - `non_zero`: where a tensor is not 0, as truths
//!
//! One more function: a variant of [`Function`] with its arm in `program`, and in
//! `tract/declutter/elementwise_nodes.rs` the operation of tract's that it computes.

mod broadcast;
mod fused_elementwise;
mod non_zero;
mod program;

pub use broadcast::Broadcast;
pub use fused_elementwise::FusedElementwise;
pub use non_zero::NonZero;
pub use program::{Function, Instruction, Operand, Program};
