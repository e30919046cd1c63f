//! Configurations that lie beside a model: Hugging Face's `config.json` and
//! `preprocessor_config.json`, and timm's `config.json`.
//!
//! [Transformers' image processors](https://huggingface.co/docs/transformers/main_classes/image_processor),
//! [timm's configuration](https://huggingface.co/docs/timm/hf_hub).

use serde_json::Value;

use super::stated::{Stated, StatedScaling};
use crate::onnx::Metadata;
use crate::picture::{Channels, Filter, Fit};

/// Classes of a network, at most.
const MAX_CLASSES: usize = 1 << 20;

/// What the configurations state; `None` where there is none, or they state nothing of use.
pub fn stated(metadata: Metadata) -> Option<Stated> {
    let read = |name| -> Option<Value> { serde_json::from_str(metadata.text(name)?).ok() };
    let (config, processor) = (read("config.json"), read("preprocessor_config.json"));
    let timm = config
        .as_ref()
        .map(|config| config.get("pretrained_cfg").unwrap_or(config));
    let labels = config.as_ref().and_then(labels);
    let scaling = processor
        .as_ref()
        .and_then(hugging_face)
        .or_else(|| timm.and_then(by_timm));
    (labels.is_some() || scaling.is_some()).then_some(Stated {
        source: "the configuration beside the model",
        labels,
        scaling,
    })
}

/// `id2label` {"0": "ant"}, or timm's `label_names` ["ant"].
fn labels(config: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(names) = config.get("label_names").and_then(Value::as_array) {
        return names.iter().map(text).collect();
    }
    let named = config.get("id2label")?.as_object()?;
    let mut names: Vec<Option<String>> = vec![None; named.len().min(MAX_CLASSES)];
    for (number, name) in named {
        *names.get_mut(number.parse::<usize>().ok()?)? = text(name);
    }
    names.into_iter().collect()
}

fn hugging_face(config: &Value) -> Option<StatedScaling> {
    let is_done = |name: &str| config.get(name).and_then(Value::as_bool) != Some(false);
    let factor = config.get("rescale_factor").and_then(Value::as_f64);
    let scale = if is_done("do_rescale") {
        factor.unwrap_or(1.0 / 255.0)
    } else {
        1.0
    };
    let (mean, std) = if is_done("do_normalize") {
        (
            numbers(config, "image_mean")?,
            numbers(config, "image_std")?,
        )
    } else {
        (vec![0.0; 3], vec![1.0; 3])
    };
    // Pillow's numbers of its filters.
    let resize = match config.get("resample").and_then(Value::as_u64) {
        Some(0) => Filter::Nearest,
        Some(3) => Filter::Bicubic,
        _ => Filter::Bilinear,
    };
    let number = |name: &str, part: &str| config.get(name)?.get(part)?.as_f64();
    let crop = number("crop_size", "height").filter(|_| is_done("do_center_crop"));
    let fraction = crop.zip(number("size", "shortest_edge"));
    let fraction = fraction.map(|(crop, shortest)| crop / shortest);
    scaling(scale, mean, std, resize, fraction)
}

fn by_timm(config: &Value) -> Option<StatedScaling> {
    let (mean, std) = (numbers(config, "mean")?, numbers(config, "std")?);
    let resize = match config.get("interpolation").and_then(Value::as_str) {
        Some("bicubic") => Filter::Bicubic,
        Some("nearest") => Filter::Nearest,
        _ => Filter::Bilinear,
    };
    let fraction = config.get("crop_pct").and_then(Value::as_f64);
    scaling(1.0 / 255.0, mean, std, resize, fraction)
}

/// `crop` is the part of the picture's shorter side that is cut out.
fn scaling(
    scale: f64,
    mean: Vec<f32>,
    std: Vec<f32>,
    resize: Filter,
    crop: Option<f64>,
) -> Option<StatedScaling> {
    let channels = match mean.len() {
        3 => Channels::Rgb,
        1 => Channels::Luma,
        _ => return None,
    };
    (std.len() == mean.len()).then_some(StatedScaling {
        channels,
        scale: scale as f32,
        mean,
        std,
        resize,
        fit: crop.and_then(Fit::crop).unwrap_or_default(),
    })
}

fn numbers(config: &Value, name: &str) -> Option<Vec<f32>> {
    let values = config.get(name)?.as_array()?.iter();
    values
        .map(|value| value.as_f64().map(|value| value as f32))
        .collect()
}
