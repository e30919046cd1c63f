//! Metrics against other people's numbers: torchcam's own, and the formulas in NumPy with
//! onnxruntime's outputs; and adversarial pictures against TensorFlow's gradients.
#![cfg(feature = "network")]

mod common;

use std::path::Path;
use std::process::Command;

use common::{array, empty_folder, path, skipped};
use gradcam::engine::{MetricQuestion, Question, Session};
use gradcam::evaluate::{Attack, BoxArea, Measurement, Region};
use gradcam::explain::{Saliency, Target, Unlimited, block_on};
use gradcam::gradient::AttachOptions;
use gradcam::render::npy;
use ndarray::ArrayD;
use serde_json::{Value, json};

fn session(model: &Path) -> Session {
    let mut session = Session::default();
    let file = std::fs::read(model).unwrap();
    let options = AttachOptions::default();
    session.load(file, &options, &mut |_, _, _| ()).unwrap();
    session
}

fn predict(session: &mut Session, input: ArrayD<f32>) {
    let input = input.into_dimensionality().unwrap();
    session.predict_tensor(input, &mut |_, _, _| ()).unwrap();
}

fn pairs(said: &[(&str, &str)]) -> Vec<(String, String)> {
    let said = said.iter();
    said.map(|&(id, value)| (id.to_owned(), value.to_owned()))
        .collect()
}

fn explain(
    session: &mut Session,
    method: &str,
    target: Target,
    layer: Option<&str>,
    said: &[(&str, &str)],
) -> Saliency {
    let question = Question {
        method,
        target,
        layer,
        settings: &pairs(said),
        seed: 0,
    };
    block_on(session.ask(&question, &mut Unlimited)).unwrap().0
}

fn measure(
    session: &mut Session,
    map: &Saliency,
    metric: &str,
    said: &[(&str, &str)],
    region: Option<&Region>,
) -> Measurement {
    let settings = [pairs(said), pairs(&[("random-maps", "0")])].concat();
    let question = MetricQuestion {
        metric,
        settings: &settings,
        seed: 9,
        region,
    };
    let mut show = |_: &Measurement| ();
    block_on(session.measure(&question, map, &mut Unlimited, &mut show)).unwrap()
}

/// torchcam measures the map without its negative part, which is not told apart by rank.
fn rectified(map: Saliency) -> Saliency {
    let values = map.values.mapv(|value| value.max(0.0));
    Saliency { values, ..map }
}

#[test]
fn the_metrics_of_torchcam() {
    let index = std::fs::read(path("tests/golden/peers/index.json")).unwrap();
    let index: Value = serde_json::from_slice(&index).unwrap();
    let mut compared = 0;
    for found in index["metrics"].as_array().unwrap() {
        let head = found["head"].as_str().unwrap();
        let class = index[head]["class"].as_u64().unwrap() as usize;
        let mut session = session(&path(&format!("tests/golden/peers/{head}.onnx")));
        predict(
            &mut session,
            array(&format!("tests/golden/peers/{head}.input.npy")),
        );
        // With probabilities as scores, its Grad-CAM is that of the probability.
        let target = Target::Probability(class);
        let layer = Some("/relu4/Relu_output_0");
        let map = rectified(explain(&mut session, "grad-cam", target, layer, &[]));
        for (name, wanted) in found["values"].as_object().unwrap() {
            let (metric, said): (_, &[_]) = match name.as_str() {
                "avg_drop" => ("average-drop", &[]),
                "conf_increase" => ("average-increase", &[]),
                "deletion_auc" => ("deletion", &[("baseline", "zero"), ("steps", "20")]),
                "insertion_auc" => ("insertion", &[("baseline", "zero"), ("steps", "20")]),
                other => panic!("{other} is not compared"),
            };
            // Its own map at the size of the picture: pixels along the border differ by the last
            // bit of a float32 alone, and torchcam ranks them by that.
            let ranked = if name.ends_with("_auc") {
                let file =
                    format!("tests/golden/peers/{head}.torchcam.DeletionInsertionMetric.map.npy");
                let values = array(&file).into_dimensionality().unwrap();
                Saliency {
                    values,
                    ..map.clone()
                }
            } else {
                map.clone()
            };
            let value = measure(&mut session, &ranked, metric, said, None).value;
            let off = (value - wanted.as_f64().unwrap()).abs();
            println!("{head}, {name}: {value} is off by {off:.1e}");
            assert!(off < 1e-4, "{head}, {name}: {value} and {wanted}");
            compared += 1;
        }
    }
    assert_eq!(compared, 8);
}

const ROAD: &[(&str, &str)] = &[("noise", "0.02")];
const CURVE: &[(&str, &str)] = &[("baseline", "zero"), ("steps", "16")];
const OCCLUSION: &[(&str, &str)] = &[("window", "9"), ("stride", "5"), ("baseline", "zero")];

