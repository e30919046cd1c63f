//! A model file as data.
//!
//! [`Model::decode`] turns bytes into a checked graph: nodes in topological
//! order, every tensor known, weights complete and inside the file, constants as
//! initialisers, int8 weights dequantised, float16 weights in the place of float32
//! ones. Later code may rely on all of that.
//!
//! From a file to a model:
//! - `model`: [`Model`]; `decode`: from bytes to a message, `size_limits`:
//!   [`Limits`], `validation`: its checks, `topological_sort`
//! - `other_formats`: model files of other kinds, and how they become ONNX
//! - `external_data`: weights in files beside the model, put into it
//! - `canonicalisation`: rewrites that need no shapes, one form for each meaning
//! - `picture_input`: the input that is the picture, in one form; `adaptations`: what was changed
//!   in a file so that the rest can read it
//! - `metadata`: the contract's `gradcam.*` entries; `error`
//!
//! What is known of the graph:
//! - `operators`: the registry, one row for each operator
//! - `producers_and_consumers`: which node makes a tensor, which nodes read it
//! - `shape_inference`: static shapes of all tensors, which `shapes` holds
//! - `constant_branches`: `If` nodes that shapes decide
//! - `constant_folding`: nodes that follow from shapes and weights, computed once;
//!   `value` holds what they give
//! - `attributes`: what attributes mean for an input of known shape
//! - `node_context`: one node with what is known of its inputs
//! - `operand_checks`: refuses what no engine can compute
//!
//! Changing it:
//! - `legalisation`: forms that tract refuses, as nodes that mean the same
//! - `subgraph`: the part between given inputs and outputs
//! - `node`, `tensor`: reading and making nodes and initialisers
//!
//! For tests alone: `evaluator`, ONNX in f64; `testing`, small models. Tests run in 64 bits
//! and, by `make test-wasm`, in the 32 of a browser: `wasm_bindgen_test` is their `test` there.
//!
//! To add an operator: a row in `operators`, whose documentation names the rest.
//!
//! The protobuf types are tract's ([`pb`]), so that a graph goes to tract
//! without being encoded again.

mod adaptations;
mod attributes;
mod canonicalisation;
mod constant_branches;
mod constant_folding;
mod decode;
mod error;
#[cfg(test)]
pub mod evaluator;
mod external_data;
mod legalisation;
mod metadata;
mod model;
pub mod node;
mod node_context;
mod operand_checks;
pub mod operators;
mod other_formats;
mod picture_input;
mod producers_and_consumers;
mod shape_inference;
mod shapes;
mod size_limits;
mod subgraph;
pub mod tensor;
#[cfg(test)]
pub mod testing;
mod topological_sort;
mod validation;
mod value;

pub use adaptations::{Adaptations, FurtherInput, GridLayer, declared_tensor};
pub use attributes::{
    Equation, Range, TransposedWindow, Window, normal_axes, normal_axis, padding, pool_window,
    reduced_axes, shared_scale, slices, split_sizes, transpose_order,
};
pub use constant_branches::{has_branches, inline_branches};
pub use constant_folding::{drop_unread_weights, fold_constants};
pub use error::OnnxError;
pub use external_data::{ExternalFile, embed_external_data, external_files};
pub use legalisation::legalise;
pub use metadata::{Metadata, key};
pub use model::Model;
pub use operand_checks::check_operands;
pub use producers_and_consumers::Index;
pub use shape_inference::{declared_axes, default_input_shape, infer_shapes};
pub use shapes::{Shape, Shapes, element_count};
pub use size_limits::Limits;
pub use subgraph::{extract, extract_without_large_weights};
pub use tract_onnx::pb;
pub use value::Value;
