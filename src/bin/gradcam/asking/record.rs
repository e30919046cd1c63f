//! How a map was made, as it is printed and repeated.

use std::path::Path;

use gradcam::engine::Prediction;
use gradcam::explain::{self, Saliency};
use gradcam::picture::{Background, Channels, Layout, Preprocess};
use gradcam::protocol::{
    ClassRecord, EngineRecord, ExplanationRecord, ImageRecord, MapRecord, MapSummary, ModelRecord,
    PreprocessingRecord, RECORD_VERSION,
};

use super::engine::{Engine, Seen};
use crate::files;

/// Classes that are named of a picture.
const TOP_CLASSES: usize = 5;

/// How a map of a picture was made.
pub fn record(path: &Path, engine: &Engine, seen: &Seen, saliency: &Saliency) -> ExplanationRecord {
    let summary = MapSummary::from(saliency);
    let prediction = &seen.prediction;
    let top = explain::rank_classes(&prediction.probabilities, &prediction.logits);
    let class = |id: usize| class_record(engine, prediction, id);
    let preprocess = engine.preprocess();
    let [height, width] = preprocess.size;
    let is_picture = prediction.size != (0, 0);
    ExplanationRecord {
        version: RECORD_VERSION,
        image: ImageRecord {
            name: path.display().to_string(),
            sha256: Some(seen.sha256.clone()),
            width: prediction.size.0,
            height: prediction.size.1,
            seen: is_picture.then(|| prediction.frame.seen_pixels(prediction.size)),
            place_in_input: is_picture.then(|| prediction.frame.place_in_input((width, height))),
            window: prediction
                .reading
                .levels
                .as_ref()
                .map(|levels| levels.window),
            color_profile: prediction
                .reading
                .has_profile
                .then(|| color_profile(engine)),
            background: prediction
                .reading
                .is_transparent
                .then(|| background(engine)),
        },
        model: model_record(engine),
        preprocessing: Some(preprocessing_record(&preprocess)),
        method: saliency.method.to_owned(),
        target: summary.target,
        value: Some(saliency.value).filter(|value| value.is_finite()),
        settings: summary.settings.into_iter().collect(),
        seed: saliency.seed,
        layer: saliency.layer.clone(),
        further_layers: saliency.further_layers.clone(),
        class: class(saliency.target.class()),
        top_classes: top.into_iter().take(TOP_CLASSES).map(class).collect(),
        map: MapRecord {
            height: summary.height,
            width: summary.width,
            min: finite(summary.min),
            max: finite(summary.max),
            state: summary.state,
            grid: if saliency.is_at_layer {
                "layer"
            } else {
                "input"
            }
            .into(),
            unit: saliency.unit,
            values: "signed, before ReLU and normalisation".into(),
            sha256: Some(values_sha256(saliency)),
        },
        runs: saliency.runs,
        left_out: saliency.left_out.clone(),
        completeness: summary.completeness,
        coincides_with: summary.coincides_with,
        important_channels: summary.channels,
        engine: Some(this_build()),
        gradcam_version: env!("CARGO_PKG_VERSION").into(),
    }
}

/// What was behind the picture, by its name.
fn background(engine: &Engine) -> String {
    let chosen = engine.overrides.picture.background.clone();
    chosen.unwrap_or_else(|| Background::default().to_string())
}

/// What was done with the file's colour profile.
fn color_profile(engine: &Engine) -> String {
    if engine.overrides.picture.converts_colors {
        "converted".into()
    } else {
        "ignored".into()
    }
}

/// SHA-256 of a map's values: float32, little-endian, row by row.
fn values_sha256(saliency: &Saliency) -> String {
    let bytes: Vec<u8> = saliency
        .values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    files::sha256(&bytes)
}

fn class_record(engine: &Engine, prediction: &Prediction, id: usize) -> ClassRecord {
    let value = |values: &[f32]| values.get(id).copied().and_then(finite);
    ClassRecord {
        id,
        label: engine
            .description
            .labels
            .get(id)
            .cloned()
            .unwrap_or_default(),
        logit: value(&prediction.logits),
        probability: value(&prediction.probabilities),
    }
}

fn model_record(engine: &Engine) -> ModelRecord {
    let (summary, overrides) = (&engine.summary, &engine.overrides);
    ModelRecord {
        id: None,
        name: summary.name.clone(),
        sha256: summary.sha256.clone(),
        source: summary.source.clone(),
        license: summary.license.clone(),
        input_size: summary.input.size,
        input: summary.input.clone(),
        logits: summary.output.logits.clone(),
        scaling: overrides.scaling.clone(),
        probabilities: overrides.output_activation,
        assumptions: engine.description.assumptions.clone(),
    }
}

fn preprocessing_record(preprocess: &Preprocess) -> PreprocessingRecord {
    PreprocessingRecord {
        layout: match preprocess.layout {
            Layout::Nchw => "NCHW",
            Layout::Nhwc => "NHWC",
        }
        .into(),
        channels: match preprocess.channels {
            Channels::Rgb => "RGB",
            Channels::Bgr => "BGR",
            Channels::Luma => "L",
            Channels::Bands(_) => "bands",
        }
        .into(),
        size: preprocess.size,
        fit: preprocess.fit.to_string(),
        resize: preprocess.resize.id().into(),
        pixels: "(byte × scale − mean) / std, in the order of channels".into(),
        scale: preprocess.scale,
        mean: preprocess.mean.clone(),
        std: preprocess.std.clone(),
    }
}

/// This program, its platform and its threads.
fn this_build() -> EngineRecord {
    let kernels = match std::env::var_os("GRADCAM_OWN_KERNELS") {
        Some(_) => " own kernels",
        None => "",
    };
    EngineRecord {
        variant: format!(
            "native {}-{}{kernels}",
            std::env::consts::ARCH,
            std::env::consts::OS
        ),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
    }
}

fn finite(value: f32) -> Option<f32> {
    Some(value).filter(|value| value.is_finite())
}
