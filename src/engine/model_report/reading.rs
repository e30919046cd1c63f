//! How a file is read: what it states and what was assumed.

use serde_json::{Value, json};

use crate::gradient::OutputActivation;
use crate::network::Description;
use crate::picture::Layout;

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
        "fit": preprocess.fit.to_string(),
        "logits": format!("'{}', {ending}", selection.logits),
        "classes": format!("{}, {names}", selection.classes),
        "layers": description.layers.len(),
        "layer": format!("'{}' ({}), {:?}", layer.tensor, layer.operator, layer.shape),
        "assumed": description.assumptions,
        "changed": description.notes,
    })
}
