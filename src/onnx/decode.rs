//! From the bytes of a file to a checked protobuf message.

use std::collections::HashSet;

use prost::Message;
use prost::bytes::Bytes;
use tract_onnx::pb;

use super::adaptations::Adaptations;
use super::canonicalisation::adapt_outputs;
use super::error::OnnxError;
use super::external_data;
use super::other_formats::other_format;
use super::size_limits::{self, Limits};
use super::topological_sort;
use super::validation::{check_nodes, check_opset, check_outputs, check_tensor};

/// Refuses a file of too many bytes.
///
/// # Errors
/// [`OnnxError::TooLarge`].
pub fn check_length(bytes: usize, limits: Limits) -> Result<(), OnnxError> {
    let limit = limits.file_bytes;
    if bytes > limit {
        return Err(OnnxError::TooLarge { bytes, limit });
    }
    Ok(())
}

/// Decodes a file: nodes in topological order, every tensor known, weights complete.
///
/// What had to be changed for that is written into `adaptations`.
///
/// # Errors
/// Any [`OnnxError`] but those about one node's attributes.
pub fn decode(
    bytes: Bytes,
    limits: Limits,
    adaptations: &mut Adaptations,
) -> Result<pb::ModelProto, OnnxError> {
    check_length(bytes.len(), limits)?;
    if let Some((format, conversion)) = other_format(&bytes) {
        return Err(OnnxError::OtherFormat { format, conversion });
    }
    size_limits::check_structure(&bytes, limits.structure_bytes)?;
    // What the decoder itself says means nothing to people.
    // Of other buffers than `Bytes` it copies each weight twice.
    let mut proto = pb::ModelProto::decode(bytes).map_err(|_| OnnxError::NotOnnx {
        reason: "a field of it is not what the format has there".into(),
    })?;
    check_opset(&proto)?;
    let Some(graph) = proto.graph.as_mut().filter(|graph| !graph.node.is_empty()) else {
        return Err(OnnxError::NotOnnx {
            reason: "it holds no graph".into(),
        });
    };
    adaptations.labels = adapt_outputs(graph);
    check_nodes(graph)?;
    external_data::check_embedded(graph)?;
    for tensor in &graph.initializer {
        check_tensor(tensor, limits)?;
    }
    drop_inputs_with_default(graph);
    topological_sort::sort(graph)?;
    check_outputs(graph)?;
    Ok(proto)
}

/// Before IR version 4 every initialiser was an input, too; what has a value
/// asks nothing of the caller.
fn drop_inputs_with_default(graph: &mut pb::GraphProto) {
    let valued: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let kept = graph
        .input
        .iter()
        .map(|input| !valued.contains(input.name.as_str()))
        .collect::<Vec<_>>();
    let mut kept = kept.into_iter();
    graph.input.retain(|_| kept.next().unwrap_or(true));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::Model;
    use crate::onnx::testing::{GraphBuilder, model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn refused(proto: &pb::ModelProto) -> String {
        Model::decode(&proto.encode_to_vec(), Limits::default())
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn random_text_is_not_a_model() {
        let error = Model::decode(b"<html>not found</html>", Limits::default()).unwrap_err();
        assert!(matches!(error, OnnxError::NotOnnx { .. }), "{error}");
    }

    #[test]
    fn no_part_of_a_file_is_fatal_and_half_is_no_model() {
        let bytes = model(GraphBuilder::linear_classifier()).encode_to_vec();
        // The operator sets come last, so that no beginning is a whole model.
        for length in 0..bytes.len() {
            let error = Model::decode(&bytes[..length], Limits::default()).unwrap_err();
            let is_about_the_file =
                matches!(error, OnnxError::NotOnnx { .. } | OnnxError::Opset { .. });
            assert!(is_about_the_file, "{length} bytes: {error}");
        }
        Model::decode(&bytes, Limits::default()).unwrap();
    }

    #[test]
    fn nodes_are_put_in_order() {
        let mut graph = GraphBuilder::linear_classifier();
        graph.graph.node.reverse();
        let model = Model::decode(&model(graph).encode_to_vec(), Limits::default()).unwrap();
        assert_eq!(
            model.graph().node.first().unwrap().op_type,
            "GlobalAveragePool"
        );
    }

    #[test]
    fn a_circle_is_named() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
        graph
            .node("Relu", "first", &["b"], "a")
            .node("Relu", "second", &["a"], "b");
        let text = refused(&model(graph.output("b", &[1, 2])));
        assert!(text.contains("circle"), "{text}");
    }

    #[test]
    fn a_missing_tensor_is_named() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
        graph.node("Add", "sum", &["x", "nowhere"], "y");
        let text = refused(&model(graph.output("y", &[1, 2])));
        assert!(
            text.contains("'sum'") && text.contains("'nowhere'"),
            "{text}"
        );
    }

    #[test]
    fn a_node_of_5_000_operands_is_refused() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
        graph.node("Max", "greatest", &["x"; 5_000], "y");
        let text = refused(&model(graph.output("y", &[1, 2])));
        assert!(
            text.contains("'greatest'") && text.contains("5000") && text.contains("4096"),
            "{text}"
        );
    }

    #[test]
    fn a_tensor_of_4e18_values_is_refused_before_it_is_made() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
        graph
            .floats("w", &[1], &[1.0])
            .node("Add", "sum", &["x", "w"], "y");
        graph.graph.initializer[0].dims = vec![2_000_000_000, 2_000_000_000];
        let text = refused(&model(graph.output("y", &[1, 2])));
        assert!(text.contains("'w'") && text.contains("more than"), "{text}");
    }

    #[test]
    fn weights_that_are_cut_off_are_named() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 2])]);
        graph
            .floats("w", &[2], &[1.0, 2.0])
            .node("Add", "sum", &["x", "w"], "y");
        graph.graph.initializer[0].raw_data.pop();
        let text = refused(&model(graph.output("y", &[1, 2])));
        assert!(text.contains("'w'"), "{text}");
    }

    #[test]
    fn operator_sets_and_custom_domains_are_refused() {
        let mut proto = model(GraphBuilder::linear_classifier());
        proto.opset_import[0].version = 99;
        assert!(refused(&proto).contains("operator set 99"));

        let mut proto = model(GraphBuilder::linear_classifier());
        proto.graph.as_mut().unwrap().node[0].domain = "com.example".into();
        assert!(refused(&proto).contains("com.example"));
    }
}
