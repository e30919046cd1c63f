//! `gradcam evaluate`: how far maps can be trusted.
//!
//! - `regions`: where the object is, from a box, a mask or a folder
//! - `report`: what is said of a measurement, and of the mean over pictures

mod regions;
mod report;

use std::path::{Path, PathBuf};

use anyhow::bail;
use gradcam::engine::MetricQuestion;
use gradcam::evaluate::{self, METRICS, Measurement, Metric, Needs, Region};
use gradcam::explain::{Method, Saliency, block_on};
use serde_json::Value;

use self::regions::Regions;
use self::report::{Means, plain, report};
use crate::asking::{
    Engine, QuestionArguments, RunBudget, Seen, chosen_methods, method_settings, record,
    split_setting,
};
use crate::files;
use crate::outcome::Outcome;
use crate::pictures::{Answer, Batch, Listed, PictureJob, StreamArguments};

#[derive(clap::Args)]
pub struct Arguments {
    /// The ONNX file.
    model: PathBuf,
    /// Pictures; one that ends in .npy is the input tensor itself, unprepared.
    images: Vec<PathBuf>,
    #[command(flatten)]
    question: QuestionArguments,
    /// What is measured: ids of metrics with commas between, or `all` that need no more than is
    /// given; `gradcam metrics` lists them.
    #[arg(long, default_value = METRICS[0].id)]
    metric: String,
    /// Where the object is: a box in pixels of the picture, from its left upper corner.
    #[arg(
        long = "box",
        value_name = "X,Y,WIDTH,HEIGHT",
        allow_hyphen_values = true
    )]
    object: Option<String>,
    /// Where the object is: a picture of the same size, white on the object and black elsewhere.
    #[arg(long, value_name = "FILE", conflicts_with = "object")]
    mask: Option<PathBuf>,
    /// Folder with, for each picture, NAME.txt (a box a line, as --box has it) or NAME.png (a
    /// mask), NAME being the picture's without its ending.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["object", "mask"])]
    boxes: Option<PathBuf>,
    /// Number of steps of the metrics that have them.
    #[arg(long, value_name = "N")]
    steps: Option<u32>,
    /// A setting of the metrics that have it, such as `baseline=zero`; can be given several times.
    #[arg(long, value_name = "ID=VALUE")]
    set: Vec<String>,
    /// A setting of the methods that have it; can be given several times.
    #[arg(long, value_name = "ID=VALUE")]
    method_set: Vec<String>,
    /// Print one JSON object a line for each picture, method and metric.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    stream: StreamArguments,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let batch = Batch {
        images: &arguments.images,
        json: arguments.json,
        stream: &arguments.stream,
    };
    batch.check()?;
    arguments.question.check_budget()?;
    let methods = chosen_methods(&arguments.question.method)?;
    let method_settings = method_settings(&methods, "--method-set", &arguments.method_set)?;
    let regions = Regions::new(
        arguments.object.as_deref(),
        arguments.mask.as_deref(),
        arguments.boxes.as_deref(),
    )?;
    let metrics = chosen_metrics(&arguments.metric, regions.is_some())?;
    let metric_settings = metric_settings(&metrics, arguments)?;
    let mut engine = Engine::load(&arguments.model, &arguments.question.attach_options()?)?;
    engine.give(&arguments.question)?;
    let job = Job {
        arguments,
        methods,
        method_settings,
        metrics,
        metric_settings,
        regions,
    };
    let mut means = Means::default();
    let outcome = batch.run(engine, &job, &mut |reports| means.add(reports));
    if arguments.images.len() > 1 {
        means.print(arguments.json);
    }
    outcome
}

/// The metrics with these ids, with commas between, or all that can be measured.
fn chosen_metrics(wanted: &str, has_region: bool) -> anyhow::Result<Vec<&'static Metric>> {
    if wanted == "all" {
        let can = |metric: &&Metric| has_region || metric.needs != Needs::Region;
        return Ok(METRICS.iter().filter(can).collect());
    }
    let mut found: Vec<&'static Metric> = Vec::new();
    for id in wanted.split(',') {
        let metric = evaluate::metric(id.trim())?;
        if metric.needs == Needs::Region && !has_region {
            bail!(
                "{} compares the map with where the object is: give --box, --mask or --boxes",
                metric.id
            );
        }
        if found.iter().all(|other| other.id != metric.id) {
            found.push(metric);
        }
    }
    Ok(found)
}

