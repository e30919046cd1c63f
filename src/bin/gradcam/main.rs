//! The command line: the same engine as the page's, native.
//!
//! One file or folder for each command. They share `asking` (a model, a picture and a question),
//! `pictures` (many of them), `files`, `terminal`, `interrupt`, `outcome`,
//! `panics` and `allocator`. To add a command: a file with `Arguments` and `run`, and a variant
//! of [`Command`].

mod allocator;
mod asking;
mod attach;
mod doctor;
mod evaluate;
mod explain;
mod files;
mod inspect;
mod interrupt;
mod methods;
mod metrics;
mod outcome;
mod panics;
mod perturb;
mod pictures;
mod profile;
mod reproduce;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::outcome::Outcome;

/// Explains ONNX image classifiers: Grad-CAM and other methods.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show a model's input, outputs and the layers that can be explained.
    Inspect(inspect::Arguments),
    /// Say what a model's file is, what was assumed of it, what works with it and what not.
    Doctor(doctor::Arguments),
    /// Write a model together with its gradient branch.
    Attach(attach::Arguments),
    /// Explain pictures: which class, and where the network looked.
    Explain(explain::Arguments),
    /// Measure how far maps can be trusted: faithfulness, localisation, sanity.
    Evaluate(evaluate::Arguments),
    /// Change a picture so that the class changes and nobody sees it.
    Perturb(perturb::Arguments),
    /// Make a map again from what `explain --json` printed or the page saved.
    Reproduce(reproduce::Arguments),
    /// List the methods, their settings, and the targets.
    Methods(methods::Arguments),
    /// List the metrics and their settings.
    Metrics(metrics::Arguments),
    /// Show where a run of a graph spends its time, node by node.
    Profile(profile::Arguments),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() => {
            terminal::print_usage(&error.to_string());
            return ExitCode::from(2);
        }
        Err(help) => help.exit(),
    };
    let result = panics::caught(|| {
        let done = |()| Outcome::Done;
        match &arguments.command {
            Command::Inspect(arguments) => inspect::run(arguments).map(done),
            Command::Doctor(arguments) => doctor::run(arguments).map(done),
            Command::Attach(arguments) => attach::run(arguments).map(done),
            Command::Explain(arguments) => explain::run(arguments),
            Command::Evaluate(arguments) => evaluate::run(arguments),
            Command::Perturb(arguments) => perturb::run(arguments).map(done),
            Command::Reproduce(arguments) => reproduce::run(arguments).map(done),
            Command::Methods(arguments) => {
                methods::run(arguments);
                Ok(Outcome::Done)
            }
            Command::Metrics(arguments) => {
                metrics::run(arguments);
                Ok(Outcome::Done)
            }
            Command::Profile(arguments) => profile::run(arguments).map(done),
        }
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            terminal::print_error(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
