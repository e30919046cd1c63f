//! `gradcam explain`: which class, and where the network looked.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use gradcam::engine::{Prediction, Session, read_tensor};
use gradcam::explain::{self, Saliency};
use gradcam::gradient::AttachOptions;
use gradcam::network::Description;
use gradcam::picture::{self, Layout, Preprocess};
use gradcam::protocol::MapState;
use gradcam::render::{self, ColorMap, MapView, OverlayStyle, Sign};
use image::{Rgba, RgbaImage};
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::Array4;
use serde_json::{Value, json};

use crate::{files, terminal};

/// How strongly the map covers the picture: enough to read both.
const OPACITY: f32 = 0.6;

#[derive(clap::Args)]
pub struct Arguments {
    /// The ONNX file.
    model: PathBuf,
    /// Pictures; one that ends in .npy is the input tensor itself, unprepared.
    #[arg(required = true)]
    images: Vec<PathBuf>,
    /// How to explain.
    #[arg(long, default_value = explain::METHODS[0].id)]
    method: String,
    /// Class to explain, by number or label; the likeliest if left out.
    #[arg(long)]
    class: Option<String>,
    /// Layer to explain, by tensor or node; found by itself if left out.
    #[arg(long)]
    layer: Option<String>,
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
    explain::method(&arguments.method)?;
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
    let bar = progress_bar(arguments.images.len());
    let mut failures = 0;
    for image in &arguments.images {
        bar.set_message(files::shown(image));
        match explain_one(&mut session, arguments, image) {
            Ok(report) if arguments.json => bar.suspend(|| terminal::print_json(&report)),
            Ok(report) => bar.suspend(|| terminal::print(plain(image, &report))),
            Err(error) => {
                failures += 1;
                let line = format!("{}: {error:#}", files::shown(image));
                bar.suspend(|| terminal::print_error(line));
            }
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

/// Explains one picture, writes its files and returns what to print.
fn explain_one(session: &mut Session, arguments: &Arguments, path: &Path) -> anyhow::Result<Value> {
    let description = session.description().context("no model")?.clone();
    let (prediction, shown) = predict(session, &description.preprocess, path)?;
    let class = match &arguments.class {
        Some(wanted) => find_class(&description.labels, wanted)?,
        None => likeliest(&prediction)
            .first()
            .copied()
            .context("the model has no class")?,
    };
    let (saliency, explained) = session.explain(&arguments.method, class)?;
    let base = arguments
        .out
        .join(format!("{}.{}", stem(path), saliency.method));
    let npy = PathBuf::from(format!("{}.npy", base.display()));
    let (height, width) = saliency.values.dim();
    let values: Vec<f32> = saliency.values.iter().copied().collect();
    files::write(&npy, &render::npy::encode(&values, height, width))?;
    let png = overlay(&shown, &values, (height, width), arguments.colors)?;
    files::write(&PathBuf::from(format!("{}.png", base.display())), &png)?;
    let timings = json!({
        "decode": prediction.timings_ms.decode,
        "resize": prediction.timings_ms.resize,
        "forward": prediction.timings_ms.forward,
        "explain": explained.explain,
    });
    Ok(report(
        path,
        &description,
        &prediction,
        &saliency,
        &npy,
        timings,
    ))
}

/// Runs the network, and gives the picture that the map is drawn over.
fn predict(
    session: &mut Session,
    preprocess: &Preprocess,
    path: &Path,
) -> anyhow::Result<(Prediction, RgbaImage)> {
    let bytes = files::read_picture(path)?;
    let name = files::shown(Path::new(path.file_name().unwrap_or_default()));
    let prediction = session.predict(&bytes, &name, &mut |_, _, _| ())?;
    if bytes.starts_with(render::npy::MAGIC) {
        let tensor = read_tensor(&bytes, &name)?;
        return Ok((prediction, tensor_as_picture(&tensor, preprocess)));
    }
    let picture = picture::decode(&bytes, &name, picture::Limits::default())?.picture;
    Ok((prediction, image::DynamicImage::from(picture).into_rgba8()))
}

/// Undoes the scaling of an input tensor, to have something to draw over.
fn tensor_as_picture(tensor: &Array4<f32>, preprocess: &Preprocess) -> RgbaImage {
    let order = match preprocess.layout {
        Layout::Nhwc => [0, 1, 2, 3],
        Layout::Nchw => [0, 2, 3, 1],
    };
    let pixels = tensor.view().permuted_axes(order);
    let (_, height, width, channels) = pixels.dim();
    let byte = |x: u32, y: u32, channel: usize| {
        let channel = match preprocess.channels {
            picture::Channels::Rgb => channel,
            picture::Channels::Bgr => 2 - channel,
            picture::Channels::Luma => 0,
        };
        let channel = channel.min(channels - 1);
        let value = pixels[[0, y as usize, x as usize, channel]];
        // A cast from float to u8 keeps within 0…255.
        ((value * preprocess.std[channel] + preprocess.mean[channel]) / preprocess.scale).round()
            as u8
    };
    RgbaImage::from_fn(width as u32, height as u32, |x, y| {
        Rgba([byte(x, y, 0), byte(x, y, 1), byte(x, y, 2), 255])
    })
}

fn overlay(
    picture: &RgbaImage,
    values: &[f32],
    (height, width): (usize, usize),
    colormap: ColorMap,
) -> anyhow::Result<Vec<u8>> {
    let map = MapView::new(values, height, width).context("the map is empty")?;
    let sign = match colormap.kind() {
        render::Kind::Diverging => Sign::Signed,
        _ => Sign::Positive,
    };
    let scale = render::largest(values, sign);
    let style = OverlayStyle {
        colormap,
        opacity: OPACITY,
        sign,
        scale,
        cells: false,
    };
    Ok(render::png::encode(&render::overlay(picture, map, &style))?)
}

/// A class by its number, its label, or a part of exactly one label.
fn find_class(labels: &[String], wanted: &str) -> anyhow::Result<usize> {
    if let Ok(number) = wanted.parse::<usize>() {
        if number < labels.len() {
            return Ok(number);
        }
        bail!(
            "class {number} does not exist: the model has {} classes, numbered from 0",
            labels.len()
        );
    }
    let lower = wanted.to_lowercase();
    if lower.trim().is_empty() {
        bail!("--class wants a number or a label");
    }
    let is_equal = |label: &String| label.to_lowercase() == lower;
    if let Some(class) = labels.iter().position(is_equal) {
        return Ok(class);
    }
    let holds = |class: &usize| labels[*class].to_lowercase().contains(&lower);
    let found: Vec<usize> = (0..labels.len()).filter(holds).collect();
    match found.as_slice() {
        [class] => Ok(*class),
        [] => bail!("no class is called '{wanted}'; `gradcam inspect` lists them"),
        several => {
            let names: Vec<&str> = several
                .iter()
                .take(8)
                .map(|&class| labels[class].as_str())
                .collect();
            bail!("'{wanted}' fits several classes: {}", names.join(", "))
        }
    }
}

fn likeliest(prediction: &Prediction) -> Vec<usize> {
    explain::rank_classes(&prediction.probabilities, &prediction.logits)
}

fn report(
    path: &Path,
    description: &Description,
    prediction: &Prediction,
    saliency: &Saliency,
    npy: &Path,
    timings_ms: Value,
) -> Value {
    let class = |id: usize| {
        json!({
            "id": id,
            "label": description.labels[id],
            "logit": prediction.logits[id],
            "probability": prediction.probabilities[id],
        })
    };
    let (height, width) = saliency.values.dim();
    let (min, max) = saliency.range();
    json!({
        "image": path.display().to_string(),
        "method": saliency.method,
        "layer": saliency.layer,
        "class": class(saliency.class),
        "top": likeliest(prediction).into_iter().take(5).map(class).collect::<Vec<_>>(),
        "map": {
            "height": height, "width": width, "min": min, "max": max,
            "state": saliency.state(), "npy": npy.display().to_string(),
        },
        "notes": prediction.notes,
        "timings_ms": timings_ms,
    })
}

/// The report in a line for people.
fn plain(path: &Path, report: &Value) -> String {
    let class = &report["class"];
    // JSON knows no other numbers than finite ones.
    let percent = match class["probability"].as_f64() {
        Some(part) => format!("{:.1} %", part * 100.0),
        None => explain::NOT_A_NUMBER.to_owned(),
    };
    let label = class["label"].as_str().unwrap_or_default();
    let map = report["map"]["npy"].as_str().unwrap_or_default();
    let warning = match serde_json::from_value(report["map"]["state"].clone()) {
        Ok(MapState::NotFinite) => " (the network gave values that are not numbers)",
        _ => "",
    };
    format!("{}: {label} {percent} → {map}{warning}", path.display())
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
    fn classes_are_found_by_number_label_or_part() {
        let labels = ["tabby cat", "tiger cat", "cup"].map(String::from);
        assert_eq!(find_class(&labels, "2").unwrap(), 2);
        assert_eq!(find_class(&labels, "CUP").unwrap(), 2);
        assert_eq!(find_class(&labels, "tabby").unwrap(), 0);
        assert!(
            find_class(&labels, "cat")
                .unwrap_err()
                .to_string()
                .contains("several")
        );
        assert!(
            find_class(&labels, "dog")
                .unwrap_err()
                .to_string()
                .contains("inspect")
        );
        assert!(
            find_class(&labels, "3")
                .unwrap_err()
                .to_string()
                .contains("3 classes")
        );
    }

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
