//! The command line: the same engine as the page's, native.
//!
//! One file for each command, and `files`, `terminal` and `panics`, which they share. To add a
//! command: a file with `Arguments` and `run`, and a variant of [`Command`].

mod attach;
mod explain;
mod files;
mod inspect;
mod methods;
mod panics;
mod profile;
mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    /// Write a model together with its gradient branch.
    Attach(attach::Arguments),
    /// Explain pictures: which class, and where the network looked.
    Explain(explain::Arguments),
    /// List the methods, their settings, and the targets.
    Methods(methods::Arguments),
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
    let result = panics::caught(|| match &arguments.command {
        Command::Inspect(arguments) => inspect::run(arguments),
        Command::Attach(arguments) => attach::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Methods(arguments) => {
            methods::run(arguments);
            Ok(())
        }
        Command::Profile(arguments) => profile::run(arguments),
    });
    match result {
        Ok(code) => code,
        Err(error) => {
            terminal::print_error(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
