//! What is said of an explanation.

use std::path::Path;

use gradcam::engine::Prediction;
use gradcam::explain::{self, Saliency};
use gradcam::network::Description;
use gradcam::protocol::{ExplainTimings, MapState, MapSummary};
use serde_json::{Value, json};

/// Classes, the likeliest first.
pub fn likeliest(prediction: &Prediction) -> Vec<usize> {
    explain::rank_classes(&prediction.probabilities, &prediction.logits)
}

/// One JSON object for a picture and a method.
pub fn report(
    path: &Path,
    description: &Description,
    prediction: &Prediction,
    saliency: &Saliency,
    npy: &Path,
    explained: ExplainTimings,
) -> Value {
    let class = |id: usize| {
        json!({
            "id": id,
            "label": description.labels[id],
            "logit": prediction.logits[id],
            "probability": prediction.probabilities[id],
        })
    };
    let summary = MapSummary::from(saliency);
    let completeness = saliency.completeness.as_ref().map(|found| {
        json!({
            "sum": found.sum, "expected": found.expected, "gap": found.gap(),
            "meaning": found.meaning,
        })
    });
    let settings: serde_json::Map<String, Value> = summary
        .settings
        .into_iter()
        .map(|(id, value)| (id, value.into()))
        .collect();
    json!({
        "image": path.display().to_string(),
        "method": saliency.method,
        "target": summary.target,
        "value": saliency.value,
        "settings": settings,
        "seed": saliency.seed,
        "layer": saliency.layer,
        "class": class(saliency.target.class()),
        "top": likeliest(prediction).into_iter().take(5).map(class).collect::<Vec<_>>(),
        "map": {
            "height": summary.height, "width": summary.width,
            "grid": if saliency.is_at_layer { "layer" } else { "input" },
            "unit": saliency.unit, "min": summary.min, "max": summary.max,
            "state": summary.state, "npy": npy.display().to_string(),
        },
        "runs": saliency.runs,
        "left_out": saliency.left_out,
        "completeness": completeness,
        "coincides_with": saliency.coincides_with,
        "channels": summary.channels,
        "notes": prediction.notes,
        "timings_ms": {
            "decode": prediction.timings_ms.decode,
            "resize": prediction.timings_ms.resize,
            "forward": prediction.timings_ms.forward,
            "explain": explained.explain,
        },
    })
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