#[test]
fn metrics_are_their_formulas() {
    let Ok(python) = std::env::var("GRADCAM_PYTHON") else {
        skipped("metrics in NumPy", "make test (it sets GRADCAM_PYTHON)");
        return;
    };
    let folder = empty_folder("metrics");
    let model = path("models/xception-tiny.onnx");
    let mut session = session(&model);
    let object = BoxArea::parse("6,8,14,12").unwrap();
    let region = Region::of_box(object, (28, 28)).unwrap();
    for picture in ["fashion-boot", "fashion-bag", "fashion-dress"] {
        let input = format!("tests/golden/xception-tiny/{picture}.input.npy");
        predict(&mut session, array(&input));
        let logits = session.subject().unwrap().run.logits();
        let class = (0..10)
            .max_by(|&a, &b| logits[a].total_cmp(&logits[b]))
            .unwrap();
        let range = session.subject().unwrap().scale.range();
        let mut entries = Vec::new();
        for (method, method_said) in [("grad-cam", &[][..]), ("occlusion", OCCLUSION)] {
            let target = Target::Logit(class);
            let map = explain(&mut session, method, target, None, method_said);
            let file = folder.join(format!("{picture}.{method}.npy"));
            let values: Vec<f32> = map.values.iter().copied().collect();
            std::fs::write(&file, npy::encode(&values, map.values.shape())).unwrap();
            for (metric, said) in [
                ("deletion", CURVE),
                ("insertion", CURVE),
                ("road-most-relevant", ROAD),
                ("road-least-relevant", ROAD),
                ("road-combined", ROAD),
                ("average-drop", &[]),
                ("average-gain", &[]),
                ("adcc", &[]),
                ("pointing-game", &[("tolerance", "2")]),
                ("energy-pointing-game", &[]),
                ("box-overlap", &[]),
            ] {
                // The script makes maps by occlusion only.
                if metric == "adcc" && method != "occlusion" {
                    continue;
                }
                let found = measure(&mut session, &map, metric, said, Some(&region));
                let object = |settings: &gradcam::explain::Settings| -> Value {
                    let pairs = settings.iter();
                    pairs
                        .map(|(id, value)| (id.to_owned(), value.to_string().into()))
                        .collect::<serde_json::Map<String, Value>>()
                        .into()
                };
                entries.push(json!({
                    "metric": metric, "class": class, "settings": object(&found.protocol),
                    "seed": found.seed, "map": file, "object": [6, 8, 14, 12],
                    "value": found.value, "range": range,
                    "method_settings": object(&map.settings),
                }));
            }
        }
        let list = folder.join("metrics.json");
        std::fs::write(&list, Value::Array(entries).to_string()).unwrap();
        let arguments = [model.clone(), path(&input), list];
        run(&python, "tests/golden/check_metrics.py", &arguments);
    }
}

fn run(python: &str, script: &str, arguments: &[impl AsRef<std::ffi::OsStr>]) {
    let output = Command::new(python)
        .arg(path(script))
        .args(arguments)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    println!("{said}");
    if said.contains("SKIPPED") {
        skipped(script, "make golden");
    }
    assert!(output.status.success(), "{said}");
}

#[test]
fn pixels_move_by_the_sign_of_tensorflows_gradient() {
    let model = path("tests/golden/built/xception-kitchenware.f32.onnx");
    let Ok(python) = std::env::var("GRADCAM_PYTHON") else {
        skipped(
            "adversaries in TensorFlow",
            "make test (it sets GRADCAM_PYTHON)",
        );
        return;
    };
    if !model.exists() {
        skipped("adversaries in TensorFlow", "make golden");
        return;
    }
    let folder = empty_folder("adversary");
    let mut session = session(&model);
    for picture in ["coffee", "chelsea"] {
        let input = format!("tests/golden/built/xception-kitchenware/{picture}.input.npy");
        predict(&mut session, array(&input));
        let own = session.subject().unwrap().pixels().unwrap();
        let logits = session.subject().unwrap().run.logits();
        let order = 0..logits.len();
        let class = order
            .max_by(|&a, &b| logits[a].total_cmp(&logits[b]))
            .unwrap();
        let attack = Attack {
            size: 1.0,
            steps: 1,
            towards: false,
        };
        let target = Target::Logit(class);
        let found = block_on(session.perturb(target, attack, &mut Unlimited)).unwrap();
        let (_, height, width) = own.dim();
        let mut levels = Vec::with_capacity(2 * own.len());
        for row in 0..height {
            for column in 0..width {
                levels.extend((0..3).map(|c| ((own[[c, row, column]] + 1.0) * 127.5).round()));
            }
        }
        for row in 0..height {
            for column in 0..width {
                levels.extend((0..3).map(|c| f32::from(found.levels[[c, row, column]])));
            }
        }
        let file = folder.join("levels.npy");
        std::fs::write(&file, npy::encode(&levels, &[2, height, width, 3])).unwrap();
        let class = class.to_string();
        let arguments = [
            "xception-kitchenware",
            picture,
            &class,
            file.to_str().unwrap(),
        ];
        run(&python, "tests/golden/check_adversary.py", &arguments);
    }
}
