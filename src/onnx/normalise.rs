//! Rewrites that every model goes through after decoding, so that later code
//! meets one form only:
//!
//! - `Constant` nodes become initialisers;
//! - float16 weights that a `Cast` widens take the place of the node: they stay
//!   narrow, and count as float32 from here on. Files keep weights in half the size
//!   this way; tract would leave a large `Cast` in the plan and run it again at
//!   every prediction;
//! - int8 weights that a `DequantizeLinear` widens become float32 weights ([`quantised`]);
//! - a `Celu` with α ≠ 1 becomes α · Elu(x / α), the same by definition: tract
//!   leaves the outer α out;
//! - a file of operator set 9 with an `Upsample` becomes one of set 10, where that
//!   is called `Resize`: tract has no `Upsample`.
//!
//! [`super::rewrite`] has those that need to know the shapes.

use std::collections::{HashMap, HashSet};

use super::decode::{Limits, check_tensor, is_standard, opset};
use super::node::name_of;
use super::pb::{self, tensor_proto::DataType};
use super::{OnnxError, node, quantised, tensor};

/// Rewrites a model, and names the float16 weights that stand for float32 ones.
pub fn normalise(proto: &mut pb::ModelProto) -> Result<HashSet<String>, OnnxError> {
    let opset = opset(proto);
    let Some(graph) = proto.graph.as_mut() else {
        return Ok(HashSet::new());
    };
    if opset == 9 && graph.node.iter().any(|node| node.op_type == "Upsample") {
        raise_to_set_10(graph);
        for set in &mut proto.opset_import {
            if is_standard(&set.domain) {
                set.version = 10;
            }
        }
    }
    constants_to_initialisers(graph)?;
    let narrow = take_casts(graph);
    quantised::widen(graph);
    split_celu(graph);
    Ok(narrow)
}

fn split_celu(graph: &mut pb::GraphProto) {
    let mut nodes = Vec::with_capacity(graph.node.len());
    for celu in std::mem::take(&mut graph.node) {
        let alpha = node::float(&celu, "alpha").unwrap_or(1.0);
        let (input, output) = (node::input(&celu, 0), celu.output.first());
        let (Some(input), Some(output), "Celu", false) =
            (input, output, celu.op_type.as_str(), alpha == 1.0)
        else {
            nodes.push(celu);
            continue;
        };
        let name = |part: &str| format!("{output}/{part}");
        let (outer, inner) = (name("alpha"), name("inverse"));
        let (scaled, bent) = (name("scaled"), name("elu"));
        graph.initializer.extend([
            tensor::from_floats(&outer, &[], &[alpha]),
            tensor::from_floats(&inner, &[], &[1.0 / alpha]),
        ]);
        let mut last = node::new("Mul", &[&bent, &outer], output);
        last.name.clone_from(&celu.name);
        nodes.extend([
            node::new("Mul", &[input, &inner], &scaled),
            node::new("Elu", &[&scaled], &bent),
            last,
        ]);
    }
    graph.node = nodes;
}

/// What set 10 writes in another way than set 9: `Upsample` is called `Resize`,
/// and lists that were attributes are inputs. All else stays valid as it is.
fn raise_to_set_10(graph: &mut pb::GraphProto) {
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

fn constants_to_initialisers(graph: &mut pb::GraphProto) -> Result<(), OnnxError> {
    let mut kept = Vec::with_capacity(graph.node.len());
    for constant in std::mem::take(&mut graph.node) {
        match (constant.op_type.as_str(), constant.output.first()) {
            ("Constant", Some(output)) if constant.output.len() == 1 => {
                let mut value = constant_value(&constant)?;
                value.name.clone_from(output);
                check_tensor(&value, Limits::default())?;
                graph.initializer.push(value);
            }
            _ => kept.push(constant),
        }
    }
    graph.node = kept;
    Ok(())
}

fn constant_value(constant: &pb::NodeProto) -> Result<pb::TensorProto, OnnxError> {
    if let Some(value) = node::tensor(constant, "value") {
        return Ok(value.clone());
    }
    let float = node::float(constant, "value_float");
    let int = node::int(constant, "value_int");
    let ints = node::ints(constant, "value_ints");
    match (float, int, ints) {
        (Some(value), ..) => Ok(tensor::from_floats("", &[], &[value])),
        (_, Some(value), _) => Ok(tensor::from_ints("", &[], &[value])),
        (.., Some(values)) => Ok(tensor::from_ints("", &[values.len()], values)),
        _ => Err(node::problem(
            constant,
            "a constant without a value that is a number",
        )),
    }
}

/// Lets float16 weights take the place of the `Cast` nodes that widen them.
fn take_casts(graph: &mut pb::GraphProto) -> HashSet<String> {
    let halves: HashMap<&str, usize> = graph
        .initializer
        .iter()
        .enumerate()
        .filter(|(_, weights)| weights.data_type == DataType::Float16 as i32)
        .map(|(place, weights)| (weights.name.as_str(), place))
        .collect();
    let widens = |cast: &pb::NodeProto| {
        let to_float = node::int(cast, "to") == Some(DataType::Float as i64);
        let place = node::input(cast, 0).and_then(|name| halves.get(name).copied());
        place.filter(|_| cast.op_type == "Cast" && to_float && cast.output.len() == 1)
    };
    // Only once each: a file that casts the same weights again and again would
    // grow without bound.
    let mut seen = HashSet::new();
    let casts: Vec<Option<usize>> = (graph.node.iter())
        .map(|cast| widens(cast).filter(|place| seen.insert(*place)))
        .collect();
    let taken: Vec<(usize, String)> = (graph.node.iter().zip(&casts))
        .filter_map(|(cast, place)| Some(((*place)?, cast.output[0].clone())))
        .collect();
    let mut casts = casts.into_iter();
    graph.node.retain(|_| casts.next().flatten().is_none());
    let read: HashSet<String> = (graph.node.iter().flat_map(|node| &node.input))
        .chain(graph.output.iter().map(|output| &output.name))
        .cloned()
        .collect();
    for (place, name) in &taken {
        let half = &mut graph.initializer[*place];
        // Somebody else may read the narrow weights as they are.
        let others = read.contains(&half.name).then(|| half.clone());
        half.name.clone_from(name);
        graph.initializer.extend(others);
    }
    taken.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{GraphBuilder, model};
    use super::*;

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
        let narrow = normalise(&mut proto).unwrap();
        assert_eq!(narrow, HashSet::from(["w".to_owned()]));
        let graph = proto.graph.unwrap();
        assert_eq!(graph.node.len(), 1);
        assert_eq!(graph.initializer.len(), 1);
        assert_eq!(graph.initializer[0].name, "w");
        assert_eq!(
            tensor::floats(&graph.initializer[0]).unwrap(),
            [0.5, -2.0, 65504.0]
        );
    }

    #[test]
    fn constants_become_initialisers() {
        let mut graph = GraphBuilder::new(&[("x", &[1, 3])]);
        graph
            .node("Constant", "shape", &[], "s")
            .ints("value_ints", &[3, 1]);
        graph.node("Reshape", "reshape", &["x", "s"], "y");
        let mut proto = model(graph.output("y", &[3, 1]));
        normalise(&mut proto).unwrap();
        let graph = proto.graph.unwrap();
        assert_eq!(graph.node.len(), 1);
        assert_eq!(tensor::ints(&graph.initializer[0]).unwrap(), [3, 1]);
    }

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
        normalise(&mut proto).unwrap();
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
