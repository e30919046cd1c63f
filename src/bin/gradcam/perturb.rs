//! `gradcam perturb`: a picture that looks the same and changes the class.

use std::path::{Path, PathBuf};

use anyhow::bail;
use gradcam::engine::perturbed_picture;
use gradcam::evaluate::{Attack, rank_correlation};
use gradcam::explain::{Saliency, Target, block_on};
use gradcam::gradient::AttachOptions;
use gradcam::picture::Fit;
use gradcam::protocol::PictureOverrides;
use gradcam::render::png;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::asking::{
    Engine, Picture, QuestionArguments, RunBudget, Seen, chosen_methods, find_class, record,
};
use crate::{files, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    /// The ONNX file.
    model: PathBuf,
    /// The picture.
    image: PathBuf,
    /// How far each channel of a pixel may move at most, in grey levels of 255.
    #[arg(long, default_value_t = 2.0)]
    size: f64,
    /// Steps: 1 is the fast gradient sign method, more are its iterated form.
    #[arg(long, default_value_t = 1)]
    steps: usize,
    /// The class that is to become more probable, by number or label; if left out, the picture is
    /// moved away from its class (--class, or the likeliest).
    #[arg(long, value_name = "CLASS")]
    towards: Option<String>,
    #[command(flatten)]
    question: QuestionArguments,
    /// The PNG file that is written, of the size of the network's input.
    #[arg(long)]
    out: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let question = &arguments.question;
    question.check_budget()?;
    let attack = Attack {
        size: arguments.size,
        steps: arguments.steps,
        towards: arguments.towards.is_some(),
    };
    attack.check()?;
    let methods = chosen_methods(&question.method)?;
    let &[method] = methods.as_slice() else {
        bail!("maps are compared by one method: name one");
    };
    let options = AttachOptions {
        layers: question.layer.iter().cloned().collect(),
        ..AttachOptions::default()
    };
    let mut engine = Engine::load(&arguments.model, &options)?;
    engine.overrides.picture = question.picture_overrides()?;
    engine.overrides.fit = question.fit()?.map(|fit| fit.to_string());
    let before = engine.see(&arguments.image)?;
    if matches!(before.picture, Picture::Tensor(_)) {
        bail!("an input tensor has no grey levels: give a picture");
    }
    let target = question.find_target(&engine.description, &before.prediction)?;
    let bar = ProgressBar::hidden();
    let map = |engine: &mut Engine| {
        let explained = engine.explain(question, method, target, &[], (&bar, String::new()));
        explained.map(|(saliency, _)| saliency)
    };
    let map_before = map(&mut engine)?;
    let moved = match &arguments.towards {
        Some(wanted) => Target::Logit(find_class(&engine.description.labels, wanted)?),
        None => Target::Logit(target.class()),
    };
    let mut budget = RunBudget::new(None, None, &bar, String::new());
    let perturbed = block_on(engine.session.perturb(moved, attack, &mut budget))?;
    let picture = perturbed_picture(&perturbed, &engine.description.preprocess);
    let bytes = png::encode(&image::DynamicImage::from(picture).into_rgba8())?;
    files::write(&arguments.out, &bytes)?;
    // It has the size of the input, and colours of its own.
    engine.overrides.picture = PictureOverrides::default();
    engine.overrides.fit = Some(Fit::Stretch.to_string());
    // What is said of the picture is what whoever opens the file gets.
    let after = engine.see_bytes(&bytes, &files::shown(&arguments.out))?;
    let map_after = map(&mut engine)?;
    let report = Report {
        arguments,
        moved,
        before: (&before, &map_before),
        after: (&after, &map_after),
    };
    report.print(&engine);
    Ok(())
}

/// What is said of the two pictures.
struct Report<'a> {
    arguments: &'a Arguments,
    /// Whose value was moved.
    moved: Target,
    before: (&'a Seen, &'a Saliency),
    after: (&'a Seen, &'a Saliency),
}

impl Report<'_> {
    fn print(&self, engine: &Engine) {
        let correlation = rank_correlation(self.before.1.values.view(), self.after.1.values.view());
        let one = |path: &Path, (seen, saliency): (&Seen, &Saliency)| {
            let record = record(path, engine, seen, saliency);
            json!({
                "image": record.image,
                "class": record.top_classes.first(),
                "asked": record.class,
                "top_classes": record.top_classes,
                "logits": seen.prediction.logits,
                "map": record.map,
            })
        };
        let arguments = self.arguments;
        let value = json!({
            "size": arguments.size,
            "steps": arguments.steps,
            "moved": self.moved.to_string(),
            "towards": arguments.towards.is_some(),
            "method": self.before.1.method,
            "target": self.before.1.target.to_string(),
            "before": one(&arguments.image, self.before),
            "after": one(&arguments.out, self.after),
            "rank_correlation": correlation,
            "out": arguments.out.display().to_string(),
        });
        if arguments.json {
            terminal::print_json(&value);
            return;
        }
        terminal::print(format_args!(
            "{}: {} → {} by at most {} grey levels; rank correlation of the two maps {correlation:.3} → {}",
            files::shown(&arguments.image),
            class(&value["before"]["class"]),
            class(&value["after"]["class"]),
            arguments.size,
            files::shown(&arguments.out),
        ));
    }
}

fn class(class: &Value) -> String {
    let percent = class["probability"].as_f64().unwrap_or(f64::NAN) * 100.0;
    format!(
        "{} {percent:.1} %",
        class["label"].as_str().unwrap_or_default()
    )
}
