//! `gradcam doctor`: what a model's file is, what was assumed of it and why, what can be asked of
//! it and what not. No path, no picture and no weights are in the answer: it can go into a report
//! as it is.

use std::path::PathBuf;

use gradcam::engine::{model_report, report_text};
use gradcam::explain::block_on;
use indicatif::ProgressBar;
use ndarray::Array4;

use crate::asking::{Engine, ModelOptions, RunBudget};
use crate::terminal;

#[derive(clap::Args)]
pub struct Arguments {
    /// The ONNX file.
    model: PathBuf,
    /// A picture on which methods are tried; shades of grey if left out.
    image: Option<PathBuf>,
    #[command(flatten)]
    options: ModelOptions,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let options = arguments.options.attach_options(None)?;
    let mut engine = Engine::load(&arguments.model, &options)?;
    match &arguments.image {
        Some(path) => drop(engine.see(path)?),
        None => {
            let input = greys(&engine.description.selection.picture.shape);
            engine.session.predict_tensor(input, &mut |_, _, _| ())?;
        }
    }
    let bar = ProgressBar::hidden();
    let mut budget = RunBudget::new(None, None, &bar, String::new());
    let trial = block_on(engine.session.try_everything(&mut budget))?;
    let report = model_report(&engine.description, Some(&trial));
    if arguments.json {
        terminal::print_json(&report);
    } else {
        for line in report_text(&report).lines() {
            terminal::print(line);
        }
    }
    Ok(())
}

/// An input tensor of shades from −1 to 1.
fn greys(shape: &[usize]) -> Array4<f32> {
    let axis = |axis: usize| shape.get(axis).copied().unwrap_or(1);
    Array4::from_shape_fn((axis(0), axis(1), axis(2), axis(3)), |(_, a, b, c)| {
        ((a * 31 + b * 17 + c * 7) % 64) as f32 / 32.0 - 1.0
    })
}
