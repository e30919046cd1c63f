//! The file that `attach` writes, run by onnxruntime, against this project.
#![cfg(feature = "network")]

mod common;

use std::process::Command;

use common::{empty_folder, goldens, path, skipped};
use gradcam::engine::Session;
use gradcam::gradient::{self, AttachOptions};
use gradcam::onnx::{Limits, Model};
use ndarray::{Array2, Axis};
use ndarray_npy::WriteNpyExt as _;

#[test]
fn onnxruntime_gives_the_same_three_outputs() {
    let Ok(python) = std::env::var("GRADCAM_PYTHON") else {
        skipped(
            "the branch in onnxruntime",
            "make test (it sets GRADCAM_PYTHON)",
        );
        return;
    };
    let mut seen = Vec::new();
    for case in goldens() {
        // One picture of each model is enough to tell a wrong graph.
        if seen.contains(&case.model) {
            continue;
        }
        seen.push(case.model.clone());
        let bytes = std::fs::read(&case.model).unwrap();
        let folder = empty_folder(&format!("onnxruntime-{}", seen.len()));
        let mut model = Model::decode(&bytes, Limits::default()).unwrap();
        gradient::attach(&mut model, &AttachOptions::default()).unwrap();
        let file = folder.join("explainable.onnx");
        std::fs::write(&file, model.encode()).unwrap();

        let mut session = Session::default();
        // The written file is read back, so that reading one's own is tested, too.
        session
            .load(
                std::fs::read(&file).unwrap(),
                &AttachOptions::default(),
                &mut |_, _, _| (),
            )
            .unwrap();
        let input = case.array("input").into_dimensionality().unwrap();
        let logits = session
            .predict_tensor(input, &mut |_, _, _| ())
            .unwrap()
            .logits;
        let activations = common::activations(&session);
        let gradients = common::gradients(&mut session, case.class());
        let create = |name: &str| std::fs::File::create(folder.join(name)).unwrap();
        let logits = Array2::from_shape_vec((1, logits.len()), logits).unwrap();
        logits.write_npy(create("logits.npy")).unwrap();
        activations
            .insert_axis(Axis(0))
            .write_npy(create("activations.npy"))
            .unwrap();
        gradients
            .insert_axis(Axis(0))
            .write_npy(create("gradients.npy"))
            .unwrap();

        let output = Command::new(&python)
            .arg(path("tests/golden/check_onnxruntime.py"))
            .arg(&file)
            .arg(path(&format!("{}/{}.input.npy", case.folder, case.picture)))
            .arg(&folder)
            .args(["--class", &case.class().to_string()])
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        println!("{}", String::from_utf8_lossy(&said));
        assert!(
            output.status.success(),
            "{}: {}",
            case.folder,
            String::from_utf8_lossy(&said)
        );
    }
}
