//! Maps of two large models on four photographs, at the last layer and at an earlier one,
//! against the formulas in NumPy on TensorFlow's activations and gradients.
//!
//! Rounding decides on which side of a rectifier's corner a value falls that is close to it,
//! and one such value may move the gradient at the picture by several percent. So TensorFlow is
//! told the sides of our runs, and checks that each is its own or within rounding error of
//! the corner (`tests/golden/taped_run.py`). All maps are then held to 1e-3 of their maximum,
//! whole; they are within 1e-5.
#![cfg(feature = "network")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

use common::{empty_folder, path, skipped};
use gradcam::engine::{Question, Session};
use gradcam::explain::{Target, Unlimited, block_on};
use gradcam::gradient::AttachOptions;
use gradcam::network::{self, Computation, Run};
use gradcam::render::npy;
use ndarray::Array4;
use serde_json::{Map, Value, json};

struct Case {
    name: &'static str,
    file: &'static str,
    remedy: &'static str,
    /// The last one and an earlier one.
    layers: [&'static str; 2],
    /// The same for Ablation-CAM, which asks for layers that no path goes around.
    ablated: [&'static str; 2],
    /// Whether CAM explains the last layer; the head is one dense layer then.
    has_affine_head: bool,
    /// The photograph that is explained by the slow methods, too.
    slow: &'static str,
}

const CASES: [Case; 2] = [
    Case {
        name: "efficientnet-lite0",
        file: "www/models/efficientnet-lite0.onnx",
        remedy: "make models",
        layers: ["head/relu6", "blocks.5.0/expand/relu6"],
        ablated: ["head/relu6", "blocks.5.0/expand/relu6"],
        has_affine_head: true,
        slow: "chelsea",
    },
    Case {
        name: "xception-kitchenware",
        file: "tests/golden/built/xception-kitchenware.f32.onnx",
        remedy: "make golden",
        layers: ["block14_sepconv2_act", "block13_sepconv1_act"],
        ablated: ["block14_sepconv2_act", "add_10"],
        has_affine_head: false,
        slow: "coffee",
    },
];

const PHOTOGRAPHS: [&str; 4] = ["chelsea.png", "coffee.png", "rocket.jpg", "astronaut.png"];
const SEED: u64 = 11;
const SAMPLES: usize = 2;
const NOISE: f64 = 0.1;
const STEPS: usize = 2;

type Asked = (&'static str, &'static [(&'static str, &'static str)]);

/// Of every photograph, at each layer.
const AT_LAYER: [Asked; 9] = [
    ("grad-cam", &[]),
    ("hirescam", &[]),
    ("elementwise-cam", &[]),
    ("xgrad-cam", &[]),
    ("layer-cam", &[]),
    ("grad-cam++", &[]),
    ("eigen-cam", &[]),
    ("eigen-grad-cam", &[]),
    ("guided-grad-cam", &[]),
];

/// Of every photograph.
const AT_INPUT: [Asked; 4] = [
    ("saliency", &[]),
    ("gradient-x-input", &[]),
    ("guided-backprop", &[]),
    ("deconvnet", &[]),
];

const ABLATION_CAM: Asked = ("ablation-cam", &[("channels", "8")]);

/// Of one photograph, at each layer.
const SLOW_AT_LAYER: [Asked; 2] = [
    ("score-cam", &[("channels", "6")]),
    ("smooth-grad-cam++", &[("samples", "2"), ("noise", "0.1")]),
];

/// Of one photograph.
const SLOW_AT_INPUT: [Asked; 4] = [
    ("smoothgrad", &[("samples", "2"), ("noise", "0.1")]),
    (
        "integrated-gradients",
        &[("steps", "2"), ("baseline", "grey")],
    ),
    (
        "occlusion",
        &[("window", "130"), ("stride", "80"), ("baseline", "zero")],
    ),
    (
        "rise",
        &[("masks", "6"), ("cells", "5"), ("probability", "0.4")],
    ),
];

/// A model, ready, and where its maps go.
struct Explainer<'a> {
    case: &'a Case,
    session: Session,
    folder: PathBuf,
}

impl Explainer<'_> {
    fn question<'q>(
        (method, _): Asked,
        layer: Option<&'q str>,
        class: usize,
        settings: &'q [(String, String)],
    ) -> Question<'q> {
        Question {
            method,
            target: Target::Logit(class),
            layer,
            settings,
            seed: SEED,
        }
    }

    /// Explains the class by a method, and writes the map.
    fn explain(
        &mut self,
        asked: Asked,
        layer: Option<&str>,
        photograph: &str,
        class: usize,
    ) -> Value {
        let settings: Vec<(String, String)> = (asked.1.iter())
            .map(|&(id, value)| (id.to_owned(), value.to_owned()))
            .collect();
        let question = Self::question(asked, layer, class, &settings);
        let (map, _) = block_on(self.session.ask(&question, &mut Unlimited)).unwrap();
        let place = layer.unwrap_or("input").replace('/', ".");
        let file = self
            .folder
            .join(format!("{photograph}.{}.{place}.npy", asked.0));
        let values: Vec<f32> = map.values.iter().copied().collect();
        std::fs::write(&file, npy::encode(&values, map.values.shape())).unwrap();
        // The gradient itself, whose signs move the pixels of adversarial pictures.
        let channels = map.channels.as_ref().filter(|_| asked.0 == "saliency");
        let channels = channels.map(|channels| {
            let file = file.with_extension("channels.npy");
            let values: Vec<f32> = channels.iter().copied().collect();
            std::fs::write(&file, npy::encode(&values, channels.shape())).unwrap();
            file
        });
        let settings: Map<String, Value> = (map.settings.iter())
            .map(|(id, value)| (id.to_owned(), value.to_string().into()))
            .collect();
        json!({
            "method": asked.0, "layer": layer, "settings": settings, "seed": SEED,
            "npy": file.to_str().unwrap(), "channels": channels,
        })
    }

    /// CAM says that it cannot explain this layer.
    fn check_refusal(&mut self, layer: &str, class: usize) {
        let question = Self::question(("cam", &[]), Some(layer), class, &[]);
        let refusal = block_on(self.session.ask(&question, &mut Unlimited)).unwrap_err();
        let refusal = refusal.to_string();
        assert!(refusal.contains("global average pooling"), "{refusal}");
    }

    /// Everything that is asked about a photograph, as the plan lists it.
    fn photograph(&mut self, photograph: &str) -> Value {
        let input = std::fs::read(self.folder.join(format!("{photograph}.npy"))).unwrap();
        let prediction = self.session.predict(&input, photograph, &mut |_, _, _| ());
        let logits = prediction.unwrap().logits;
        let by_logit = |&a: &usize, &b: &usize| logits[a].total_cmp(&logits[b]);
        let class = (0..logits.len()).max_by(by_logit).unwrap();
        let is_slow = photograph == self.case.slow;
        let mut maps = Vec::new();
        for (number, layer) in self.case.layers.into_iter().enumerate() {
            let slow = SLOW_AT_LAYER.iter().filter(|_| is_slow);
            for &asked in AT_LAYER.iter().chain(slow) {
                maps.push(self.explain(asked, Some(layer), photograph, class));
            }
            if number == 0 && self.case.has_affine_head {
                maps.push(self.explain(("cam", &[]), Some(layer), photograph, class));
            } else {
                self.check_refusal(layer, class);
            }
        }
        for layer in self.case.ablated.into_iter().filter(|_| is_slow) {
            maps.push(self.explain(ABLATION_CAM, Some(layer), photograph, class));
        }
        for asked in AT_INPUT {
            maps.push(self.explain(asked, None, photograph, class));
        }
        self.write_tape(photograph);
        for &asked in SLOW_AT_INPUT.iter().filter(|_| is_slow) {
            maps.push(self.explain(asked, None, photograph, class));
        }
        if is_slow {
            (0..SAMPLES).for_each(|sample| self.write_tape(&format!("noisy.{sample}")));
            (0..STEPS).for_each(|step| self.write_tape(&format!("path.{step}")));
        }
        json!({ "photograph": photograph, "class": class, "maps": maps })
    }

    /// Writes what the gradient at this picture is computed from.
    fn write_tape(&mut self, picture: &str) {
        let bytes = std::fs::read(self.folder.join(format!("{picture}.npy"))).unwrap();
        let (shape, values) = npy::decode(&bytes).unwrap();
        let shape: [usize; 4] = shape.try_into().unwrap();
        let input = Array4::from_shape_vec(shape, values).unwrap();
        let network = self.session.network().unwrap();
        let forward = Computation::TapedForward { input };
        let computed = network::compute(network, forward, &mut |_, _| ()).unwrap();
        write_tape_of(&computed.into_run().unwrap(), &self.folder, picture);
    }
}

