//! `gradcam reproduce`: makes a map again from the JSON that `explain --json` prints or the page
//! saves, and says whether it is the same.
//!
//! - `manifest`: reads the JSON; `comparison`: what is the same and what is not

mod comparison;
mod manifest;

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use gradcam::explain::{self, Saliency, Target, block_on};
use gradcam::gradient::AttachOptions;
use gradcam::picture::Layout;
use gradcam::protocol::{ExplanationRecord, PictureOverrides, PredictionOverrides};
use gradcam::render::npy;
use indicatif::ProgressBar;
use serde_json::json;

use self::comparison::{Comparison, differences};
use crate::asking::{Engine, RunBudget, record};
use crate::{files, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    /// The manifest: what `gradcam explain --json` printed of one map, or what the page saved.
    manifest: PathBuf,
    /// The ONNX file. No file is opened because the manifest names it.
    #[arg(long)]
    model: PathBuf,
    /// The picture.
    #[arg(long)]
    image: PathBuf,
    /// The map as it was saved (.npy), to compare every value.
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// File for the map that is made (.npy).
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let named = |path| format!("'{}'", files::shown(path));
    let wanted = manifest::read(&arguments.manifest)?;
    let mut engine = load(arguments, &wanted).with_context(|| named(&arguments.model))?;
    let seen = engine
        .see(&arguments.image)
        .with_context(|| named(&arguments.image))?;
    if let Some(sha256) = &wanted.image.sha256
        && *sha256 != seen.sha256
    {
        bail!(
            "the picture is another: SHA-256 of '{}' is {}, and the map was made of {sha256}; \
             give the file that it was made of",
            files::shown(&arguments.image),
            seen.sha256
        );
    }
    let saliency = explain_again(&mut engine, &wanted)?;
    let made = record(&arguments.image, &engine, &seen, &saliency);
    if let Some(out) = &arguments.out {
        let values: Vec<f32> = saliency.values.iter().copied().collect();
        files::write(out, &npy::encode(&values, saliency.values.shape()))?;
    }
    let saved = match &arguments.map {
        Some(path) => Some(manifest::read_map(path)?),
        None => None,
    };
    let comparison = Comparison::of(&wanted, &made, &saliency, saved);
    let differs = differences(&wanted, &made);
    if arguments.json {
        let mut report = serde_json::to_value(&made)?;
        report["reproduced"] = json!({
            "same_bits": comparison.same_bits,
            "greatest_difference": comparison.greatest,
            "is_same": comparison.is_same(),
            "differs": differs,
        });
        terminal::print_json(&report);
    }
    let because = match differs.as_slice() {
        [] => String::new(),
        differs => format!("; {}", differs.join("; ")),
    };
    if !comparison.is_same() {
        bail!("{}{because}", comparison.sentence());
    }
    if !arguments.json {
        terminal::print(format_args!("{}{because}", comparison.sentence()));
    }
    Ok(())
}

/// The model as the manifest's was read.
fn load(arguments: &Arguments, wanted: &ExplanationRecord) -> anyhow::Result<Engine> {
    let sha256 = files::sha256(&files::read_model(&arguments.model)?);
    if sha256 != wanted.model.sha256 {
        bail!(
            "the model is another: its SHA-256 is {sha256}, and the map was made of {}; give the \
             file that it was made of",
            wanted.model.sha256
        );
    }
    let input = &wanted.model.input;
    let layout = if input.channels_last {
        Layout::Nhwc
    } else {
        Layout::Nchw
    };
    let options = AttachOptions {
        layers: vec![wanted.layer.clone()],
        size: input.size_is_chosen.then_some(input.size),
        layout: input.layout_is_open.then_some(layout),
        ..AttachOptions::default()
    };
    let mut engine = Engine::load(&arguments.model, &options)?;
    if engine.summary.output.logits != wanted.model.logits {
        let logits = Some(wanted.model.logits.clone());
        engine = Engine::load(&arguments.model, &AttachOptions { logits, ..options })?;
    }
    engine.overrides = PredictionOverrides {
        scaling: wanted.model.scaling.clone(),
        fit: wanted.preprocessing.as_ref().map(|known| known.fit.clone()),
        output_activation: wanted.model.probabilities,
        picture: PictureOverrides {
            window: wanted.image.window,
            background: wanted.image.background.clone(),
            bands: None,
            converts_colors: wanted.image.color_profile.as_deref() == Some("converted"),
        },
    };
    Ok(engine)
}

/// The map by the same method, settings, target and seed; an unfinished one as far as it was made.
fn explain_again(engine: &mut Engine, wanted: &ExplanationRecord) -> anyhow::Result<Saliency> {
    let settings: Vec<(String, String)> = wanted.settings.clone().into_iter().collect();
    let layers = std::iter::once(&wanted.layer).chain(&wanted.further_layers);
    let layers = layers.map(String::as_str).collect::<Vec<_>>().join(",");
    let question = gradcam::engine::Question {
        method: explain::method(&wanted.method)?.id,
        target: Target::parse(&wanted.target)?,
        layer: Some(&layers),
        settings: &settings,
        seed: wanted.seed.unwrap_or(0),
    };
    let bar = ProgressBar::hidden();
    let steps = wanted.left_out.as_deref().and_then(manifest::steps_made);
    let mut budget = RunBudget::new(steps, None, &bar, String::new());
    let (saliency, _) = block_on(engine.session.ask(&question, &mut budget))?;
    Ok(saliency)
}
