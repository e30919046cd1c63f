//! `gradcam metrics`: the catalogue.

use gradcam::evaluate::{Group, METRICS, Metric, Needs};
use serde_json::{Value, json};

use crate::methods::setting;
use crate::terminal;

#[derive(clap::Args)]
pub struct Arguments {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) {
    if arguments.json {
        let metrics: Vec<Value> = METRICS.iter().map(as_json).collect();
        terminal::print_json(&json!({ "metrics": metrics }));
        return;
    }
    for group in Group::ALL {
        terminal::print(group.name());
        for metric in METRICS.iter().filter(|metric| metric.group == group) {
            terminal::print(format_args!(
                "  {:24} {}: {} ({} is better)",
                metric.id,
                metric.name,
                metric.question,
                metric.better.id()
            ));
            for setting in metric.declared() {
                terminal::print(format_args!(
                    "  {:24}   --set {}={}: {}",
                    "",
                    setting.id,
                    setting.default(),
                    setting.range()
                ));
            }
        }
    }
}

fn as_json(metric: &Metric) -> Value {
    json!({
        "id": metric.id,
        "name": metric.name,
        "question": metric.question,
        "caution": metric.caution,
        "group": metric.group.name(),
        "better": metric.better.id(),
        "needs": match metric.needs {
            Needs::Nothing => "map",
            Needs::Region => "region",
            Needs::Method => "method",
        },
        "cost": metric.cost,
        "is_random": metric.is_random,
        "settings": metric.declared().map(setting).collect::<Vec<_>>(),
    })
}