fn write_tape_of(run: &Run, folder: &Path, picture: &str) {
    let mut list = Map::new();
    for (number, (name, tensor)) in run.tape().unwrap().into_iter().enumerate() {
        let file = folder.join(format!("{picture}.tape.{number}.npy"));
        let values: Vec<f32> = tensor.iter().copied().collect();
        std::fs::write(&file, npy::encode(&values, tensor.shape())).unwrap();
        list.insert(name.to_owned(), file.to_str().unwrap().into());
    }
    let list = Value::Object(list).to_string();
    std::fs::write(folder.join(format!("{picture}.tape.json")), list).unwrap();
}

/// Runs one of the golden scripts on a plan, and says what it says.
fn run(python: &str, script: &str, plan: &Path) {
    let script = path(&format!("tests/golden/{script}"));
    let output = Command::new(python).arg(script).arg(plan).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    println!("{said}");
    assert!(output.status.success(), "{said}");
}

fn check(case: &Case, python: &str) {
    let folder = empty_folder(&format!("methods-in-tensorflow-{}", case.name));
    let file = path(case.file);
    let photographs = PHOTOGRAPHS.map(|file| path(&format!("www/samples/{file}")));
    let mut plan = json!({
        "model": file, "folder": folder, "photographs": photographs, "layers": case.layers,
        "slow": case.slow, "seed": SEED, "samples": SAMPLES, "noise": NOISE, "steps": STEPS,
    });
    let plan_file = folder.join("plan.json");
    std::fs::write(&plan_file, plan.to_string()).unwrap();
    run(python, "method_inputs.py", &plan_file);

    let mut session = Session::default();
    let options = AttachOptions::default();
    let bytes = std::fs::read(&file).unwrap();
    session.load(bytes, &options, &mut |_, _, _| ()).unwrap();
    let mut explainer = Explainer {
        case,
        session,
        folder: folder.clone(),
    };
    let stems = PHOTOGRAPHS.map(|file| file.split('.').next().unwrap());
    let asked = stems.map(|photograph| explainer.photograph(photograph));
    drop(explainer);
    plan["asked"] = Value::Array(asked.into());
    std::fs::write(&plan_file, plan.to_string()).unwrap();
    run(python, "check_methods_in_tensorflow.py", &plan_file);
    // Tapes are large.
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn maps_of_large_models_are_their_formulas() {
    let Ok(python) = std::env::var("GRADCAM_PYTHON") else {
        skipped(
            "methods in TensorFlow",
            "make test (it sets GRADCAM_PYTHON)",
        );
        return;
    };
    for case in &CASES {
        if path(case.file).exists() {
            println!("{}:", case.name);
            check(case, &python);
        } else {
            skipped(
                &format!("methods on {} in TensorFlow", case.name),
                case.remedy,
            );
        }
    }
}
