//! `gradcam explain`: which class, and where the network looked.
//!
//! - `question`: a target and a class in words; `budget`: how long it may take
//! - `report`: what is said of an explanation; `overlay`: how it is drawn

mod budget;
mod overlay;
mod question;
mod report;

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use gradcam::engine::{Prediction, Question, Session, read_tensor};
use gradcam::explain::{self, METHODS, Mask, Method, Saliency, block_on};
use gradcam::gradient::AttachOptions;
use gradcam::picture::{self, Preprocess};
use gradcam::render::{self, ColorMap};
use image::RgbaImage;
use indicatif::{ProgressBar, ProgressStyle};

use self::budget::RunBudget;
use self::question::{find_class, find_target};
use self::report::{likeliest, plain, report};
use crate::{files, terminal};

#[derive(clap::Args)]
pub struct Arguments {
    /// The ONNX file.
    model: PathBuf,
    /// Pictures; one that ends in .npy is the input tensor itself, unprepared.
    #[arg(required = true)]
    images: Vec<PathBuf>,
    /// How to explain: ids of methods with commas between, or `all`; `gradcam methods` lists
    /// them.
    #[arg(long, default_value = METHODS[0].id)]
    method: String,
    /// What is asked: logit, probability, contrast:A,B, against, finer, similarity (with
    /// --reference), region:C, region:C,x,y,w,h or region:C,mask; A, B and C are classes.
    #[arg(long, default_value = "logit")]
    target: String,
    /// The second picture of `--target similarity`.
    #[arg(long, value_name = "IMAGE")]
    reference: Option<PathBuf>,
    /// A picture whose bright pixels are the region of `--target region:C,mask`.
    #[arg(long, value_name = "IMAGE")]
    mask: Option<PathBuf>,
    /// Class to explain, by number or label; the likeliest if left out.
    #[arg(long)]
    class: Option<String>,
    /// Layer to explain, by tensor or node; found by itself if left out.
    #[arg(long)]
    layer: Option<String>,
    /// A setting of the methods that have it, such as `steps=20`; can be given several times.
    #[arg(long, value_name = "ID=VALUE")]
    set: Vec<String>,
    /// What random numbers begin with.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Number of steps (runs of the network, mostly) after which a method ends with what it has.
    #[arg(long, value_name = "N")]
    budget_runs: Option<usize>,
    /// Seconds after which a method ends with what it has.
    #[arg(long, value_name = "S")]
    budget_seconds: Option<f64>,
    /// Folder for the maps (.npy) and overlays (.png).
    #[arg(long, default_value = ".")]
    out: PathBuf,
    /// Colour map of the overlays.
    #[arg(long, default_value = ColorMap::default().id())]
    colors: ColorMap,
    /// Print one JSON object a line for each picture.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let methods = chosen_methods(&arguments.method)?;
    let settings = settings(&methods, &arguments.set)?;
    check_budget(arguments)?;
    check_names(&arguments.images)?;
    std::fs::create_dir_all(&arguments.out).with_context(|| {
        format!(
            "the folder '{}' cannot be made",
            files::shown(&arguments.out)
        )
    })?;
    let mut session = Session::default();
    let options = AttachOptions {
        layers: arguments.layer.iter().cloned().collect(),
        ..AttachOptions::default()
    };
    let bytes = files::read_model(&arguments.model)?;
    session
        .load(&bytes, &options, &mut |_, _, _| ())
        .with_context(|| format!("'{}'", files::shown(&arguments.model)))?;
    drop(bytes);
    if let Some(path) = &arguments.reference {
        let (bytes, name) = read_picture(path)?;
        session
            .set_reference(&bytes, &name, &mut |_, _, _| ())
            .with_context(|| format!("--reference '{}'", files::shown(path)))?;
    }
    if let Some(path) = &arguments.mask {
        session.set_mask(mask(path)?);
    }
    let bar = progress_bar(arguments.images.len());
    let mut failures = 0;
    for image in &arguments.images {
        bar.set_message(files::shown(image));
        let job = Job {
            arguments,
            methods: &methods,
            settings: &settings,
            path: image,
            bar: &bar,
        };
        if let Err(error) = job.explain(&mut session) {
            failures += 1;
            let line = format!("{}: {error:#}", files::shown(image));
            bar.suspend(|| terminal::print_error(line));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    match failures {
        0 => Ok(()),
        _ => bail!(
            "{failures} of {} pictures could not be explained",
            arguments.images.len()
        ),
    }
}

/// Results are named after pictures, so two of one name would overwrite each other.
fn check_names(images: &[PathBuf]) -> anyhow::Result<()> {
    let mut seen: HashMap<String, &PathBuf> = HashMap::new();
    for image in images {
        if let Some(other) = seen.insert(stem(image), image) {
            bail!(
                "'{}' and '{}' would write the same files; explain them into different folders",
                files::shown(other),
                files::shown(image)
            );
        }
    }
    Ok(())
}

/// Shown on a terminal when there are several pictures.
fn progress_bar(count: usize) -> ProgressBar {
    if count < 2 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {eta} left · {msg}");
    ProgressBar::new(count as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// One picture, and how it is explained.
struct Job<'a> {
    arguments: &'a Arguments,
    methods: &'a [&'static Method],
    /// By id, of all methods.
    settings: &'a [(String, String)],
    path: &'a Path,
    bar: &'a ProgressBar,
}

impl Job<'_> {
    /// Explains the picture by every method, writes its files and prints a line for each. A
    /// method that this model cannot be explained by is said, where there are others.
    fn explain(&self, session: &mut Session) -> anyhow::Result<()> {
        let arguments = self.arguments;
        let description = session.description().context("no model")?.clone();
        let (prediction, shown) = predict(session, &description.preprocess, self.path)?;
        let class = match &arguments.class {
            Some(wanted) => find_class(&description.labels, wanted)?,
            None => likeliest(&prediction)
                .first()
                .copied()
                .context("the model has no class")?,
        };
        let target = find_target(&description.labels, &arguments.target, class)?;
        let mut done = 0;
        for &method in self.methods {
            let has = |id: &str| method.declared().any(|setting| setting.id == id);
            let own = self.settings.iter().filter(|(id, _)| has(id)).cloned();
            let own: Vec<(String, String)> = own.collect();
            let question = Question {
                method: method.id,
                target,
                layer: None,
                settings: &own,
                seed: arguments.seed,
            };
            let name = format!("{} {}", files::shown(self.path), method.id);
            let (runs, seconds) = (arguments.budget_runs, arguments.budget_seconds);
            let mut budget = RunBudget::new(runs, seconds, self.bar, name);
            let explained = block_on(session.ask(&question, &mut budget));
            match explained {
                Ok((saliency, timings)) => {
                    let npy = self.write(&saliency, &shown)?;
                    let report = report(
                        self.path,
                        &description,
                        &prediction,
                        &saliency,
                        &npy,
                        timings,
                    );
                    self.print(&report);
                    done += 1;
                }
                Err(error) if self.methods.len() > 1 => {
                    let line = format!("{}: {}: {error}", files::shown(self.path), method.id);
                    self.bar.suspend(|| terminal::print_error(line));
                }
                Err(error) => return Err(error.into()),
            }
        }
        if done == 0 {
            bail!("none of the methods could explain it");
        }
        Ok(())
    }

    /// Writes a map's arrays and its overlay; the path of the map.
    fn write(&self, saliency: &Saliency, shown: &RgbaImage) -> anyhow::Result<PathBuf> {
        let name = format!("{}.{}", stem(self.path), saliency.method);
        let file = |ending: &str| self.arguments.out.join(format!("{name}.{ending}"));
        let (height, width) = saliency.values.dim();
        let values: Vec<f32> = saliency.values.iter().copied().collect();
        let npy = file("npy");
        files::write(&npy, &render::npy::encode(&values, &[height, width]))?;
        if let Some(channels) = &saliency.channels {
            let values: Vec<f32> = channels.iter().copied().collect();
            let bytes = render::npy::encode(&values, channels.shape());
            files::write(&file("channels.npy"), &bytes)?;
        }
        let size = (height, width);
        let png = overlay::overlay(
            shown,
            &values,
            size,
            saliency.is_at_layer,
            self.arguments.colors,
        )?;
        files::write(&file("png"), &png)?;
        Ok(npy)
    }

    fn print(&self, report: &serde_json::Value) {
        if self.arguments.json {
            self.bar.suspend(|| terminal::print_json(report));
        } else {
            self.bar
                .suspend(|| terminal::print(plain(self.path, report)));
        }
    }
}

/// The methods with these ids, with commas between, or all.
fn chosen_methods(wanted: &str) -> anyhow::Result<Vec<&'static Method>> {
    if wanted == "all" {
        return Ok(METHODS.iter().collect());
    }
    let mut found: Vec<&'static Method> = Vec::new();
    for id in wanted.split(',') {
        let method = explain::method(id.trim())?;
        if found.iter().all(|other| other.id != method.id) {
            found.push(method);
        }
    }
    Ok(found)
}

