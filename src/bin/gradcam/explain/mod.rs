//! `gradcam explain`: which class, and where the network looked.
//!
//! - `report`: what is said of an explanation; `overlay`: how it is drawn

mod overlay;
mod report;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use gradcam::explain::{Method, Saliency};
use gradcam::frame::Frame;
use gradcam::picture::Preprocess;
use gradcam::render::{self, ColorMap};
use image::RgbaImage;
use serde_json::Value;

use self::report::{plain, report};
use crate::asking::{Engine, Picture, QuestionArguments, chosen_methods, method_settings, record};
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
    /// A setting of the methods that have it, such as `steps=20`; can be given several times.
    #[arg(long, value_name = "ID=VALUE")]
    set: Vec<String>,
    /// Folder for the maps (.npy) and overlays (.png): the current one; with --stdin none unless
    /// it is named.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Colour map of the overlays.
    #[arg(long, default_value = ColorMap::default().id())]
    colors: ColorMap,
    /// Print one JSON object a line for each picture and method.
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
    let methods = chosen_methods(&arguments.question.method)?;
    let settings = method_settings(&methods, "--set", &arguments.set)?;
    arguments.question.check_budget()?;
    check_names(&arguments.images)?;
    let out = match (&arguments.out, batch.is_stream()) {
        (Some(out), _) => Some(out.clone()),
        (None, true) => None,
        (None, false) => Some(PathBuf::from(".")),
    };
    if let Some(out) = &out {
        let unmade = || format!("the folder '{}' cannot be made", files::shown(out));
        std::fs::create_dir_all(out).with_context(unmade)?;
    }
    let mut engine = Engine::load(&arguments.model, &arguments.question.attach_options()?)?;
    engine.give(&arguments.question)?;
    let job = Job {
        arguments,
        methods,
        settings,
        out,
    };
    batch.run(engine, &job, &mut |_| ())
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

/// How pictures are explained.
struct Job<'a> {
    arguments: &'a Arguments,
    methods: Vec<&'static Method>,
    /// By id, of all methods.
    settings: Vec<(String, String)>,
    /// Where files are written, if they are.
    out: Option<PathBuf>,
}

impl PictureJob for Job<'_> {
    /// Explains the picture by every method and writes its files. A method that this model cannot
    /// be explained by is said, where there are others.
    fn answer(&self, engine: &mut Engine, picture: &Listed<'_>) -> anyhow::Result<Answer> {
        let path = picture.path;
        let seen = engine.see(path)?;
        let question = &self.arguments.question;
        let target = question.find_target(&engine.description, &seen.prediction)?;
        let shown = shown(&seen.picture, &engine.description.preprocess);
        let mut answer = Answer::default();
        for &method in &self.methods {
            let name = format!("{} {}", files::shown(path), method.id);
            let bar = (picture.bar, name);
            match engine.explain(question, method, target, &self.settings, bar) {
                Ok((saliency, timings)) => {
                    let out = self.out.as_deref();
                    let out = out.map(|out| out.join(output_name(picture, &saliency)));
                    let npy = match &out {
                        Some(out) => {
                            let shown = (&shown, seen.prediction.frame);
                            Some(self.write(&saliency, shown, out)?)
                        }
                        None => None,
                    };
                    let record = record(path, engine, &seen, &saliency);
                    let report = report(&record, &seen.prediction, npy.as_deref(), timings);
                    answer.reports.push(report);
                }
                Err(error) if self.methods.len() > 1 => {
                    answer.complaints.push(format!("{}: {error:#}", method.id));
                }
                Err(error) => return Err(error),
            }
        }
        if answer.reports.is_empty() {
            bail!(
                "none of the methods could explain it: {}",
                answer.complaints.join("; ")
            );
        }
        Ok(answer)
    }

    fn plain(&self, path: &Path, report: &Value) -> String {
        plain(path, report)
    }
}

impl Job<'_> {
    /// Writes a map's arrays and its overlay; the path of the map. `out` lacks the ending.
    fn write(
        &self,
        saliency: &Saliency,
        shown: (&RgbaImage, Frame),
        out: &Path,
    ) -> anyhow::Result<PathBuf> {
        let file = |ending: &str| {
            let mut name = out.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        let (height, width) = saliency.values.dim();
        let values: Vec<f32> = saliency.values.iter().copied().collect();
        let npy = file(".npy");
        files::write(&npy, &render::npy::encode(&values, &[height, width]))?;
        if let Some(channels) = &saliency.channels {
            let values: Vec<f32> = channels.iter().copied().collect();
            let bytes = render::npy::encode(&values, channels.shape());
            files::write(&file(".channels.npy"), &bytes)?;
        }
        let size = (height, width);
        let (shown, frame) = shown;
        let place = (frame, saliency.is_at_layer);
        let png = overlay::overlay(shown, &values, size, place, self.arguments.colors)?;
        files::write(&file(".png"), &png)?;
        Ok(npy)
    }
}

/// The picture that the map is drawn over.
fn shown(picture: &Picture, preprocess: &Preprocess) -> RgbaImage {
    match picture {
        Picture::Rgb(picture) => image::DynamicImage::from(picture.clone()).into_rgba8(),
        Picture::Tensor(tensor) => overlay::tensor_as_picture(tensor, preprocess),
    }
}

/// Files are named after the picture and the method; those of a list after its line too, since
/// nobody knows whether another picture has the same name.
fn output_name(picture: &Listed, saliency: &Saliency) -> String {
    let name = format!("{}.{}", stem(picture.path), saliency.method);
    match picture.number {
        Some(number) => format!("{number}.{name}"),
        None => name,
    }
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
        let refused = check_names(&images).unwrap_err().to_string();
        assert!(refused.contains("same files"), "{refused}");
    }
}
