//! float16 weights that a `Cast` makes float32. Files keep weights in half the size
//! this way; tract would leave a large `Cast` in the plan and run it again at every
//! prediction.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::{self, tensor_proto::DataType};

use crate::onnx::node;

/// Puts float16 weights in the place of the `Cast` nodes that make float32 of them,
/// and returns the names that they have from then on.
pub fn absorb_casts(graph: &mut pb::GraphProto) -> HashSet<String> {
    let halves: HashMap<&str, usize> = graph
        .initializer
        .iter()
        .enumerate()
        .filter(|(_, weights)| weights.data_type == DataType::Float16 as i32)
        .map(|(position, weights)| (weights.name.as_str(), position))
        .collect();
    let widens = |cast: &pb::NodeProto| {
        let to_float = node::int(cast, "to") == Some(DataType::Float as i64);
        let position = node::input(cast, 0).and_then(|name| halves.get(name).copied());
        position.filter(|_| cast.op_type == "Cast" && to_float && cast.output.len() == 1)
    };
    // Only once each: a file that casts the same weights again and again would
    // grow without bound.
    let mut seen = HashSet::new();
    let casts: Vec<Option<usize>> = (graph.node.iter())
        .map(|cast| widens(cast).filter(|position| seen.insert(*position)))
        .collect();
    let taken: Vec<(usize, String)> = (graph.node.iter().zip(&casts))
        .filter_map(|(cast, position)| Some(((*position)?, cast.output[0].clone())))
        .collect();
    let mut casts = casts.into_iter();
    graph.node.retain(|_| casts.next().flatten().is_none());
    let read: HashSet<String> = (graph.node.iter().flat_map(|node| &node.input))
        .chain(graph.output.iter().map(|output| &output.name))
        .cloned()
        .collect();
    for (position, name) in &taken {
        let half = &mut graph.initializer[*position];
        // Other nodes may read the float16 weights as they are.
        let others = read.contains(&half.name).then(|| half.clone());
        half.name.clone_from(name);
        graph.initializer.extend(others);
    }
    taken.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::super::canonicalise;
    use super::*;
    use crate::onnx::tensor;
    use crate::onnx::testing::{GraphBuilder, model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn float16_weights_take_the_place_of_their_cast() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 3])]);
        let half = |value: f32| half::f16::from_f32(value).to_le_bytes();
        graph.graph.initializer.push(pb::TensorProto {
            name: "w16".into(),
            dims: vec![3],
            data_type: DataType::Float16 as i32,
            raw_data: [half(0.5), half(-2.0), half(65504.0)].concat(),
            ..Default::default()
        });
        graph
            .node("Cast", "widen", &["w16"], "w")
            .int("to", DataType::Float as i64);
        graph.node("Add", "sum", &["x", "w"], "y");
        let mut proto = model(graph.output("y", &[1, 3]));
        let float16_weights = canonicalise(&mut proto).unwrap();
        assert_eq!(float16_weights, HashSet::from(["w".to_owned()]));
        let graph = proto.graph.unwrap();
        assert_eq!(graph.node.len(), 1);
        assert_eq!(graph.initializer.len(), 1);
        assert_eq!(graph.initializer[0].name, "w");
        assert_eq!(
            tensor::floats(&graph.initializer[0]).unwrap(),
            [0.5, -2.0, 65504.0]
        );
    }
}
