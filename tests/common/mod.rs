//! What the whole-program tests share.
#![allow(dead_code)] // Each test program uses its own part of this.

use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

#[cfg(feature = "network")]
use gradcam::engine::Session;
#[cfg(feature = "network")]
use gradcam::gradient::ReluPolicy;
#[cfg(feature = "network")]
use gradcam::network::{self, Computation, Site};
use ndarray::{Array3, ArrayD};
use ndarray_npy::{ReadNpyExt as _, ReadableElement};

/// A path in the repository.
pub fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

/// An array from an NPY file in the repository.
pub fn array<T: ReadableElement>(relative: &str) -> ArrayD<T> {
    let bytes = std::fs::read(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"));
    ArrayD::read_npy(Cursor::new(bytes)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

/// Says on the terminal, past the test runner's capture, that a check was left out.
pub fn skipped(what: &str, remedy: &str) {
    let line = format!("\nSKIPPED: {what}. To run it: {remedy}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// An empty folder for one test.
pub fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Greatest difference between two arrays of one shape.
/// A NaN counts as the greatest of all, so that no comparison passes it.
pub fn greatest_difference(found: &ArrayD<f32>, wanted: &ArrayD<f32>) -> f32 {
    assert_eq!(found.shape(), wanted.shape());
    found
        .iter()
        .zip(wanted)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, |most: f32, off| if off <= most { most } else { off })
}

/// Greatest absolute value.
pub fn greatest(values: &ArrayD<f32>) -> f32 {
    values.iter().map(|value| value.abs()).fold(0.0, f32::max)
}

/// Activations [C, h, w] of the layer that is explained, for the picture predicted last.
#[cfg(feature = "network")]
pub fn activations(session: &Session) -> Array3<f32> {
    let run = &session.subject().unwrap().run;
    run.activations(session.layer()).unwrap()
}

/// The gradient of a class's logit at that layer.
#[cfg(feature = "network")]
pub fn gradients(session: &mut Session, class: usize) -> Array3<f32> {
    let run = session.subject().unwrap().run.clone();
    let mut cotangent = vec![0.0; run.logits().len()];
    cotangent[class] = 1.0;
    let gradient = Computation::Gradient {
        run,
        site: Site::Layer(session.layer().to_owned()),
        policy: ReluPolicy::Plain,
        cotangent,
    };
    let network = session.network().unwrap();
    let computed = network::compute(network, gradient, &mut |_, _| ()).unwrap();
    computed.into_gradient().unwrap()
}

/// One picture of a model whose arrays were made by Keras.
pub struct Golden {
    pub model: PathBuf,
    pub folder: String,
    pub picture: String,
}

impl Golden {
    pub fn array(&self, name: &str) -> ArrayD<f32> {
        array(&format!("{}/{}.{name}.npy", self.folder, self.picture))
    }

    /// The class whose logit the arrays explain.
    pub fn class(&self) -> usize {
        let text = std::fs::read_to_string(path(&format!("{}/{}.json", self.folder, self.picture)));
        let value: serde_json::Value = serde_json::from_str(&text.unwrap()).unwrap();
        value["class"].as_u64().unwrap() as usize
    }
}

/// Every golden case that is there; says aloud which are not.
pub fn goldens() -> Vec<Golden> {
    let mut cases = Vec::new();
    let mut add = |model: &str, folder: &str, pictures: &[&str]| {
        cases.extend(pictures.iter().map(|picture| Golden {
            model: path(model),
            folder: folder.into(),
            picture: (*picture).into(),
        }));
    };
    let clothes = ["fashion-boot", "fashion-bag", "fashion-dress"];
    add(
        "models/xception-tiny.onnx",
        "tests/golden/xception-tiny",
        &clothes,
    );
    for model in ["xception-kitchenware", "xception-brain-mri"] {
        let file = format!("tests/golden/built/{model}.f32.onnx");
        if path(&file).exists() {
            let photographs = ["chelsea", "coffee", "rocket", "astronaut"];
            add(&file, &format!("tests/golden/built/{model}"), &photographs);
        } else {
            skipped(&format!("{model} against Keras"), "make golden");
        }
    }
    cases
}

/// Runs the command line in a folder.
#[cfg(feature = "cli")]
pub fn gradcam(arguments: &[&str], folder: &Path) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_gradcam"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

pub fn stdout(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