/// Settings by id, each of at least one of the methods and in its range.
fn settings(methods: &[&'static Method], said: &[String]) -> anyhow::Result<Vec<(String, String)>> {
    let mut settings = Vec::new();
    for text in said {
        let Some((id, value)) = text.split_once('=') else {
            bail!("--set wants ID=VALUE, and got '{text}'");
        };
        let has = |method: &&&Method| method.declared().any(|setting| setting.id == id);
        let owners: Vec<&&'static Method> = methods.iter().filter(has).collect();
        match (owners.as_slice(), methods.first()) {
            // The first method says what it has.
            ([], Some(first)) => {
                first.settings([(id, value)])?;
            }
            (owners, _) => {
                for owner in owners {
                    owner.settings([(id, value)])?;
                }
            }
        }
        settings.push((id.to_owned(), value.to_owned()));
    }
    Ok(settings)
}

fn check_budget(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.budget_runs == Some(0) {
        return Err(explain::ExplainError::NoBudget.into());
    }
    if let Some(seconds) = arguments.budget_seconds
        && !(seconds.is_finite() && seconds > 0.0)
    {
        bail!("--budget-seconds wants a number above 0, and got {seconds}");
    }
    Ok(())
}

/// Runs the network, and gives the picture that the map is drawn over.
fn predict(
    session: &mut Session,
    preprocess: &Preprocess,
    path: &Path,
) -> anyhow::Result<(Prediction, RgbaImage)> {
    let (bytes, name) = read_picture(path)?;
    let prediction = session.predict(&bytes, &name, &mut |_, _, _| ())?;
    if bytes.starts_with(render::npy::MAGIC) {
        let tensor = read_tensor(&bytes, &name)?;
        return Ok((prediction, overlay::tensor_as_picture(&tensor, preprocess)));
    }
    let picture = picture::decode(&bytes, &name, picture::Limits::default())?.picture;
    Ok((prediction, image::DynamicImage::from(picture).into_rgba8()))
}

/// A picture file's bytes, and its name for messages.
fn read_picture(path: &Path) -> anyhow::Result<(Vec<u8>, String)> {
    let name = files::shown(Path::new(path.file_name().unwrap_or_default()));
    Ok((files::read_picture(path)?, name))
}

/// The bright half of a picture's values.
fn mask(path: &Path) -> anyhow::Result<Mask> {
    let (bytes, name) = read_picture(path)?;
    let picture = picture::decode(&bytes, &name, picture::Limits::default())
        .with_context(|| format!("--mask '{}'", files::shown(path)))?
        .picture;
    let grey = image::DynamicImage::from(picture).into_luma8();
    let (width, height) = grey.dimensions();
    Ok(Mask {
        height: height as usize,
        width: width as usize,
        is_inside: grey.pixels().map(|pixel| pixel.0[0] > 127).collect(),
    })
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pictures_of_one_name_are_refused() {
        let images = [PathBuf::from("a/cat.png"), PathBuf::from("b/cat.jpg")];
        assert!(
            check_names(&images)
                .unwrap_err()
                .to_string()
                .contains("same files")
        );
    }

    #[test]
    fn methods_and_settings_that_are_not_there_are_refused() {
        assert_eq!(chosen_methods("all").unwrap().len(), METHODS.len());
        let methods = chosen_methods("grad-cam,rise,grad-cam").unwrap();
        assert_eq!(methods.len(), 2);
        assert!(chosen_methods("magic").is_err());
        let error = |said: &str| {
            settings(&methods, &[said.to_owned()])
                .unwrap_err()
                .to_string()
        };
        assert!(error("masks").contains("ID=VALUE"));
        assert!(error("masks=0").contains("from 1"));
        assert!(error("windows=3").contains("no setting"));
        assert!(settings(&methods, &["masks=3".to_owned()]).is_ok());
    }
}
