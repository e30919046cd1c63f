//! `gradcam doctor`: what a model's file is, what was assumed of it and why, what can be asked of
//! it and what not. No path, no picture and no weights are in the answer: it can go into a report
//! as it is.
//!
//! - `facts`: what stands in the file; `trial`: what works, tried out

mod facts;
mod trial;

use std::path::PathBuf;

use gradcam::onnx::{Limits, Model};
use serde_json::{Value, json};

use self::trial::Trial;
use crate::asking::{Engine, ModelOptions};
use crate::{files, terminal};

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
    let bytes = files::read_model(&arguments.model)?;
    let file = facts::file(&Model::decode(&bytes, Limits::default())?);
    drop(bytes);
    let options = arguments.options.attach_options(None)?;
    let mut engine = Engine::load(&arguments.model, &options)?;
    let reading = facts::reading(&engine.description);
    let trial = Trial::run(&mut engine, arguments.image.as_deref())?;
    let report = json!({ "file": file, "reading": reading, "works": trial.as_json() });
    if arguments.json {
        terminal::print_json(&report);
    } else {
        print(&report);
    }
    Ok(())
}

/// The report as plain text.
fn print(report: &Value) {
    for (part, title) in [
        ("file", "The file"),
        ("reading", "How it is read"),
        ("works", "What can be asked of it"),
    ] {
        terminal::print(title);
        let facts = report.get(part).and_then(Value::as_object);
        for (name, fact) in facts.into_iter().flatten() {
            print_fact(name, fact);
        }
    }
}

fn print_fact(name: &str, fact: &Value) {
    const NAME_WIDTH: usize = 16;
    let mut label = name.replace('_', " ");
    let lines = match fact {
        Value::Array(several) => several.iter().map(in_words).collect(),
        one => vec![in_words(one)],
    };
    for line in lines {
        terminal::print(format_args!("  {label:NAME_WIDTH$} {line}"));
        label.clear();
    }
}

fn in_words(fact: &Value) -> String {
    match fact {
        Value::String(text) => text.clone(),
        Value::Null => "not stated".to_owned(),
        Value::Object(parts) => {
            let parts = parts.iter();
            let parts: Vec<String> = parts.map(|(name, part)| format!("{name} {part}")).collect();
            parts.join(", ")
        }
        other => other.to_string(),
    }
}
