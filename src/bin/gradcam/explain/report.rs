//! What is said of an explanation.

use std::path::Path;

use gradcam::engine::Prediction;
use gradcam::explain;
use gradcam::protocol::{ExplainTimings, ExplanationRecord, MapState};
use serde_json::{Value, json};

/// One JSON object for a picture and a method: how the map was made, and where it was written.
pub fn report(
    record: &ExplanationRecord,
    prediction: &Prediction,
    npy: Option<&Path>,
    explained: ExplainTimings,
) -> Value {
    // Of plain numbers and names: it can always be written.
    let mut report = serde_json::to_value(record).unwrap_or_default();
    report["map"]["npy"] = npy.map(|npy| npy.display().to_string()).into();
    report["notes"] = json!(prediction.notes);
    report["timings_ms"] = json!({
        "decode": prediction.timings_ms.decode,
        "resize": prediction.timings_ms.resize,
        "forward": prediction.timings_ms.forward,
        "explain": explained.explain,
    });
    report
}

/// The report in a line for people.
pub fn plain(path: &Path, report: &Value) -> String {
    let class = &report["class"];
    // JSON knows no other numbers than finite ones.
    let percent = match class["probability"].as_f64() {
        Some(part) => format!("{:.1} %", part * 100.0),
        None => explain::NOT_A_NUMBER.to_owned(),
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (label, map) = (text(&class["label"]), text(&report["map"]["npy"]));
    let warning = match serde_json::from_value(report["map"]["state"].clone()) {
        Ok(MapState::NotFinite) => " (the network gave values that are not numbers)",
        _ => "",
    };
    let left_out = match report["left_out"].as_str() {
        Some(words) => format!(" ({words})"),
        None => String::new(),
    };
    let others = report["coincides_with"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let others: Vec<&str> = others.iter().filter_map(Value::as_str).collect();
    let others = match others.as_slice() {
        [] => String::new(),
        others => format!(" (the same map here as {})", others.join(", ")),
    };
    format!(
        "{}: {label} {percent} → {map}{warning}{left_out}{others}",
        crate::files::shown(path)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_gives_no_numbers_is_said_to() {
        let report = json!({
            "class": { "label": "cat", "probability": f32::NAN },
            "map": { "npy": "map.npy", "state": MapState::NotFinite },
        });
        let line = plain(Path::new("cat.png"), &report);
        assert!(
            line.contains("cat not a number") && line.contains("are not numbers"),
            "{line}"
        );
    }
}
