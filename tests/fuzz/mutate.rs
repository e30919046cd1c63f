//! Damage to model files: of the bytes, and of what they say.

use gradcam::onnx::pb::{self, tensor_shape_proto::dimension::Value};
use prost::Message as _;

use super::bytes::damage_bytes;
use super::random::Random;

/// A damaged copy of one of the files, or of two of them.
pub fn mutated(files: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut file = random.one_of(files).cloned().unwrap_or_default();
    let times = 1 + random.below(4);
    if random.once_in(4) {
        (0..times).for_each(|_| damage_bytes(&mut file, files, random));
    } else if let Ok(mut model) = pb::ModelProto::decode(file.as_slice()) {
        let donor = random.one_of(files).cloned().unwrap_or_default();
        let donor = pb::ModelProto::decode(donor.as_slice()).unwrap_or_default();
        (0..times).for_each(|_| damage_model(&mut model, &donor, random));
        file = model.encode_to_vec();
    }
    file
}

fn damage_model(model: &mut pb::ModelProto, donor: &pb::ModelProto, random: &mut Random) {
    if random.once_in(20) {
        if let Some(set) = model.opset_import.first_mut() {
            set.version = 8 + random.below(16) as i64;
        }
        return;
    }
    let Some(graph) = &mut model.graph else {
        return;
    };
    match random.below(12) {
        0 => damage_value(graph, random),
        1 | 2 => damage_weights(graph, random),
        3 => {
            let (a, b) = (
                random.below(graph.node.len()),
                random.below(graph.node.len()),
            );
            if a != b {
                graph.node.swap(a, b);
            }
        }
        4 => insert_node(graph, donor, random),
        10 => damage_name(graph, random),
        11 => damage_metadata(&mut model.metadata_props, random),
        5 | 6 => damage_links(graph, random),
        _ => damage_node(graph, donor, random),
    }
}

/// What the file states of a tensor.
fn damage_value(graph: &mut pb::GraphProto, random: &mut Random) {
    if random.once_in(3)
        && let Some(name) = any_output(graph, random)
    {
        let mut stated = graph.input.first().cloned().unwrap_or_default();
        stated.name = name;
        graph.value_info.push(stated);
    }
    let values = [&mut graph.input, &mut graph.output, &mut graph.value_info];
    let Some(values) = values.into_iter().nth(random.below(3)) else {
        return;
    };
    let place = random.below(values.len());
    let tensor = values
        .get_mut(place)
        .and_then(|value| value.r#type.as_mut());
    let Some(pb::type_proto::Value::TensorType(tensor)) = tensor.and_then(|t| t.value.as_mut())
    else {
        return;
    };
    let Some(shape) = &mut tensor.shape else {
        return;
    };
    let axis = random.below(shape.dim.len());
    match random.below(4) {
        0 if axis < shape.dim.len() => drop(shape.dim.remove(axis)),
        1 => shape.dim.push(Default::default()),
        _ => {
            if let Some(dim) = shape.dim.get_mut(axis) {
                dim.value = Some(Value::DimValue(random.number()));
            }
        }
    }
}

fn damage_weights(graph: &mut pb::GraphProto, random: &mut Random) {
    let place = random.below(graph.initializer.len());
    let Some(weights) = graph.initializer.get_mut(place) else {
        return;
    };
    match random.below(6) {
        0 => weights.data_type = random.below(14) as i32,
        1 => {
            let axis = random.below(weights.dims.len());
            if let Some(dim) = weights.dims.get_mut(axis) {
                *dim = random.number();
            }
        }
        // Another shape of as many values, or none at all.
        2 => {
            let count: i64 = weights.dims.iter().fold(1, |a, b| a.wrapping_mul(*b));
            let shapes: [&[i64]; 4] = [&[count], &[1, count], &[1, count, 1, 1], &[0]];
            weights.dims = shapes[random.below(4)].to_vec();
            if weights.dims == [0] {
                weights.raw_data.clear();
            }
        }
        // Whole numbers are shapes, axes, indices: the worst to get wrong.
        _ => {
            let width = match weights.data_type {
                6 | 1 => 4,
                _ => 8,
            };
            let at = random.below(weights.raw_data.len() / width) * width;
            if let Some(bytes) = weights.raw_data.get_mut(at..at + width) {
                let value = random.number();
                match width {
                    8 => bytes.copy_from_slice(&value.to_le_bytes()),
                    _ => bytes.copy_from_slice(&(value as f32).to_le_bytes()),
                }
            }
        }
    }
}

fn damage_links(graph: &mut pb::GraphProto, random: &mut Random) {
    let other = match random.below(4) {
        0 => random
            .one_of(&graph.initializer)
            .map(|weights| weights.name.clone()),
        1 => Some(String::new()),
        2 => graph.input.first().map(|input| input.name.clone()),
        _ => any_output(graph, random),
    };
    let place = random.below(graph.node.len());
    let (Some(other), Some(node)) = (other, graph.node.get_mut(place)) else {
        return;
    };
    let is_output = random.once_in(8);
    let names = if is_output {
        &mut node.output
    } else {
        &mut node.input
    };
    let slot = random.below(names.len());
    match random.below(4) {
        0 => names.push(other),
        1 if slot < names.len() => drop(names.remove(slot)),
        _ => {
            if let Some(name) = names.get_mut(slot) {
                *name = other;
            }
        }
    }
}

fn damage_node(graph: &mut pb::GraphProto, donor: &pb::ModelProto, random: &mut Random) {
    let place = random.below(graph.node.len());
    let foreign = donor
        .graph
        .as_ref()
        .and_then(|g| random.one_of(&g.node))
        .cloned();
    let (Some(node), Some(foreign)) = (graph.node.get_mut(place), foreign) else {
        return;
    };
    match random.below(8) {
        0 => node.op_type = foreign.op_type,
        1 => {
            node.op_type = foreign.op_type;
            node.attribute = foreign.attribute;
        }
        2 => node.attribute.extend(foreign.attribute),
        3 => {
            let names = [
                "axis",
                "group",
                "blocksize",
                "keepdims",
                "allowzero",
                "ceil_mode",
            ];
            let name = names[random.below(names.len())];
            let number = random.number();
            node.attribute
                .insert(0, gradcam::onnx::node::int_attribute(name, number));
        }
        4 => {
            let names = [
                "axes",
                "pads",
                "strides",
                "dilations",
                "kernel_shape",
                "perm",
                "split",
            ];
            let name = names[random.below(names.len())];
            let numbers: Vec<i64> = (0..random.below(5)).map(|_| random.number()).collect();
            node.attribute
                .insert(0, gradcam::onnx::node::ints_attribute(name, &numbers));
        }
        _ => {
            let place = random.below(node.attribute.len());
            if let Some(attribute) = node.attribute.get_mut(place) {
                damage_attribute(attribute, random);
            }
        }
    }
}

fn damage_attribute(attribute: &mut pb::AttributeProto, random: &mut Random) {
    let number = random.number();
    attribute.i = number;
    attribute.f = [number as f32, 0.0, f32::NAN, f32::INFINITY, 1e-30][random.below(5)];
    let place = random.below(attribute.ints.len());
    match random.below(4) {
        0 => attribute.ints.push(number),
        1 => drop(attribute.ints.pop()),
        _ => {
            if let Some(value) = attribute.ints.get_mut(place) {
                *value = number;
            }
        }
    }
    if !attribute.s.is_empty() && random.once_in(2) {
        let texts = [
            "linear",
            "reflect",
            "SAME_UPPER",
            "SAME_LOWER",
            "CRD",
            "ab,bc->",
            "aab,b->aa",
            "->a",
        ];
        attribute.s = texts[random.below(texts.len())].into();
    }
}

/// Gives a node and its tensor another name, wherever it is written.
fn damage_name(graph: &mut pb::GraphProto, random: &mut Random) {
    let Some(old) = any_output(graph, random) else {
        return;
    };
    let new = hard_text(random);
    let nodes = graph.node.iter_mut();
    let tensors = nodes.flat_map(|node| {
        if node.output.contains(&old) {
            node.name.clone_from(&new);
        }
        node.input.iter_mut().chain(&mut node.output)
    });
    let outputs = graph.output.iter_mut().map(|output| &mut output.name);
    for name in tensors.chain(outputs).filter(|name| **name == old) {
        name.clone_from(&new);
    }
}

fn damage_metadata(entries: &mut Vec<pb::StringStringEntryProto>, random: &mut Random) {
    use gradcam::onnx::key;
    let keys = [
        key::LABELS,
        key::PREPROCESS,
        key::LAYER,
        key::SOURCE,
        key::LICENSE,
    ];
    let key = keys[random.below(keys.len())];
    let text = serde_json::Value::from(hard_text(random));
    let value = match random.below(4) {
        0 => text.to_string(),
        1 => format!("[{text}, {text}, {text}]"),
        2 => format!("[{}]", vec![text.to_string(); random.below(2000)].join(",")),
        _ => {
            let (side, scale) = (random.number(), random.number());
            let std = random.number();
            format!(
                r#"{{"layout": "NCHW", "size": [{side}, 8], "channels": "RGB",
                "scale": {scale}, "mean": [0, 0, 0], "std": [1, {std}, 1]}}"#
            )
        }
    };
    entries.retain(|entry| entry.key != key);
    entries.push(pb::StringStringEntryProto {
        key: key.into(),
        value,
    });
}

