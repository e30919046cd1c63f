//! What stands in a model's file, for a report that can be given to others: no weights, and no
//! path.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::onnx::pb::tensor_proto::DataType;
use crate::onnx::{Model, declared_tensor, element_count, pb};
use crate::text::{MAX_NAME_CHARS, printable};

/// Who wrote the file, what it consists of, what it takes and gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct FileFacts {
    /// Name and version; empty where the file does not say it.
    pub exporter: String,
    pub operator_set: i64,
    pub nodes: usize,
    /// How often each operator occurs.
    pub operators: BTreeMap<String, usize>,
    /// How many values of each type are weights.
    pub weights: BTreeMap<String, usize>,
    /// Such as "x float [1, 3, ?, ?]".
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
}

impl FileFacts {
    /// The facts of a file as it was decoded.
    pub fn of(model: &Model) -> FileFacts {
        let (proto, graph) = (model.proto(), model.graph());
        let exporter = format!("{} {}", proto.producer_name, proto.producer_version);
        let mut facts = FileFacts {
            exporter: printable(exporter.trim(), MAX_NAME_CHARS).into_owned(),
            operator_set: model.opset(),
            nodes: graph.node.len(),
            inputs: graph.input.iter().map(in_words).collect(),
            outputs: graph.output.iter().map(in_words).collect(),
            ..FileFacts::default()
        };
        for node in &graph.node {
            *facts.operators.entry(node.op_type.clone()).or_default() += 1;
        }
        for tensor in &graph.initializer {
            let dims: Vec<usize> = tensor.dims.iter().map(|&dim| dim.max(0) as usize).collect();
            let data_type = DataType::try_from(tensor.data_type).unwrap_or_default();
            let count = element_count(&dims).unwrap_or(0);
            *facts.weights.entry(type_name(data_type)).or_default() += count;
        }
        facts
    }
}

fn type_name(data_type: DataType) -> String {
    format!("{data_type:?}").to_lowercase()
}

/// "x float [1, 3, ?, ?]".
fn in_words(value: &pb::ValueInfoProto) -> String {
    let name = printable(&value.name, MAX_NAME_CHARS);
    let Some((data_type, axes)) = declared_tensor(value) else {
        return name.into_owned();
    };
    let axis = |axis: &Option<usize>| axis.map_or("?".to_owned(), |size| size.to_string());
    let axes: Vec<String> = axes.iter().map(axis).collect();
    format!("{name} {} [{}]", type_name(data_type), axes.join(", "))
}
