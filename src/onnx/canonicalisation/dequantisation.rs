//! int8 and uint8 weights that a `DequantizeLinear` reads: float32 weights from here
//! on.
//!
//! `quantisation` could compute such a node as well, value by value. Here it is one pass over the
//! bytes, which are freed at once; what it leaves is computed there.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::{self, tensor_proto::DataType};

use crate::onnx::attributes::normal_axis;
use crate::onnx::{node, tensor};

/// Elements of all such weights of a file together, 256 MiB as float32; what is
/// beyond stays as it is. A file grows fourfold by this.
const MAX_VALUES: usize = 1 << 26;

/// Replaces int8 and uint8 weights and the `DequantizeLinear` nodes that read them by
/// float32 weights. Other uses of the operator stay.
pub fn dequantise_weights(graph: &mut pb::GraphProto) {
    let mut uses: HashMap<String, usize> = HashMap::new();
    let outputs = graph.output.iter().map(|output| &output.name);
    for name in (graph.node.iter().flat_map(|node| &node.input)).chain(outputs) {
        *uses.entry(name.clone()).or_default() += 1;
    }
    let positions: HashMap<String, usize> = (graph.initializer.iter().enumerate())
        .map(|(position, weights)| (weights.name.clone(), position))
        .collect();
    let mut values_left = MAX_VALUES;
    let mut parameters = HashSet::new();
    graph.node.retain(|node| {
        let Some(position) = quantised_weights(node, &positions, &uses) else {
            return true;
        };
        // Weights that are not raw bytes are small.
        let values = graph.initializer[position].raw_data.len();
        if values == 0 || values > values_left {
            return true;
        }
        let Some(weights) = dequantised_by(node, position, &positions, &graph.initializer) else {
            return true;
        };
        values_left -= values;
        parameters.extend(node.input.iter().skip(1).cloned());
        graph.initializer[position] = weights;
        false
    });
    drop_unused(graph, &parameters);
}

/// Position of the initialiser that a node dequantises. Nothing else may read it,
/// since it is replaced: a file that dequantised the same weights again and again
/// would grow without bound.
fn quantised_weights(
    node: &pb::NodeProto,
    positions: &HashMap<String, usize>,
    uses: &HashMap<String, usize>,
) -> Option<usize> {
    if node.op_type != "DequantizeLinear" || node.output.len() != 1 {
        return None;
    }
    let name = node::input(node, 0).filter(|name| uses.get(*name) == Some(&1))?;
    positions.get(name).copied()
}

/// The output of a node that dequantises the initialiser at `position`.
fn dequantised_by(
    node: &pb::NodeProto,
    position: usize,
    positions: &HashMap<String, usize>,
    initialisers: &[pb::TensorProto],
) -> Option<pb::TensorProto> {
    let initialiser = |name: &str| positions.get(name).map(|&position| &initialisers[position]);
    let scale = node::input(node, 1).and_then(initialiser)?;
    let zero_point = match node::input(node, 2) {
        Some(name) => Some(initialiser(name)?),
        None => None,
    };
    dequantised(node, &initialisers[position], scale, zero_point)
}

/// How the values of one channel are quantised: q = x / scale + zero point.
#[derive(Clone, Copy)]
struct Quantisation {
    scale: f32,
    zero_point: f32,
}