/// Settings by id, each of at least one of the metrics and in its range.
fn metric_settings(
    metrics: &[&'static Metric],
    arguments: &Arguments,
) -> anyhow::Result<Vec<(String, String)>> {
    let steps = arguments.steps.map(|steps| format!("steps={steps}"));
    let mut settings = Vec::new();
    for text in steps.iter().chain(&arguments.set) {
        let (id, value) = split_setting("--set", text)?;
        let has = |metric: &&&Metric| metric.declared().any(|setting| setting.id == id);
        let owners: Vec<&&'static Metric> = metrics.iter().filter(has).collect();
        let first = metrics.first().into_iter();
        // Where no metric has it, the first says what it has.
        let asked: Vec<&&'static Metric> = if owners.is_empty() {
            first.collect()
        } else {
            owners
        };
        for metric in asked {
            metric.settings([(id, value)])?;
        }
        settings.push((id.to_owned(), value.to_owned()));
    }
    Ok(settings)
}

/// How maps are made and measured.
struct Job<'a> {
    arguments: &'a Arguments,
    methods: Vec<&'static Method>,
    /// By id, of all methods.
    method_settings: Vec<(String, String)>,
    metrics: Vec<&'static Metric>,
    /// By id, of all metrics.
    metric_settings: Vec<(String, String)>,
    regions: Option<Regions>,
}

impl PictureJob for Job<'_> {
    /// Makes a map by every method and measures it by every metric. What cannot be had is said,
    /// where there is something else.
    fn answer(&self, engine: &mut Engine, picture: &Listed<'_>) -> anyhow::Result<Answer> {
        let path = picture.path;
        let seen = engine.see(path)?;
        let question = &self.arguments.question;
        let target = question.find_target(&engine.description, &seen.prediction)?;
        let region = match &self.regions {
            Some(regions) => Some(regions.of(path, picture_size(engine, &seen))?),
            None => None,
        };
        let mut answer = Answer::default();
        for &method in &self.methods {
            let bar = (picture.bar, format!("{} {}", files::shown(path), method.id));
            let explained = engine.explain(question, method, target, &self.method_settings, bar);
            let saliency = match explained {
                Ok((saliency, _)) => saliency,
                Err(error) => {
                    answer.complaints.push(format!("{}: {error:#}", method.id));
                    continue;
                }
            };
            for &metric in &self.metrics {
                let place = (picture, &seen);
                match self.measure(engine, place, &saliency, metric, region.as_ref()) {
                    Ok(report) => answer.reports.push(report),
                    Err(error) => {
                        let line = format!("{}, {}: {error:#}", method.id, metric.id);
                        answer.complaints.push(line);
                    }
                }
            }
        }
        if answer.reports.is_empty() {
            bail!("{}", answer.complaints.join("; "));
        }
        Ok(answer)
    }

    fn plain(&self, path: &Path, report: &Value) -> String {
        plain(path, report)
    }
}

impl Job<'_> {
    fn measure(
        &self,
        engine: &mut Engine,
        (picture, seen): (&Listed, &Seen),
        saliency: &Saliency,
        metric: &'static Metric,
        region: Option<&Region>,
    ) -> anyhow::Result<Value> {
        let has = |id: &str| metric.declared().any(|setting| setting.id == id);
        let own = self.metric_settings.iter().filter(|(id, _)| has(id));
        let own: Vec<(String, String)> = own.cloned().collect();
        let arguments = &self.arguments.question;
        let question = MetricQuestion {
            metric: metric.id,
            settings: &own,
            seed: arguments.seed,
            region,
        };
        let path = picture.path;
        let name = format!("{} {} {}", files::shown(path), saliency.method, metric.id);
        let (runs, seconds) = (arguments.budget_runs, arguments.budget_seconds);
        let mut budget = RunBudget::new(runs, seconds, picture.bar, name);
        let mut show = |_: &Measurement| ();
        let session = &mut engine.session;
        let measured = session.measure(&question, saliency, &mut budget, &mut show);
        let measurement = block_on(measured)?;
        let record = record(path, engine, seen, saliency);
        Ok(report(&record, metric, &measurement))
    }
}

/// Width and height that boxes are in: the picture's, or the input's for a tensor.
fn picture_size(engine: &Engine, seen: &Seen) -> (u32, u32) {
    match seen.prediction.size {
        (0, 0) => {
            let [height, width] = engine.summary.input.size;
            (width as u32, height as u32)
        }
        size => size,
    }
}
