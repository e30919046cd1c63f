//! `gradcam methods`: the catalogue.

use gradcam::explain::{Family, METHODS, Method, Setting, SettingKind, TARGET_KINDS};
use serde_json::{Value, json};

use crate::terminal;

#[derive(clap::Args)]
pub struct Arguments {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) {
    if arguments.json {
        let targets: Vec<Value> = (TARGET_KINDS.iter())
            .map(
                |kind| json!({ "id": kind.id, "question": kind.question, "classes": kind.classes }),
            )
            .collect();
        let methods: Vec<Value> = METHODS.iter().map(as_json).collect();
        terminal::print_json(&json!({ "methods": methods, "targets": targets }));
        return;
    }
    for family in Family::ALL {
        terminal::print(family.name());
        for method in METHODS.iter().filter(|method| method.family == family) {
            terminal::print(format_args!(
                "  {:22} {}: {}",
                method.id, method.name, method.plain_name
            ));
            for setting in method.declared() {
                terminal::print(format_args!(
                    "  {:22}   --set {}={}: {}",
                    "",
                    setting.id,
                    setting.default(),
                    setting.range()
                ));
            }
        }
    }
    terminal::print("Targets");
    for kind in TARGET_KINDS {
        terminal::print(format_args!("  {:22} {}", kind.id, kind.question));
    }
}

fn as_json(method: &Method) -> Value {
    json!({
        "id": method.id,
        "name": method.name,
        "plain_name": method.plain_name,
        "summary": method.summary,
        "caution": method.caution,
        "family": method.family.name(),
        "cost": method.cost,
        "grid": if method.is_at_layer() { "layer" } else { "input" },
        "is_random": method.is_random,
        "settings": method.declared().map(setting).collect::<Vec<_>>(),
    })
}

/// A setting as JSON.
pub fn setting(setting: &Setting) -> Value {
    let mut value = json!({
        "id": setting.id,
        "name": setting.name,
        "summary": setting.summary,
        "default": setting.default().to_string(),
        "range": setting.range(),
    });
    match setting.kind {
        SettingKind::Integer { min, max, unit, .. } => {
            value["min"] = min.into();
            value["max"] = max.into();
            value["unit"] = unit.into();
        }
        SettingKind::Real { min, max, unit, .. } => {
            value["min"] = min.into();
            value["max"] = max.into();
            value["unit"] = unit.into();
        }
        SettingKind::Choice(choices) => {
            let choices = choices.iter();
            let choices = choices.map(|choice| json!({ "id": choice.id, "name": choice.name }));
            value["choices"] = choices.collect();
        }
    }
    value
}