/// x = (q − zero point) · scale, for the whole tensor or along one axis, as an
/// initialiser named after the node's output. `None` for what operator set 17
/// does not have, for other types, and where the sizes do not agree.
fn dequantised(
    node: &pb::NodeProto,
    stored: &pb::TensorProto,
    scale: &pb::TensorProto,
    zero_point: Option<&pb::TensorProto>,
) -> Option<pb::TensorProto> {
    let is_float = scale.data_type == DataType::Float as i32;
    if !is_float || node::int(node, "block_size").unwrap_or(0) != 0 {
        return None;
    }
    let scales = tensor::floats(scale).ok()?;
    let run = run_length(node, stored, scales.len())?;
    let zero_points = match zero_point {
        None => vec![0; scales.len()],
        Some(zero_points) => tensor::ints(zero_points).ok()?,
    };
    if zero_points.len() != scales.len() {
        return None;
    }
    let channels: Vec<Quantisation> = (scales.into_iter().zip(zero_points))
        .map(|(scale, zero_point)| Quantisation {
            scale,
            zero_point: zero_point as f32,
        })
        .collect();
    let bytes = &stored.raw_data;
    let raw_data = match DataType::try_from(stored.data_type) {
        Ok(DataType::Int8) => float_bytes(bytes, &channels, run, |byte| f32::from(byte as i8)),
        Ok(DataType::Uint8) => float_bytes(bytes, &channels, run, f32::from),
        _ => return None,
    };
    Some(pb::TensorProto {
        name: node.output[0].clone(),
        dims: stored.dims.clone(),
        data_type: DataType::Float as i32,
        raw_data,
        ..Default::default()
    })
}

/// How many consecutive values belong to one channel, of `channels` along the node's
/// `axis`; `None` if the axis has another size.
fn run_length(node: &pb::NodeProto, stored: &pb::TensorProto, channels: usize) -> Option<usize> {
    if channels == 1 {
        return Some(stored.raw_data.len());
    }
    let sizes = tensor::dims(stored);
    let axis = node::int(node, "axis").unwrap_or(1);
    let axis = normal_axis(node, axis, sizes.len()).ok()?;
    (sizes[axis] == channels).then(|| sizes[axis + 1..].iter().product())
}

/// The bytes of float32 values, little-endian. `run` consecutive values belong to one
/// channel; the channels repeat.
fn float_bytes(
    bytes: &[u8],
    channels: &[Quantisation],
    run: usize,
    to_float: impl Fn(u8) -> f32,
) -> Vec<u8> {
    let mut raw = vec![0; bytes.len() * size_of::<f32>()];
    let (values, _) = raw.as_chunks_mut();
    let dequantise = |byte: u8, channel: Quantisation| {
        ((to_float(byte) - channel.zero_point) * channel.scale).to_le_bytes()
    };
    if run == 1 {
        let rows = bytes.chunks(channels.len());
        for (row, values) in rows.zip(values.chunks_mut(channels.len())) {
            for ((value, &byte), &channel) in values.iter_mut().zip(row).zip(channels) {
                *value = dequantise(byte, channel);
            }
        }
        return raw;
    }
    let runs = bytes.chunks(run).zip(values.chunks_mut(run));
    for ((bytes, values), &channel) in runs.zip(channels.iter().cycle()) {
        for (value, &byte) in values.iter_mut().zip(bytes) {
            *value = dequantise(byte, channel);
        }
    }
    raw
}

