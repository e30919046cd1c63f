//! The command line: the same engine as the page's, native.

mod attach;
mod explain;
mod inspect;
mod profile;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use gradcam::onnx::{Limits, OnnxError};

/// Grad-CAM for ONNX image classifiers.
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
    /// Show where a run of a graph spends its time, node by node.
    Profile(profile::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Attach(arguments) => attach::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Profile(arguments) => profile::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gradcam: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A file's bytes.
fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("'{}' cannot be read", path.display()))
}

/// A model file's bytes, unless there are more than would be decoded anyway.
fn read_model(path: &Path) -> anyhow::Result<Vec<u8>> {
    let limit = Limits::default().file_bytes;
    let bytes = std::fs::metadata(path).map_or(0, |found| found.len());
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    if bytes > limit {
        let problem = OnnxError::TooLarge { bytes, limit };
        return Err(problem).with_context(|| format!("'{}'", path.display()));
    }
    read(path)
}

/// Writes a file and says where if that fails.
fn write(path: &PathBuf, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("'{}' cannot be written", path.display()))
}
