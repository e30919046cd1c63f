//! A decoded and checked model.

use std::collections::HashSet;

use prost::Message;
use prost::bytes::Bytes;
use tract_onnx::pb;

use super::adaptations::{Adaptations, GridLayer};
use super::canonicalisation::canonicalise;
use super::error::OnnxError;
use super::metadata::{self, Metadata};
use super::size_limits::Limits;
use super::{decode, picture_input, tensor, validation};

/// A decoded and checked ONNX model.
#[derive(Clone, Debug)]
pub struct Model {
    proto: pb::ModelProto,
    /// Names of the initialisers that are stored as float16 and count as float32.
    float16_weights: HashSet<String>,
    adaptations: Adaptations,
}

impl Model {
    /// Decodes a model file.
    ///
    /// # Errors
    /// Any [`OnnxError`]: what is wrong with the file, naming node and tensor.
    pub fn decode(bytes: &[u8], limits: Limits) -> Result<Model, OnnxError> {
        decode::check_length(bytes.len(), limits)?;
        Model::decode_bytes(Bytes::copy_from_slice(bytes), limits)
    }

    /// As [`Model::decode`], of a file's bytes that nobody needs after that: they are freed as soon as
    /// they are decoded.
    ///
    /// # Errors
    /// As there.
    pub fn decode_file(file: Vec<u8>, limits: Limits) -> Result<Model, OnnxError> {
        Model::decode_bytes(file.into(), limits)
    }

    fn decode_bytes(bytes: Bytes, limits: Limits) -> Result<Model, OnnxError> {
        let mut adaptations = Adaptations::default();
        let mut proto = decode::decode(bytes, limits, &mut adaptations)?;
        let float16_weights = canonicalise(&mut proto)?;
        Ok(Model {
            proto,
            float16_weights,
            adaptations,
        })
    }

    /// The model as a file, every weight in the type that it counts as.
    pub fn encode(&self) -> Vec<u8> {
        if self.float16_weights.is_empty() {
            return self.proto.encode_to_vec();
        }
        let mut wide = self.proto.clone();
        for weights in &mut wide.graph.get_or_insert_default().initializer {
            *weights = self.to_float32(weights);
        }
        wide.encode_to_vec()
    }

    /// An initialiser in the type that it counts as.
    pub fn to_float32(&self, weights: &pb::TensorProto) -> pb::TensorProto {
        if !self.float16_weights.contains(&weights.name) {
            return weights.clone();
        }
        // What `decode` checked to be float16 holds floats.
        let values = tensor::floats(weights).unwrap_or_default();
        tensor::from_floats(&weights.name, &tensor::dims(weights), &values)
    }

    /// Whether an initialiser counts as float32.
    pub fn is_float32(&self, weights: &pb::TensorProto) -> bool {
        weights.data_type == pb::tensor_proto::DataType::Float as i32
            || self.float16_weights.contains(&weights.name)
    }

    /// The protobuf message. Weights that count as float32 may be float16 in it:
    /// [`Model::to_float32`].
    pub fn proto(&self) -> &pb::ModelProto {
        &self.proto
    }

    /// Rewrites the graph again, after nodes were added.
    pub(super) fn canonicalise(&mut self) -> Result<(), OnnxError> {
        self.float16_weights.extend(canonicalise(&mut self.proto)?);
        Ok(())
    }

    /// Makes the input that is the picture one of float32 with four axes, and the only input.
    pub fn adapt_inputs(&mut self) {
        let opset = self.opset();
        let graph = self.proto.graph.get_or_insert_default();
        picture_input::adapt_inputs(graph, opset, &mut self.adaptations);
    }

    /// Says which tensors were led through the axes of a grid.
    pub fn set_grid_layers(&mut self, layers: Vec<GridLayer>) {
        self.adaptations.grid_layers = layers;
    }

