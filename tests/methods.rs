//! Maps against the formulas in NumPy: of class activation methods on Keras's own activations
//! and gradients, of methods that change the picture with onnxruntime's outputs.
#![cfg(feature = "network")]

mod common;

use std::process::Command;

use common::{Golden, empty_folder, goldens, path, skipped};
use gradcam::engine::{Question, Session};
use gradcam::explain::{Target, Unlimited, block_on};
use gradcam::gradient::AttachOptions;
use gradcam::render::npy;
use serde_json::{Value, json};

const AT_LAYER: [&str; 8] = [
    "grad-cam",
    "hirescam",
    "elementwise-cam",
    "xgrad-cam",
    "layer-cam",
    "grad-cam++",
    "eigen-cam",
    "eigen-grad-cam",
];

type Settings = &'static [(&'static str, &'static str)];

/// Methods of many runs: for the small model only.
const BY_OUTPUTS: [(&str, Settings); 3] = [
    ("score-cam", &[("channels", "24")]),
    (
        "occlusion",
        &[("window", "9"), ("stride", "5"), ("baseline", "zero")],
    ),
    (
        "rise",
        &[("masks", "60"), ("cells", "5"), ("probability", "0.4")],
    ),
];

fn session(case: &Golden) -> Session {
    let mut session = Session::default();
    let file = std::fs::read(&case.model).unwrap();
    session
        .load(file, &AttachOptions::default(), &mut |_, _, _| ())
        .unwrap();
    session
}

/// Explains the picture by each of the methods, and writes the maps into the folder.
fn maps(session: &mut Session, case: &Golden, folder: &std::path::Path) -> Value {
    let input = case.array("input").into_dimensionality().unwrap();
    session.predict_tensor(input, &mut |_, _, _| ()).unwrap();
    let is_small = case.folder.ends_with("xception-tiny");
    let by_outputs = BY_OUTPUTS.iter().filter(|_| is_small).copied();
    let methods = AT_LAYER.iter().map(|&method| (method, [].as_slice()));
    let mut written = Vec::new();
    for (method, settings) in methods.chain(by_outputs) {
        let settings: Vec<(String, String)> = settings
            .iter()
            .map(|(id, value)| ((*id).to_owned(), (*value).to_owned()))
            .collect();
        let question = Question {
            method,
            target: Target::Logit(case.class()),
            layer: None,
            settings: &settings,
            seed: 11,
        };
        let (map, _) = block_on(session.ask(&question, &mut Unlimited)).unwrap();
        let file = folder.join(format!("{}.{method}.npy", case.picture));
        let values: Vec<f32> = map.values.iter().copied().collect();
        std::fs::write(&file, npy::encode(&values, map.values.shape())).unwrap();
        let settings: serde_json::Map<String, Value> = (map.settings.iter())
            .map(|(id, value)| (id.to_owned(), value.to_string().into()))
            .collect();
        written.push(json!({
            "method": method, "settings": settings, "seed": 11, "npy": file.to_str().unwrap(),
        }));
    }
    Value::Array(written)
}

#[test]
fn maps_are_their_formulas() {
    let Ok(python) = std::env::var("GRADCAM_PYTHON") else {
        skipped("methods in NumPy", "make test (it sets GRADCAM_PYTHON)");
        return;
    };
    let folder = empty_folder("methods");
    let mut current: Option<(std::path::PathBuf, Session)> = None;
    for case in goldens() {
        if current
            .as_ref()
            .is_none_or(|(model, _)| *model != case.model)
        {
            current = Some((case.model.clone(), session(&case)));
        }
        let Some((_, session)) = &mut current else {
            continue;
        };
        let list = folder.join("maps.json");
        std::fs::write(&list, maps(session, &case, &folder).to_string()).unwrap();
        let output = Command::new(&python)
            .arg(path("tests/golden/check_methods.py"))
            .arg(&case.model)
            .arg(path(&case.folder))
            .arg(&case.picture)
            .arg(&list)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        println!("{}", String::from_utf8_lossy(&said));
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&said)
        );
    }
}
