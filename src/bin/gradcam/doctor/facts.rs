//! What stands in a model's file, and how it is read.

use std::collections::BTreeMap;

use gradcam::gradient::OutputActivation;
use gradcam::network::Description;
use gradcam::onnx::pb::tensor_proto::DataType;
use gradcam::onnx::{Model, declared_tensor, element_count, pb};
use gradcam::picture::Layout;
use serde_json::{Value, json};

/// The file: exporter, operator set, operators, weights, inputs and outputs.
pub fn file(model: &Model) -> Value {
    let (proto, graph) = (model.proto(), model.graph());
    let mut operators: BTreeMap<&str, usize> = BTreeMap::new();
    for node in &graph.node {
        *operators.entry(&node.op_type).or_default() += 1;
    }
    let mut weights: BTreeMap<String, usize> = BTreeMap::new();
    for tensor in &graph.initializer {
        let dims: Vec<usize> = tensor.dims.iter().map(|&dim| dim.max(0) as usize).collect();
        let data_type = DataType::try_from(tensor.data_type).unwrap_or_default();
        *weights.entry(type_name(data_type)).or_default() += element_count(&dims).unwrap_or(0);
    }
    let exporter = format!("{} {}", proto.producer_name, proto.producer_version);
    json!({
        "exporter": exporter.trim(),
        "operator_set": model.opset(),
        "nodes": graph.node.len(),
        "operators": operators,
        "weights": weights,
        "inputs": graph.input.iter().map(value).collect::<Vec<_>>(),
        "outputs": graph.output.iter().map(value).collect::<Vec<_>>(),
    })
}

fn type_name(data_type: DataType) -> String {
    format!("{data_type:?}").to_lowercase()
}

/// "x float [1, 3, ?, ?]".
fn value(value: &pb::ValueInfoProto) -> String {
    let Some((data_type, axes)) = declared_tensor(value) else {
        return value.name.clone();
    };
    let axes = axes
        .iter()
        .map(|axis| axis.map_or("?".to_owned(), |size| size.to_string()));
    let axes: Vec<String> = axes.collect();
    format!(
        "{} {} [{}]",
        value.name,
        type_name(data_type),
        axes.join(", ")
    )
}

/// What was read or assumed, and why.
pub fn reading(description: &Description) -> Value {
    let selection = &description.selection;
    let [height, width, channels] = selection.picture.size();
    let layout = match selection.picture.layout {
        Layout::Nchw => "channels first",
        Layout::Nhwc => "channels last",
    };
    let ending = match selection.output_activation {
        OutputActivation::Logits => "the file ends with them",
        OutputActivation::Softmax => "before the softmax of the file",
        OutputActivation::Sigmoid => "before the sigmoid of the file",
    };
    let names = if description.has_labels {
        "named by the file"
    } else {
        "numbered, since the file names none"
    };
    let scaling = description.scaling_assumed.unwrap_or("stated by the file");
    let preprocess = &description.preprocess;
    let layer = &selection.layer;
    json!({
        "picture": format!(
            "'{}', {width} × {height} pixels, {channels} channels, {layout}",
            selection.picture.name
        ),
        "pixel_values": format!(
            "{:?}, byte × {} − {:?}, ÷ {:?}: {scaling}",
            preprocess.channels, preprocess.scale, preprocess.mean, preprocess.std
        ),
        "logits": format!("'{}', {ending}", selection.logits),
        "classes": format!("{}, {names}", selection.classes),
        "layers": description.layers.len(),
        "layer": format!("'{}' ({}), {:?}", layer.tensor, layer.operator, layer.shape),
        "assumed": description.assumptions,
        "changed": description.notes,
    })
}