    /// Gives inputs besides the picture their values, which are zero else, row by row.
    ///
    /// # Errors
    /// [`OnnxError::Input`] for an input that is none, or another number of values.
    pub fn set_inputs(&mut self, values: &[(String, Vec<f32>)]) -> Result<(), OnnxError> {
        for (name, values) in values {
            let problem = |problem: String| OnnxError::Input {
                input: name.clone(),
                problem,
            };
            let inputs = &self.adaptations.further_inputs;
            let Some(input) = inputs.iter().find(|input| input.name == *name) else {
                let names: Vec<&str> = inputs.iter().map(|input| &*input.name).collect();
                let names = names.join(", ");
                return Err(problem(format!(
                    "the model has no such input besides its picture, but [{names}]"
                )));
            };
            let wanted: usize = input.shape.iter().product();
            if values.len() != wanted {
                let (shape, found) = (&input.shape, values.len());
                return Err(problem(format!(
                    "it takes {wanted} values {shape:?}, and got {found}"
                )));
            }
            let constants = self.graph_mut().initializer.iter_mut();
            for constant in constants.filter(|constant| constant.name == *name) {
                tensor::set_values(constant, values);
            }
        }
        Ok(())
    }

    /// The version of the standard operator set that the nodes are written in.
    pub fn opset(&self) -> i64 {
        validation::opset(&self.proto)
    }

    /// The same model around another graph, whose weights come from this one.
    /// Metadata stay behind.
    pub(super) fn with_graph(&self, graph: pb::GraphProto) -> Model {
        Model {
            proto: pb::ModelProto {
                ir_version: self.proto.ir_version,
                opset_import: self.proto.opset_import.clone(),
                graph: Some(graph),
                ..Default::default()
            },
            float16_weights: self.float16_weights.clone(),
            adaptations: self.adaptations.clone(),
        }
    }

    /// A copy of the model to which the bytes of its weights move: two copies of them would take
    /// twice the memory. [`Model::take_back`] ends that.
    #[must_use]
    pub fn lend(&mut self) -> Model {
        let weights = self.graph_mut().initializer.iter_mut();
        let bytes: Vec<Vec<u8>> = weights
            .map(|weights| std::mem::take(&mut weights.raw_data))
            .collect();
        let mut copy = self.clone();
        for (weights, bytes) in copy.graph_mut().initializer.iter_mut().zip(bytes) {
            weights.raw_data = bytes;
        }
        copy
    }

    /// Takes the bytes of the weights back from what [`Model::lend`] gave, to which others may
    /// have been appended, but of which none was moved or removed.
    pub fn take_back(&mut self, lent: Model) {
        let lent = lent.proto.graph.into_iter();
        let lent = lent.flat_map(|graph| graph.initializer);
        for (weights, lent) in self.graph_mut().initializer.iter_mut().zip(lent) {
            weights.raw_data = lent.raw_data;
        }
    }

    pub fn graph(&self) -> &pb::GraphProto {
        // `decode` refuses a model without a graph, and nothing takes it away.
        self.proto.graph.as_ref().unwrap_or(const { &EMPTY_GRAPH })
    }

    pub fn graph_mut(&mut self) -> &mut pb::GraphProto {
        self.proto.graph.get_or_insert_default()
    }

    /// What was changed in the file so that the rest of the code can read it.
    pub fn adaptations(&self) -> &Adaptations {
        &self.adaptations
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::testing::{self, GraphBuilder};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn weights_are_lent_and_come_back() {
        let file = testing::model(GraphBuilder::linear_classifier()).encode_to_vec();
        let mut model = Model::decode(&file, Limits::default()).unwrap();
        let before = model.clone();
        let mut lent = model.lend();
        assert_eq!(lent.graph(), before.graph());
        let weights = &model.graph().initializer;
        assert!(weights.iter().all(|weights| weights.raw_data.is_empty()));
        let added = tensor::from_floats("added", &[1], &[1.0]);
        lent.graph_mut().initializer.push(added);
        lent.graph_mut().initializer[0].name = "renamed".into();
        model.take_back(lent);
        assert_eq!(model.graph(), before.graph());
    }
}
