//! The command line as a person or a script uses it.
#![cfg(feature = "cli")]

mod common;

use common::{array, empty_folder, gradcam, path, stderr, stdout};
use serde_json::Value;

fn tiny() -> String {
    path("models/xception-tiny.onnx").display().to_string()
}

fn boot() -> String {
    path("www/samples/fashion-boot.png").display().to_string()
}

#[test]
fn inspect_says_what_can_be_explained() {
    let folder = empty_folder("inspect");
    let output = gradcam(&["inspect", &tiny(), "--json"], &folder);
    assert!(output.status.success(), "{}", stderr(&output));
    let value: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(value["chosen"]["name"], "block4_sepconv2_act");
    assert_eq!(value["chosen"]["operator"], "Relu");
    assert_eq!(value["chosen"]["shape"], serde_json::json!([128, 7, 7]));
    assert_eq!(value["input"]["shape"], serde_json::json!([1, 28, 28, 1]));
    assert_eq!(value["labels"][9], "ankle boot");
    let people = stdout(&gradcam(&["inspect", &tiny()], &folder));
    assert!(people.contains("* block4_sepconv2_act"), "{people}");
}

#[test]
fn explain_writes_the_map_and_prints_what_it_found() {
    let folder = empty_folder("explain");
    let output = gradcam(
        &["explain", &tiny(), &boot(), "--json", "--out", "maps"],
        &folder,
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let value: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(value["class"]["label"], "ankle boot");
    assert_eq!(value["top_classes"].as_array().unwrap().len(), 5);
    assert_eq!(value["map"]["state"], "evidence");
    assert_eq!(
        (&value["map"]["height"], &value["map"]["width"]),
        (&7.into(), &7.into())
    );
    assert!(value["timings_ms"]["forward"].as_f64().unwrap() > 0.0);
    let npy = std::fs::read(folder.join(value["map"]["npy"].as_str().unwrap())).unwrap();
    let (shape, values) = gradcam::render::npy::decode(&npy).unwrap();
    assert_eq!(shape, [7, 7]);
    let greatest = values.iter().copied().fold(f32::MIN, f32::max);
    assert!((f64::from(greatest) - value["map"]["max"].as_f64().unwrap()).abs() < 1e-6);
    let png = image::open(folder.join("maps/fashion-boot.grad-cam.png")).unwrap();
    assert_eq!((png.width(), png.height()), (28, 28));
}

#[test]
fn a_tensor_in_place_of_a_picture_and_a_class_by_its_label() {
    let folder = empty_folder("tensor");
    let input = path("tests/golden/xception-tiny/fashion-bag.input.npy")
        .display()
        .to_string();
    let output = gradcam(
        &["explain", &tiny(), &input, "--class", "BAG", "--json"],
        &folder,
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let value: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let logits = array::<f32>("tests/golden/xception-tiny/fashion-bag.logits.npy");
    let id = value["class"]["id"].as_u64().unwrap() as usize;
    assert!((value["class"]["logit"].as_f64().unwrap() - f64::from(logits[[0, id]])).abs() < 1e-3);
    assert!(folder.join("fashion-bag.input.grad-cam.npy").exists());
}

#[test]
fn attach_writes_the_contract() {
    let folder = empty_folder("attach");
    let output = gradcam(&["attach", &tiny(), "-o", "out.onnx"], &folder);
    assert!(output.status.success(), "{}", stderr(&output));
    let bytes = std::fs::read(folder.join("out.onnx")).unwrap();
    let model = gradcam::onnx::Model::decode(&bytes, Default::default()).unwrap();
    let names = |values: &[gradcam::onnx::pb::ValueInfoProto]| -> Vec<String> {
        values.iter().map(|value| value.name.clone()).collect()
    };
    assert_eq!(names(&model.graph().input), ["image", "cotangent"]);
    assert_eq!(
        names(&model.graph().output),
        ["logits", "activations", "gradients"]
    );
    assert_eq!(
        model.metadata().text("gradcam.layer"),
        Some("block4_sepconv2_act")
    );
    // Once more, on the result, for two layers.
    let layers = [
        "--layer",
        "block4_sepconv2",
        "--layer",
        "block4_sepconv2_act",
    ];
    let output = gradcam(
        &[&["attach", "out.onnx", "-o", "two.onnx"], &layers[..]].concat(),
        &folder,
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let bytes = std::fs::read(folder.join("two.onnx")).unwrap();
    let model = gradcam::onnx::Model::decode(&bytes, Default::default()).unwrap();
    let outputs = names(&model.graph().output);
    assert!(
        outputs.contains(&"gradients.block4_sepconv2".into()),
        "{outputs:?}"
    );
    assert!(
        outputs.contains(&"activations.block4_sepconv2_act".into()),
        "{outputs:?}"
    );
}

#[test]
fn one_bad_picture_does_not_stop_the_others() {
    let folder = empty_folder("bad");
    std::fs::write(folder.join("text.jpg"), "no picture").unwrap();
    let output = gradcam(
        &["explain", &tiny(), "text.jpg", &boot(), "nowhere.png"],
        &folder,
    );
    assert!(!output.status.success());
    assert!(
        stdout(&output).contains("ankle boot"),
        "{}",
        stdout(&output)
    );
    let said = stderr(&output);
    assert!(
        said.contains("text.jpg") && said.contains("no picture that can be read"),
        "{said}"
    );
    assert!(
        said.contains("nowhere.png") && said.contains("2 of 3"),
        "{said}"
    );
}

#[test]
fn wrong_arguments_get_a_sentence() {
    let folder = empty_folder("wrong");
    let bytes = std::fs::read(tiny()).unwrap();
    std::fs::write(folder.join("cut.onnx"), &bytes[..bytes.len() / 2]).unwrap();
    let said = |arguments: &[&str]| {
        let output = gradcam(arguments, &folder);
        assert!(!output.status.success());
        let said = stderr(&output);
        assert!(!said.contains("panicked"), "{said}");
        said
    };
    assert!(said(&["inspect", "cut.onnx"]).contains("cut off"));
    assert!(said(&["inspect", &boot()]).contains("not an ONNX model"));
    assert!(said(&["explain", &tiny(), &boot(), "--method", "magic"]).contains("grad-cam"));
    assert!(said(&["explain", &tiny(), &boot(), "--class", "unicorn"]).contains("'unicorn'"));
    assert!(said(&["explain", &tiny(), &boot(), "--class", "10"]).contains("10 classes"));
    assert!(
        said(&["explain", &tiny(), &boot(), "--layer", "nowhere"]).contains("block4_sepconv2_act")
    );
    let policy = said(&["attach", &tiny(), "-o", "x.onnx", "--relu", "guide"]);
    assert!(policy.contains("plain, guided, deconvnet"), "{policy}");
}

#[test]
fn any_layer_and_the_picture_with_a_policy() {
    let folder = empty_folder("layers");
    let layers = ["--layer", "block1_conv1", "--layer", "block 2"];
    let options = ["--input-gradient", "--relu", "guided", "--runs", "1"];
    let model = tiny();
    let arguments: Vec<&str> = ["attach", &model, "-o", "x.onnx"]
        .into_iter()
        .chain(layers)
        .chain(options)
        .collect();
    let output = gradcam(&arguments, &folder);
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stdout(&output);
    assert!(
        said.contains("block1_conv1") && said.contains("rectifiers, guided"),
        "{said}"
    );
    assert!(said.contains("forward with branch"), "{said}");
    let inspected = gradcam(&["inspect", "--json", "x.onnx"], &folder);
    let outputs = stdout(&inspected);
    assert!(outputs.contains("gradients.input"), "{outputs}");
    assert!(outputs.contains("gradients.block1_conv1"), "{outputs}");
}

#[test]
fn names_cannot_steer_the_terminal() {
    let folder = empty_folder("steering");
    let picture = "gpj.\u{202e}\u{1b}[31mboot\u{7}.png";
    std::fs::copy(boot(), folder.join(picture)).unwrap();
    let missing = "nowhere\u{9b}2J.png";
    let output = gradcam(&["explain", &tiny(), picture, missing], &folder);
    let said = stdout(&output) + &stderr(&output);
    assert!(
        said.contains("ankle boot") && said.contains("nowhere"),
        "{said:?}"
    );
    let steers = |char: char| char != '\n' && (char.is_control() || char == '\u{202e}');
    assert!(!said.contains(steers), "{said:?}");
}

#[test]
fn the_doctor_says_what_a_file_is_and_what_works() {
    let folder = empty_folder("doctor");
    let output = gradcam(&["doctor", &tiny(), "--json"], &folder);
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stdout(&output);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["file"]["operator_set"], 17);
    assert!(report["file"]["weights"].is_object());
    let works = report["works"]["methods"].as_str().unwrap();
    for method in ["grad-cam", "guided-backprop", "rise"] {
        assert!(works.contains(method), "{works}");
    }
    let not = report["works"]["not"].as_array().unwrap();
    assert!(
        not.iter()
            .any(|why| why.as_str().unwrap().starts_with("region"))
    );
    // It can go into a report as it is: no path of this machine is in it.
    assert!(!said.contains(env!("CARGO_MANIFEST_DIR")), "{said}");
    let plain = stdout(&gradcam(&["doctor", &tiny()], &folder));
    for title in ["The file", "How it is read", "What can be asked of it"] {
        assert!(plain.contains(title), "{plain}");
    }
}

#[test]
fn a_second_file_and_a_configuration_beside_the_model_are_read() {
    let folder = empty_folder("beside");
    let cases = common::path("tests/cases");
    for name in ["external.onnx", "external.onnx.data", "plain.x.npy"] {
        std::fs::copy(cases.join(name), folder.join(name)).unwrap();
    }
    let names = r#"{"id2label": {"0": "a", "1": "b", "2": "c", "3": "d", "4": "the fifth"}}"#;
    std::fs::write(folder.join("config.json"), names).unwrap();
    let arguments = ["explain", "external.onnx", "plain.x.npy", "--json"];
    let output = gradcam(&arguments, &folder);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("the fifth"), "{}", stdout(&output));
    // Another model's names are said to be another's.
    let others = r#"{"id2label": {"0": "a", "1": "b"}}"#;
    std::fs::write(folder.join("config.json"), others).unwrap();
    let said = stdout(&gradcam(&["doctor", "external.onnx"], &folder));
    assert!(said.contains("Names of 2 classes"), "{said}");
    std::fs::remove_file(folder.join("external.onnx.data")).unwrap();
    let said = stderr(&gradcam(&arguments, &folder));
    assert!(
        said.contains("external.onnx.data") && said.contains("5908"),
        "{said}"
    );
}
