//! What is said of a measurement, and of the mean over pictures.

use std::collections::BTreeMap;
use std::path::Path;

use gradcam::evaluate::{Measurement, Metric};
use gradcam::protocol::ExplanationRecord;
use serde_json::{Map, Value, json};

use crate::terminal;

/// One JSON object for a picture, a method and a metric. How the map was made has the fields of a
/// record of the explanation.
pub fn report(record: &ExplanationRecord, metric: &Metric, measurement: &Measurement) -> Value {
    let curves: Vec<Value> = (measurement.curves.iter())
        .map(|curve| {
            let (x, y): (Vec<f64>, Vec<f64>) = curve.points.iter().copied().unzip();
            json!({ "name": curve.name, "x": x, "y": y })
        })
        .collect();
    let parts: Map<String, Value> = (measurement.parts.iter())
        .map(|&(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let settings: Map<String, Value> = (measurement.protocol.iter())
        .map(|(id, value)| (id.to_owned(), value.to_string().into()))
        .collect();
    let chance = measurement.chance.map(|chance| {
        json!({
            "random": chance.random,
            "random_maps": chance.random_maps,
            "random_deviation": chance.random_deviation,
            "centre": chance.centre,
        })
    });
    json!({
        "image": record.image,
        "model": { "name": record.model.name, "sha256": record.model.sha256 },
        "method": record.method,
        "target": record.target,
        "settings": record.settings,
        "layer": record.layer,
        "class": record.class,
        "fit": record.preprocessing.as_ref().map(|preprocessing| &preprocessing.fit),
        "map": record.map,
        "metric": measurement.metric,
        "value": measurement.value,
        "better": metric.better.id(),
        "chance": chance,
        "parts": parts,
        "curves": curves,
        "protocol": settings,
        "seed": measurement.seed,
        "runs": measurement.runs,
        "left_out": measurement.left_out,
        "engine": record.engine,
        "gradcam_version": record.gradcam_version,
    })
}

/// The report in a line for people.
pub fn plain(path: &Path, report: &Value) -> String {
    let chance = match report["chance"].as_object() {
        Some(chance) => format!(
            " (chance: random {}, centre {})",
            number(&chance["random"]),
            number(&chance["centre"])
        ),
        None => String::new(),
    };
    let left_out = match report["left_out"].as_str() {
        Some(words) => format!(" ({words})"),
        None => String::new(),
    };
    format!(
        "{}: {} {} {}, {} is better{chance}{left_out}",
        crate::files::shown(path),
        word(report, "method"),
        word(report, "metric"),
        number(&report["value"]),
        word(report, "better"),
    )
}

fn number(value: &Value) -> String {
    let number = value.as_f64();
    number.map_or_else(
        || "not a number".to_owned(),
        |number| format!("{number:.4}"),
    )
}

fn word<'a>(report: &'a Value, field: &str) -> &'a str {
    report[field].as_str().unwrap_or_default()
}

/// Means over pictures, by method and metric.
#[derive(Default)]
pub struct Means(BTreeMap<(String, String), Mean>);

#[derive(Default)]
struct Mean {
    pictures: u32,
    value: f64,
    random: f64,
    centre: f64,
}

impl Means {
    /// Adds what was measured of a picture. What was left out for want of time, or is no number,
    /// does not count.
    pub fn add(&mut self, reports: &[Value]) {
        for report in reports.iter().filter(|report| report["left_out"].is_null()) {
            let Some(value) = report["value"].as_f64() else {
                continue;
            };
            let chance = |which: &str| report["chance"][which].as_f64().unwrap_or(f64::NAN);
            let key = (
                word(report, "method").to_owned(),
                word(report, "metric").to_owned(),
            );
            let mean = self.0.entry(key).or_default();
            mean.pictures += 1;
            mean.value += value;
            mean.random += chance("random");
            mean.centre += chance("centre");
        }
    }

    /// Prints a line for each method and metric.
    pub fn print(&self, json: bool) {
        for ((method, metric), sums) in &self.0 {
            let mean = |sum: f64| sum / f64::from(sums.pictures);
            let value = json!({
                "method": method,
                "metric": metric,
                "pictures": sums.pictures,
                "mean": mean(sums.value),
                "chance": { "random": mean(sums.random), "centre": mean(sums.centre) },
            });
            if json {
                terminal::print_json(&value);
                continue;
            }
            terminal::print(format_args!(
                "mean of {} pictures: {method} {metric} {} (chance: random {}, centre {})",
                sums.pictures,
                number(&value["mean"]),
                number(&value["chance"]["random"]),
                number(&value["chance"]["centre"]),
            ));
        }
    }
}
