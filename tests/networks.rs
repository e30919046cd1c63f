//! Gradient branches of whole networks against TensorFlow's: three layers and
//! the picture, plain and guided, run by tract and by onnxruntime.
#![cfg(feature = "network")]

mod common;

use std::path::PathBuf;
use std::process::Command;

use common::{array, empty_folder, greatest, greatest_difference, path, skipped};
use gradcam::gradient::{self, AttachOptions, Attached, ReluPolicy};
use gradcam::network::{self, Computation, ExecutionPlan, Site, TractNetwork};
use gradcam::onnx::{Limits, Model, extract};
use ndarray::Axis;
use serde_json::Value;

/// Of the greatest value of each tensor.
const LIMIT: f32 = 1e-3;

/// One network whose gradients the golden scripts computed.
struct Golden {
    family: &'static str,
    folder: String,
    about: Value,
}

impl Golden {
    fn text<'a>(&'a self, pointer: &str) -> &'a str {
        self.about.pointer(pointer).and_then(Value::as_str).unwrap()
    }

    fn name(&self) -> &str {
        self.folder.rsplit('/').next().unwrap()
    }

    /// The model with a branch to the golden layers and the picture.
    fn attached(&self, policy: ReluPolicy) -> (Model, Attached) {
        let bytes = std::fs::read(path(&self.folder).join(self.text("/model"))).unwrap();
        let mut model = Model::decode(&bytes, Limits::default()).unwrap();
        let layers = self.about["layers"].as_array().unwrap().iter();
        let layers = layers.map(|layer| layer["tensor"].as_str().unwrap().to_owned());
        let options = AttachOptions {
            layers: layers.collect(),
            input_gradient: true,
            policy,
            ..AttachOptions::default()
        };
        let attached = gradient::attach(&mut model, &options).unwrap();
        (model, attached)
    }

    /// Runs the branch in tract and compares every gradient.
    fn compare(&self, model: &Model, policy: ReluPolicy) {
        let files = self.about["policies"][policy.name()].as_object().unwrap();
        let graph = model.graph();
        let outputs: Vec<_> = (graph.output.iter())
            .filter(|output| files.contains_key(&output.name))
            .cloned()
            .collect();
        assert_eq!(outputs.len(), files.len(), "{}: outputs", self.folder);
        let part = extract(model, &graph.input, &outputs).unwrap();
        let mut plan = ExecutionPlan::new(&part).unwrap();
        let array = |file: &str| array::<f32>(&format!("{}/{file}", self.folder));
        let inputs = vec![
            array(self.text("/input/file")),
            array(self.text("/cotangent")),
        ];
        let found = plan.run(inputs, &mut |_, _| ()).unwrap();
        for (output, found) in outputs.iter().zip(found) {
            let wanted = array(files[&output.name].as_str().unwrap());
            let off = greatest_difference(&found, &wanted) / greatest(&wanted);
            let (name, policy) = (self.name(), policy.name());
            println!("{off:.2e}  {name} {policy} {}", output.name);
            assert!(off < LIMIT, "{name} {policy} {}: off by {off}", output.name);
        }
    }
}

impl Golden {
    /// The gradient at the picture as explanations compute it: one forward run keeps the tape,
    /// from which each policy's gradient follows.
    fn compare_taped(&self) {
        let bytes = std::fs::read(path(&self.folder).join(self.text("/model"))).unwrap();
        let options = AttachOptions::default();
        let mut network = TractNetwork::load(bytes, &options, &mut |_, _| ()).unwrap();
        let array = |file: &str| array::<f32>(&format!("{}/{file}", self.folder));
        let input = array(self.text("/input/file")).into_dimensionality();
        let forward = Computation::TapedForward {
            input: input.unwrap(),
        };
        let run = network::compute(&mut network, forward, &mut |_, _| ()).unwrap();
        let run = run.into_run().unwrap();
        let cotangent: Vec<f32> = array(self.text("/cotangent")).iter().copied().collect();
        for policy in [ReluPolicy::Plain, ReluPolicy::Guided, ReluPolicy::Deconvnet] {
            let gradient = Computation::Gradient {
                run: run.clone(),
                site: Site::Input,
                policy,
                cotangent: cotangent.clone(),
            };
            let found = network::compute(&mut network, gradient, &mut |_, _| ()).unwrap();
            let found = found
                .into_gradient()
                .unwrap()
                .insert_axis(Axis(0))
                .into_dyn();
            let (name, policy) = (self.name(), policy.name());
            let file = &self.about["policies"][policy]["gradients.input"];
            // TensorFlow's scripts know two of the policies.
            let Some(file) = file.as_str() else { continue };
            let wanted = array(file);
            let off = greatest_difference(&found, &wanted) / greatest(&wanted);
            println!("{off:.2e}  {name} {policy}, taped");
            assert!(off < LIMIT, "{name} {policy}, taped: off by {off}");
        }
    }
}

#[test]
fn one_tape_serves_every_policy() {
    for golden in goldens() {
        golden.compare_taped();
    }
}

fn goldens() -> Vec<Golden> {
    let mut found = Vec::new();
    for (family, wanted) in [("networks", 8), ("torch", 2)] {
        let folder = format!("tests/golden/built/{family}");
        let entries = std::fs::read_dir(path(&folder)).into_iter().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| path(&format!("{folder}/{name}/golden.json")).exists())
            .collect();
        names.sort();
        if names.len() < wanted {
            let what = format!("{} of {wanted} networks in {folder}", wanted - names.len());
            skipped(&what, "make golden");
        }
        for name in names {
            let folder = format!("{folder}/{name}");
            let about = std::fs::read(path(&folder).join("golden.json")).unwrap();
            found.push(Golden {
                family,
                folder,
                about: serde_json::from_slice(&about).unwrap(),
            });
        }
    }
    found
}

#[test]
fn whole_networks_agree_with_tensorflow() {
    let policies = [ReluPolicy::Plain, ReluPolicy::Guided];
    let attached_in: PathBuf = empty_folder("networks");
    for golden in goldens() {
        let folder = attached_in.join(golden.family).join(golden.name());
        std::fs::create_dir_all(&folder).unwrap();
        for policy in policies {
            let (model, attached) = golden.attached(policy);
            let rectifiers = golden.about["rectifiers"].as_u64().unwrap();
            assert_eq!(attached.rectifiers as u64, rectifiers, "{}", golden.folder);
            golden.compare(&model, policy);
            let file = folder.join(format!("{}.onnx", policy.name()));
            std::fs::write(file, model.encode()).unwrap();
        }
    }
    for family in ["networks", "torch"] {
        in_onnxruntime(family, &attached_in.join(family));
    }
    // Two gigabytes that nobody needs any more.
    let _ = std::fs::remove_dir_all(attached_in);
}

/// The same files in onnxruntime, by the golden folder's own script.
fn in_onnxruntime(family: &str, attached: &std::path::Path) {
    let Ok(python) = std::env::var("GRADCAM_PYTHON") else {
        let remedy = "make test (it sets GRADCAM_PYTHON)";
        return skipped("whole networks in onnxruntime", remedy);
    };
    if !attached.exists() {
        return;
    }
    let output = Command::new(python)
        .arg(path("tests/golden/check_networks.py"))
        .arg(attached)
        .arg("--golden")
        .arg(path(&format!("tests/golden/built/{family}")))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{errors}");
}
