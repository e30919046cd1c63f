//! `gradcam attach`: a model with its gradient branch, as a file.

use std::path::PathBuf;

use gradcam::gradient::{self, AttachOptions, Attached, ReluPolicy};
use gradcam::network::{BranchTimes, time_branch};
use gradcam::onnx::{Limits, Model};

use crate::asking::ModelOptions;
use crate::{files, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    /// The ONNX file.
    model: PathBuf,
    /// Where to write the model with its branch.
    #[arg(short, long)]
    output: PathBuf,
    /// Layer to explain, by tensor, node or alias; may be given several times.
    /// Found by itself if left out.
    #[arg(long)]
    layer: Vec<String>,
    #[command(flatten)]
    options: ModelOptions,
    /// Carry the branch on to the picture: output `gradients.input`.
    #[arg(long)]
    input_gradient: bool,
    /// What rectifiers let through on the way back: plain, guided or deconvnet.
    #[arg(long, default_value = "plain")]
    relu: ReluPolicy,
    /// Run forward and branch this often and print the least time of each; 0 to
    /// run nothing.
    #[arg(long, default_value_t = 3)]
    runs: usize,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut model = Model::decode_file(files::read_model(&arguments.model)?, Limits::default())?;
    let options = AttachOptions {
        layers: arguments.layer.clone(),
        input_gradient: arguments.input_gradient,
        policy: arguments.relu,
        ..arguments.options.attach_options(None)?
    };
    let attached = gradient::attach(&mut model, &options)?;
    // Before anything is written: a model that cannot be run leaves no file behind.
    let times = match arguments.runs {
        0 => None,
        runs => Some(time_branch(&model, runs)?),
    };
    files::write(&arguments.output, &model.encode())?;
    print(arguments, &attached);
    if let Some(BranchTimes { forward, branch }) = times {
        let factor = branch.as_secs_f64() / forward.as_secs_f64().max(1e-9);
        terminal::print(format_args!(
            "forward {:.1} ms, forward with branch {:.1} ms ({factor:.2} times)",
            forward.as_secs_f64() * 1e3,
            branch.as_secs_f64() * 1e3
        ));
    }
    Ok(())
}

fn print(arguments: &Arguments, attached: &Attached) {
    let selection = &attached.selection;
    for layer in selection.layers() {
        let [channels, height, width] = layer.shape;
        terminal::print(format_args!(
            "layer {} ({}), {channels} × {height} × {width}",
            layer.tensor, layer.operator
        ));
    }
    if arguments.input_gradient {
        let [height, width, channels] = selection.picture.size();
        terminal::print(format_args!("the picture, {channels} × {height} × {width}"));
    }
    if arguments.relu != ReluPolicy::Plain {
        match attached.rectifiers {
            0 => terminal::print(format_args!(
                "there is no rectifier on the way, so '{}' changes nothing: this is the plain gradient",
                arguments.relu.name()
            )),
            count => terminal::print(format_args!(
                "{count} rectifiers, {}",
                arguments.relu.name()
            )),
        }
    }
    terminal::print(format_args!(
        "{} classes, weights in float32: {}",
        selection.classes,
        arguments.output.display()
    ));
}
