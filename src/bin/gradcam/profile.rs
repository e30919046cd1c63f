//! `gradcam profile`: where a run of a graph spends its time.

use std::path::PathBuf;

use gradcam::network::profile;
use gradcam::onnx::{Limits, Model};

use crate::{files, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    /// The ONNX file, with its gradient branch or without.
    model: PathBuf,
    /// Runs after a first one that warms up; the least time of each node counts.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    runs: u16,
    /// How many nodes to print.
    #[arg(long, default_value_t = 25)]
    nodes: usize,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let model = Model::decode_file(files::read_model(&arguments.model)?, Limits::default())?;
    let times = profile(&model, usize::from(arguments.runs))?;
    let total: f64 = times.iter().map(|node| node.milliseconds).sum();
    let share = |milliseconds: f64| 100.0 * milliseconds / total.max(f64::MIN_POSITIVE);
    terminal::print(format_args!(
        "{total:.1} ms in {} nodes; by operator:",
        times.len()
    ));

    let mut operators: Vec<(&str, usize, f64)> = Vec::new();
    for node in &times {
        match operators
            .iter_mut()
            .find(|(name, ..)| *name == node.operator)
        {
            Some((_, count, sum)) => {
                *count += 1;
                *sum += node.milliseconds;
            }
            None => operators.push((&node.operator, 1, node.milliseconds)),
        }
    }
    operators.sort_by(|a, b| b.2.total_cmp(&a.2));
    for (operator, count, sum) in operators {
        terminal::print(format_args!(
            "{sum:>9.2} ms {:>5.1} %  {count:>4} × {operator}",
            share(sum)
        ));
    }

    terminal::print("the slowest nodes:");
    let mut slowest: Vec<_> = times.iter().collect();
    slowest.sort_by(|a, b| b.milliseconds.total_cmp(&a.milliseconds));
    for node in slowest.into_iter().take(arguments.nodes) {
        terminal::print(format_args!(
            "{:>9.2} ms {:>5.1} %  {} ({}) {}",
            node.milliseconds,
            share(node.milliseconds),
            node.name,
            node.operator,
            node.output
        ));
    }
    Ok(())
}
