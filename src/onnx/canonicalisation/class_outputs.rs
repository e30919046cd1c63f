//! Outputs that are no tensors of numbers, as converters of scikit-learn's habit write them
//! (Azure Custom Vision among others): a `ZipMap` from the classes' names to their probabilities,
//! and the name of the likeliest.

use std::collections::HashSet;

use tract_onnx::pb::{self, tensor_proto::DataType};

use crate::onnx::adaptations::declared_tensor;
use crate::onnx::node;

/// The domain of operators for classical machine learning.
const MACHINE_LEARNING: &str = "ai.onnx.ml";

/// Puts the tensor before a `ZipMap` in the place of its output, removes outputs that are no
/// floats where others are, and nodes of that domain that nothing needs then. Returns the names
/// of the classes that a `ZipMap` gives.
pub fn adapt_outputs(graph: &mut pb::GraphProto) -> Option<Vec<String>> {
    if graph
        .node
        .iter()
        .all(|node| node.domain != MACHINE_LEARNING)
    {
        return None;
    }
    let mut labels = None;
    for map in graph.node.iter().filter(|node| node.op_type == "ZipMap") {
        let (Some(scores), Some(made)) = (node::input(map, 0), map.output.first()) else {
            continue;
        };
        for output in graph
            .output
            .iter_mut()
            .filter(|output| output.name == *made)
        {
            *output = pb::ValueInfoProto {
                name: scores.to_owned(),
                ..Default::default()
            };
            labels = labels_of(map);
        }
    }
    let is_scores = |output: &pb::ValueInfoProto| match declared_tensor(output) {
        Some((data_type, _)) => data_type == DataType::Float,
        None => output.r#type.is_none(),
    };
    if graph.output.iter().any(is_scores) {
        graph.output.retain(is_scores);
    }
    drop_unneeded(graph);
    labels
}

fn labels_of(map: &pb::NodeProto) -> Option<Vec<String>> {
    let attribute = |name: &str| {
        let mut attributes = map.attribute.iter();
        attributes.find(|attribute| attribute.name == name)
    };
    if let Some(strings) = attribute("classlabels_strings") {
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        return Some(strings.strings.iter().map(text).collect());
    }
    let numbers = attribute("classlabels_int64s")?;
    Some(numbers.ints.iter().map(i64::to_string).collect())
}

/// Removes the nodes that no output needs, and the constants that only they read.
fn drop_unneeded(graph: &mut pb::GraphProto) {
    let outputs = graph.output.iter().map(|output| output.name.clone());
    let mut needed: HashSet<String> = outputs.collect();
    // Nodes are in order in files of these converters; in others what is needed is found late,
    // so the graph is walked until nothing more is.
    loop {
        let before = needed.len();
        for node in graph.node.iter().rev() {
            if node.output.iter().any(|output| needed.contains(output)) {
                needed.extend(node.input.iter().cloned());
            }
        }
        if needed.len() == before {
            break;
        }
    }
    graph
        .node
        .retain(|node| node.output.iter().any(|output| needed.contains(output)));
    graph
        .initializer
        .retain(|weights| needed.contains(&weights.name));
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::onnx::testing::{GraphBuilder, model};
    use crate::onnx::{Limits, Model, tensor};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn names_and_scores_of_a_zip_map_are_those_of_the_classes() {
        let mut graph = GraphBuilder::linear_classifier();
        graph.node("Softmax", "softmax", &["y"], "s");
        graph.node("ArgMax", "likeliest", &["s"], "i");
        graph.graph.initializer.push(pb::TensorProto {
            name: "names".into(),
            dims: vec![2],
            data_type: DataType::String as i32,
            string_data: vec![b"ant".to_vec(), b"bee".to_vec()],
            ..Default::default()
        });
        graph.node(
            "ArrayFeatureExtractor",
            "name",
            &["names", "i"],
            "classLabel",
        );
        graph.last().domain = MACHINE_LEARNING.into();
        graph.node("ZipMap", "zip", &["s"], "loss");
        graph.last().domain = MACHINE_LEARNING.into();
        let mut names = node::ints_attribute("classlabels_strings", &[]);
        names.r#type = pb::attribute_proto::AttributeType::Strings as i32;
        names.strings = vec![b"ant".to_vec(), b"bee".to_vec()];
        graph.last().attribute.push(names);
        graph.graph.output = vec![
            node::value("classLabel", &[1], DataType::String),
            pb::ValueInfoProto {
                name: "loss".into(),
                r#type: Some(pb::TypeProto::default()),
                ..Default::default()
            },
        ];
        let read = Model::decode(&model(graph).encode_to_vec(), Limits::default()).unwrap();
        let outputs: Vec<&str> = read
            .graph()
            .output
            .iter()
            .map(|output| &*output.name)
            .collect();
        assert_eq!(outputs, ["s"]);
        assert!(read.graph().node.iter().all(|node| node.domain.is_empty()));
        let labels = read.adaptations().labels.as_ref().unwrap();
        assert_eq!(labels.as_slice(), ["ant", "bee"]);
        assert!(
            read.graph()
                .initializer
                .iter()
                .all(|weights| tensor::floats(weights).is_ok())
        );
    }
}
