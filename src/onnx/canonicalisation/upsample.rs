//! From operator set 9 with `Upsample` to set 10 with `Resize`: tract has no
//! `Upsample`.

use tract_onnx::pb;

use crate::onnx::node::is_standard;
use crate::onnx::node::{self, name_of};
use crate::onnx::tensor;
use crate::onnx::validation::opset;

/// Raises a model of set 9 that has an `Upsample` to set 10.
pub fn upsample_to_resize(proto: &mut pb::ModelProto) {
    let opset = opset(proto);
    let Some(graph) = proto.graph.as_mut() else {
        return;
    };
    if opset == 9 && graph.node.iter().any(|node| node.op_type == "Upsample") {
        raise_to_opset_10(graph);
        for set in &mut proto.opset_import {
            if is_standard(&set.domain) {
                set.version = 10;
            }
        }
    }
}

/// What differs between the sets: `Upsample` is called `Resize`, and lists that
/// were attributes are inputs. All other nodes are valid in both.
fn raise_to_opset_10(graph: &mut pb::GraphProto) {
    for node in &mut graph.node {
        let lists: &[&str] = match node.op_type.as_str() {
            "Slice" => &["starts", "ends", "axes"],
            "TopK" => &["k"],
            "Upsample" => {
                node.op_type = "Resize".into();
                continue;
            }
            _ => continue,
        };
        for list in lists {
            let one = || node::int(node, list).map(|value| vec![value]);
            let values = node::ints(node, list).filter(|values| !values.is_empty());
            let Some(values) = values.map(<[i64]>::to_vec).or_else(one) else {
                continue;
            };
            let name = format!("{}/{list}", name_of(node));
            (graph.initializer).push(tensor::from_ints(&name, &[values.len()], &values));
            node.input.push(name);
        }
        node.attribute
            .retain(|attribute| !lists.contains(&attribute.name.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::canonicalise;
    use super::*;
    use crate::onnx::testing::{GraphBuilder, model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn upsample_becomes_resize_of_set_10() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 1, 3, 2])]);
        graph.floats("scales", &[4], &[1.0, 1.0, 2.0, 1.5]).node(
            "Upsample",
            "larger",
            &["x", "scales"],
            "u",
        );
        graph
            .node("Slice", "slice", &["u"], "s")
            .ints("starts", &[1, 0])
            .ints("ends", &[5, 2])
            .ints("axes", &[2, 3]);
        graph
            .node("TopK", "best", &["s"], "y")
            .int("k", 2)
            .last()
            .output
            .push("places".into());
        let mut proto = model(graph.output("y", &[1, 1, 4, 2]));
        proto.opset_import[0].version = 9;
        canonicalise(&mut proto).unwrap();
        assert_eq!(opset(&proto), 10);
        let graph = proto.graph.unwrap();
        let [resize, slice, best] = graph.node.as_slice() else {
            panic!("three nodes stay three");
        };
        assert_eq!(resize.op_type, "Resize");
        assert_eq!(
            slice.input[1..],
            ["slice/starts", "slice/ends", "slice/axes"]
        );
        assert_eq!(best.input[1..], ["best/k"]);
        assert!(slice.attribute.is_empty() && best.attribute.is_empty());
        let ends = graph.initializer.iter().find(|t| t.name == "slice/ends");
        assert_eq!(tensor::ints(ends.unwrap()).unwrap(), [5, 2]);
    }
}
