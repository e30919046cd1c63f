//! `gradcam inspect`: what a model offers to explain.

use std::path::PathBuf;

use gradcam::gradient::{self, Layer, OutputActivation, Survey};
use gradcam::onnx::{Limits, Metadata, Model, key};
use gradcam::picture::{Layout, Preprocess};
use serde_json::{Value, json};

use crate::asking::ModelOptions;
use crate::{files, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    /// The ONNX file.
    model: PathBuf,
    #[command(flatten)]
    options: ModelOptions,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut model = Model::decode_file(files::read_model(&arguments.model)?, Limits::default())?;
    let options = arguments.options.attach_options(None)?;
    gradient::conform(&mut model, &options)?;
    let survey = gradient::survey(&model, &options)?;
    if arguments.json {
        terminal::print_json(&as_json(&model, &survey)?);
    } else {
        print(&model, &survey)?;
    }
    Ok(())
}

fn as_json(model: &Model, survey: &Survey) -> anyhow::Result<Value> {
    let metadata = model.metadata();
    let selection = &survey.selection;
    let outputs = model.graph().output.iter();
    Ok(json!({
        "opset": model.opset(),
        "input": {
            "name": selection.picture.name,
            "shape": selection.picture.shape,
            "layout": selection.picture.layout,
        },
        "outputs": outputs.map(|output| json!({
            "name": output.name,
            "shape": survey.shapes.get(&output.name),
        })).collect::<Vec<_>>(),
        "logits": selection.logits,
        "ending": ending(selection.output_activation),
        "classes": selection.classes,
        "layers": survey.layers.iter().map(layer).collect::<Vec<_>>(),
        "chosen": layer(&selection.layer),
        "preprocess": metadata.json::<Value>(key::PREPROCESS)?,
        "labels": metadata.json::<Value>(key::LABELS)?,
        "source": metadata.text(key::SOURCE),
        "license": metadata.text(key::LICENSE),
    }))
}

fn layer(layer: &Layer) -> Value {
    json!({
        "name": layer.tensor,
        "node": layer.node,
        "alias": layer.alias,
        "operator": layer.operator,
        "shape": layer.shape,
    })
}

fn ending(ending: OutputActivation) -> &'static str {
    match ending {
        OutputActivation::Logits => "logits",
        OutputActivation::Softmax => "softmax",
        OutputActivation::Sigmoid => "sigmoid",
    }
}

fn print(model: &Model, survey: &Survey) -> anyhow::Result<()> {
    let metadata = model.metadata();
    let selection = &survey.selection;
    let layout = match selection.picture.layout {
        Layout::Nchw => "channels first",
        Layout::Nhwc => "channels last",
    };
    terminal::print(format_args!(
        "input    {} {:?}, {layout}",
        selection.picture.name, selection.picture.shape
    ));
    for output in &model.graph().output {
        match survey.shapes.get(&output.name) {
            Some(shape) => terminal::print(format_args!("output   {} {shape:?}", output.name)),
            None => terminal::print(format_args!("output   {}", output.name)),
        }
    }
    terminal::print(format_args!(
        "logits   {}, {} classes, the model ends with {}",
        selection.logits,
        selection.classes,
        ending(selection.output_activation)
    ));
    match metadata.json::<Preprocess>(key::PREPROCESS)? {
        Some(p) => terminal::print(format_args!(
            "picture  {:?}, byte × {} − {:?}, ÷ {:?}, {:?}",
            p.channels, p.scale, p.mean, p.std, p.resize
        )),
        None => terminal::print("picture  the file does not say how it wants its picture"),
    }
    match metadata.json::<Vec<String>>(key::LABELS)? {
        Some(labels) => terminal::print(format_args!("labels   {}", shortened(&labels))),
        None => terminal::print("labels   the file names no classes"),
    }
    terminal::print("layers that can be explained:");
    for layer in &survey.layers {
        let mark = if *layer == selection.layer { '*' } else { ' ' };
        let [channels, height, width] = layer.shape;
        let alias = layer.alias.as_ref();
        terminal::print(format_args!(
            "{mark} {}  {}  {channels} × {height} × {width}{}",
            layer.tensor,
            layer.operator,
            alias.map_or(String::new(), |alias| format!("  ({alias})"))
        ));
    }
    terminal::print(format_args!("* {}", why(metadata, survey)));
    Ok(())
}

/// Why the marked layer is the one that is explained if none is named.
fn why(metadata: Metadata, survey: &Survey) -> String {
    let layer = &survey.selection.layer;
    let stated = metadata.text(key::LAYER);
    if stated == Some(&layer.tensor) || stated == Some(&layer.node) {
        return "is explained if none is named: the file says so".into();
    }
    "is explained if none is named: the last layer with height and width that does more than pool or reorder".into()
}

fn shortened(labels: &[String]) -> String {
    let shown = labels
        .iter()
        .take(8)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if labels.len() > 8 {
        format!("{shown}, … ({} in all)", labels.len())
    } else {
        shown
    }
}