/// A text that steers terminals, or is long.
fn hard_text(random: &mut Random) -> String {
    let texts = [
        "",
        "\u{1b}[31m\u{7}",
        "\u{202e}\u{2066}",
        "\u{9b}2J\r\n",
        "it's",
        "\u{7f}\u{85}\u{2028}",
        "名",
    ];
    let text = texts[random.below(texts.len())];
    let times = [1, 1, 3, 2000][random.below(4)];
    format!("{}{}", text.repeat(times), random.below(100))
}

/// A node of another file, between a tensor and those who read it.
fn insert_node(graph: &mut pb::GraphProto, donor: &pb::ModelProto, random: &mut Random) {
    let place = random.below(graph.node.len());
    let Some(donor) = &donor.graph else { return };
    let (Some(foreign), Some(reader)) = (random.one_of(&donor.node), graph.node.get_mut(place))
    else {
        return;
    };
    let mut added = foreign.clone();
    let fresh = format!("{}/{}", added.op_type, random.next() % 1000);
    let (Some(read), Some(first)) = (reader.input.first_mut(), added.input.first_mut()) else {
        return;
    };
    *first = std::mem::replace(read, fresh.clone());
    added.name.clone_from(&fresh);
    added.output = vec![fresh];
    // Weights that only the other file has come along.
    let weights = donor.initializer.iter();
    for weights in weights.filter(|weights| foreign.input.contains(&weights.name)) {
        let name = format!("{}/{}", weights.name, random.next() % 1000);
        for input in added
            .input
            .iter_mut()
            .filter(|input| **input == weights.name)
        {
            input.clone_from(&name);
        }
        graph.initializer.push(pb::TensorProto {
            name,
            ..weights.clone()
        });
    }
    graph.node.insert(place, added);
}

fn any_output(graph: &pb::GraphProto, random: &mut Random) -> Option<String> {
    let node = random.one_of(&graph.node)?;
    random.one_of(&node.output).cloned()
}
