//! `gradcam attach`: a model with its gradient branch, as a file.

use std::path::PathBuf;

use gradcam::gradient::{self, Choices};
use gradcam::onnx::{Limits, Model};

#[derive(clap::Args)]
pub struct Arguments {
    /// The ONNX file.
    model: PathBuf,
    /// Where to write the model with its branch.
    #[arg(short, long)]
    output: PathBuf,
    /// Layer to explain, by tensor or node; may be given several times. Found by
    /// itself if left out.
    #[arg(long)]
    layer: Vec<String>,
    /// Tensor that holds the logits, where the output is something else.
    #[arg(long)]
    logits: Option<String>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut model = Model::decode(&crate::read(&arguments.model)?, Limits::default())?;
    let choices = Choices {
        layers: arguments.layer.clone(),
        logits: arguments.logits.clone(),
    };
    let selection = gradient::attach(&mut model, &choices)?.selection;
    crate::write(&arguments.output, &model.encode())?;
    for layer in selection.layers() {
        let [channels, height, width] = layer.shape;
        println!(
            "layer {} ({}), {channels} × {height} × {width}",
            layer.tensor, layer.operator
        );
    }
    println!(
        "{} classes, weights in float32: {}",
        selection.classes,
        arguments.output.display()
    );
    Ok(())
}
