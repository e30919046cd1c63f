//! A model file as data.
//!
//! [`Model::decode`] turns bytes into a checked graph: nodes in topological
//! order, every tensor known, weights complete and inside the file, constants as
//! initialisers, int8 weights widened, float16 weights in the place of float32 ones.
//! Later code may rely on all of that.
//!
//! - `decode`: from bytes to a [`Model`], within [`Limits`]; `wire`: what that
//!   would take in memory, told before
//! - `normalise`: the few rewrites that spare everybody else special cases;
//!   `quantised`: the one for weights stored as bytes; `rewrite`: those that need to
//!   know the shapes
//! - `index`: who makes a tensor, who uses it
//! - `shapes`, `axes`, `window`: static shapes of all tensors
//! - `constants`: values that follow from the shapes, computed once
//! - `tensor`, `node`: values of initialisers, attributes of nodes, new ones of both
//! - `metadata`: the contract's `gradcam.*` entries
//! - `extract`: the part of a graph between given inputs and outputs
//!
//! The protobuf types are tract's ([`pb`]), so that a graph goes to tract
//! without being encoded again.

mod axes;
mod constants;
mod decode;
mod error;
mod extract;
mod index;
mod metadata;
pub mod node;
mod normalise;
mod quantised;
#[cfg(test)]
pub mod reference;
mod rewrite;
mod shapes;
pub mod tensor;
#[cfg(test)]
pub mod testing;
mod window;
mod wire;

pub use axes::{
    Range, count, normal_axes, normal_axis, padding, pool_window, reduced_axes, slices,
    split_sizes, transpose_order,
};
pub use constants::{Value, fold_constants};
pub use decode::Limits;
use decode::check_tensor_by_default as check_tensor;
pub use error::OnnxError;
pub use extract::{extract, extract_without};
pub use index::Index;
pub use metadata::{Metadata, key};
pub use rewrite::rewrite;
pub use shapes::{Equation, Shape, Shapes, declared_axes, infer_shapes, settled_shape};
pub use tract_onnx::pb;
pub use window::{TransposedWindow, Window};

use std::collections::HashSet;

use prost::Message;

/// A decoded and checked ONNX model.
#[derive(Clone, Debug)]
pub struct Model {
    proto: pb::ModelProto,
    /// Initialisers held as float16 that stand for float32 ones.
    narrow: HashSet<String>,
}

impl Model {
    /// Decodes a model file.
    ///
    /// # Errors
    /// Any [`OnnxError`]: what is wrong with the file, naming node and tensor.
    pub fn decode(bytes: &[u8], limits: Limits) -> Result<Model, OnnxError> {
        let mut proto = decode::decode(bytes, limits)?;
        let narrow = normalise::normalise(&mut proto)?;
        Ok(Model { proto, narrow })
    }

    /// The model as a file, every weight in the type that it counts as.
    pub fn encode(&self) -> Vec<u8> {
        if self.narrow.is_empty() {
            return self.proto.encode_to_vec();
        }
        let mut wide = self.proto.clone();
        for weights in &mut wide.graph.get_or_insert_default().initializer {
            *weights = self.widened(weights);
        }
        wide.encode_to_vec()
    }

    /// An initialiser in the type that it counts as.
    pub fn widened(&self, weights: &pb::TensorProto) -> pb::TensorProto {
        if !self.narrow.contains(&weights.name) {
            return weights.clone();
        }
        // What `decode` checked to be float16 holds floats.
        let values = tensor::floats(weights).unwrap_or_default();
        tensor::from_floats(&weights.name, &tensor::dims(weights), &values)
    }

    /// Whether an initialiser counts as float32.
    pub fn is_float(&self, weights: &pb::TensorProto) -> bool {
        weights.data_type == pb::tensor_proto::DataType::Float as i32
            || self.narrow.contains(&weights.name)
    }

    /// The protobuf message. Weights that stand for float32 may be narrow in it:
    /// [`Model::widened`].
    pub fn proto(&self) -> &pb::ModelProto {
        &self.proto
    }

    /// The version of the standard operator set that the nodes are written in.
    pub fn opset(&self) -> i64 {
        decode::opset(&self.proto)
    }

    pub fn graph(&self) -> &pb::GraphProto {
        // `decode` refuses a model without a graph, and nothing takes it away.
        self.proto.graph.as_ref().unwrap_or(const { &EMPTY_GRAPH })
    }

    pub fn graph_mut(&mut self) -> &mut pb::GraphProto {
        self.proto.graph.get_or_insert_default()
    }

    pub fn metadata(&self) -> Metadata<'_> {
        Metadata::new(&self.proto.metadata_props)
    }

    /// Sets an entry of the metadata, in place of one with the same key.
    pub fn set_metadata(&mut self, key: &str, value: String) {
        metadata::set(&mut self.proto.metadata_props, key, value);
    }
}

static EMPTY_GRAPH: pb::GraphProto = pb::GraphProto {
    node: Vec::new(),
    name: String::new(),
    initializer: Vec::new(),
    sparse_initializer: Vec::new(),
    doc_string: String::new(),
    input: Vec::new(),
    output: Vec::new(),
    value_info: Vec::new(),
    quantization_annotation: Vec::new(),
};