/// Removes the scales and zero points that nothing else reads.
fn drop_unused(graph: &mut pb::GraphProto, parameters: &HashSet<String>) {
    let used: HashSet<&str> = (graph.node.iter().flat_map(|node| &node.input))
        .chain(graph.output.iter().map(|output| &output.name))
        .map(String::as_str)
        .collect();
    graph.initializer.retain(|weights| {
        !parameters.contains(&weights.name) || used.contains(weights.name.as_str())
    });
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::onnx::testing::{GraphBuilder, model};
    use crate::onnx::{Limits, Model};
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn bytes(name: &str, dims: &[usize], kind: DataType, raw_data: Vec<u8>) -> pb::TensorProto {
        pb::TensorProto {
            name: name.into(),
            dims: dims.iter().map(|&dim| dim as i64).collect(),
            data_type: kind as i32,
            raw_data,
            ..Default::default()
        }
    }

    /// x [2, 3, 2] + (q [2, 3, 2] − z) · s along an axis.
    fn sum(kind: DataType, scales: &[f32], zeros: &[u8], axis: i64) -> GraphBuilder {
        let mut graph = GraphBuilder::new(&[("x", &[2, 3, 2])]);
        let values = (0..12u8).map(|value| value.wrapping_mul(43)).collect();
        let dims: &[usize] = if scales.len() == 1 {
            &[]
        } else {
            &[scales.len()]
        };
        (graph.graph.initializer).push(bytes("q", &[2, 3, 2], kind, values));
        (graph.graph.initializer).push(bytes("z", dims, kind, zeros.to_vec()));
        graph.floats("s", dims, scales);
        let inputs: &[&str] = match zeros {
            [] => &["q", "s"],
            _ => &["q", "s", "z"],
        };
        graph
            .node("DequantizeLinear", "widen", inputs, "w")
            .int("axis", axis);
        graph.node("Add", "sum", &["x", "w"], "y");
        if zeros.is_empty() {
            graph
                .graph
                .initializer
                .retain(|weights| weights.name != "z");
        }
        graph.output("y", &[2, 3, 2])
    }

    /// The weights must be those that are computed value by value.
    #[test]
    fn every_axis_and_type_is_widened() {
        for kind in [DataType::Int8, DataType::Uint8] {
            let cases: [(&[f32], &[u8], i64); 6] = [
                (&[0.5, 2.0], &[], 0),
                (&[0.5, 2.0, -1.0], &[], 1),
                (&[0.5, 2.0, -1.0], &[1, 2, 200], -2),
                (&[0.25, 3.0], &[9, 0], 2),
                (&[0.1], &[], 1),
                (&[0.1], &[250], 1),
            ];
            for (scales, zeros, axis) in cases {
                let mut proto = model(sum(kind, scales, zeros, axis));
                let widened = Model::decode(&proto.encode_to_vec(), Limits::default()).unwrap();
                let graph = widened.graph();
                assert_eq!((graph.node.len(), graph.initializer.len()), (1, 1));
                assert_eq!(graph.initializer[0].name, "w");
                let found = tensor::floats(&graph.initializer[0]).unwrap();

                // Two readers: then it is computed value by value.
                let graph = proto.graph.as_mut().unwrap();
                graph.node.push(node::new("Identity", &["q"], "other"));
                let left = Model::decode(&proto.encode_to_vec(), Limits::default()).unwrap();
                let constants = &left.graph().initializer;
                let wanted = constants.iter().find(|weights| weights.name == "w");
                let wanted = tensor::floats(wanted.unwrap()).unwrap();
                assert_eq!(found, wanted, "{scales:?} {zeros:?}");
            }
        }
    }

    #[test]
    fn what_does_not_agree_is_left_as_it_is() {
        let two_scales = sum(DataType::Int8, &[0.5, 2.0], &[], 1);
        let no_such_axis = sum(DataType::Int8, &[0.5, 2.0], &[], 7);
        let one_zero = {
            let mut graph = sum(DataType::Int8, &[0.5, 2.0], &[1, 2], 0);
            let zeros = graph.graph.initializer.iter_mut().find(|t| t.name == "z");
            *zeros.unwrap() = bytes("z", &[1], DataType::Int8, vec![1]);
            graph
        };
        let mut blocks = sum(DataType::Int8, &[0.5, 2.0], &[], 0);
        let last = &mut blocks.graph.node[0].attribute;
        last.push(node::int_attribute("block_size", 3));
        let bool_weights = sum(DataType::Bool, &[0.5, 2.0], &[], 0);
        for graph in [two_scales, no_such_axis, one_zero, blocks, bool_weights] {
            let mut graph = graph.graph;
            let before = graph.clone();
            dequantise_weights(&mut graph);
            assert_eq!(graph, before);
        }
    }

    #[test]
    fn scales_that_others_read_stay() {
        let mut graph = sum(DataType::Int8, &[0.5, 2.0], &[], 0);
        graph.node("Identity", "again", &["s"], "t");
        let mut graph = graph.graph;
        dequantise_weights(&mut graph);
        let names = graph
            .initializer
            .iter()
            .map(|weights| weights.name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["w", "s"]);
    }
}
