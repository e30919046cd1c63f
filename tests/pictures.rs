//! How pictures' files are read, as a person chooses it, by the whole program.
#![cfg(feature = "cli")]

mod common;

use common::{array, empty_folder, gradcam, path, stderr, stdout};
use gradcam::engine::read_picture;
use gradcam::picture::Background;
use gradcam::protocol::PictureOverrides;
use serde_json::{Value, json};

fn shown(relative: &str) -> String {
    path(relative).display().to_string()
}

fn report(output: &std::process::Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_str(&stdout(output)).unwrap()
}

/// The greatest byte-wise difference that Pillow's picture has.
#[test]
fn backgrounds_are_pillows() {
    for name in ["colors", "grey"] {
        let file = std::fs::read(path(&format!("tests/golden/background/{name}.png"))).unwrap();
        for background in Background::ALL {
            let overrides = PictureOverrides {
                background: Some(background.to_string()),
                ..PictureOverrides::default()
            };
            let decoded = read_picture(&file, "a.png", &overrides).unwrap();
            let wanted = array::<u8>(&format!("tests/golden/background/{name}.{background}.npy"));
            let pairs = decoded.picture.iter().zip(&wanted);
            let off = pairs.map(|(a, b)| a.abs_diff(*b)).max();
            assert_eq!(off, Some(0), "{name} on {background}");
            assert!(decoded.is_transparent && decoded.is_shown_otherwise);
            assert!(decoded.notes[0].contains("transparent"));
        }
    }
}

const DICOM: &str = "tests/golden/dicom/film.dcm";
const MODEL: &str = "tests/cases/plain.onnx";

#[test]
fn a_dicom_file_is_explained_by_its_window_and_repeated() {
    let folder = empty_folder("dicom");
    let (model, scan) = (shown(MODEL), shown(DICOM));
    let explain = |more: &[&str]| {
        let arguments = [&["explain", &model, &scan, "--json"], more].concat();
        gradcam(&arguments, &folder)
    };
    let usual = report(&explain(&[]));
    assert_eq!(usual["image"]["window"], json!([0.0, 3363.0]), "{usual}");
    assert_eq!(
        (&usual["image"]["width"], &usual["image"]["height"]),
        (&10.into(), &12.into())
    );
    let chosen = explain(&["--window", "-100,2000"]);
    let narrow = report(&chosen);
    assert_eq!(narrow["image"]["window"], json!([-100.0, 2000.0]));
    assert_ne!(usual["value"], narrow["value"]);
    // The record repeats it.
    std::fs::write(folder.join("made.json"), stdout(&chosen)).unwrap();
    let again = [
        "reproduce",
        "made.json",
        "--model",
        &model,
        "--image",
        &scan,
        "--json",
    ];
    let again = report(&gradcam(&again, &folder));
    assert_eq!(again["reproduced"]["is_same"], true, "{again}");
    for wrong in ["5", "9,3", "low,high"] {
        let said = stderr(&explain(&["--window", wrong]));
        assert!(said.contains("is no window of grey levels"), "{said}");
    }
}

/// The patient is "Marmalade^Orpheus", number "ID-4711-SECRET".
#[test]
fn nothing_of_the_patient_is_printed_or_written() {
    let folder = empty_folder("dicom-private");
    let bytes = std::fs::read(path(DICOM)).unwrap();
    let has = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
    assert!(has(&bytes, b"Marmalade^Orpheus"));
    std::fs::write(folder.join("scan.dcm"), &bytes).unwrap();
    std::fs::write(folder.join("cut.dcm"), &bytes[..bytes.len() / 2]).unwrap();
    let model = shown(MODEL);
    let mut said = Vec::new();
    for more in [
        &["scan.dcm"][..],
        &["scan.dcm", "--json"],
        &["cut.dcm"],
        &["scan.dcm", "cut.dcm"],
    ] {
        let output = gradcam(&[&["explain", &model], more].concat(), &folder);
        said.extend([output.stdout, output.stderr].concat());
    }
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end != "dcm") {
            said.extend(std::fs::read(path).unwrap());
        }
    }
    assert!(said.len() > 1000);
    for private in ["Marmalade", "Orpheus", "4711-SECRET"] {
        assert!(!has(&said, private.as_bytes()), "{private}");
    }
}

#[test]
fn a_picture_of_bands_is_explained_or_its_number_of_bands_is_said() {
    let folder = empty_folder("bands");
    let model = shown("tests/cases/input-four-channels.onnx");
    let explain = |model: &str, picture: &str| {
        let picture = shown(&format!("tests/golden/bands/{picture}.tif"));
        gradcam(&["explain", model, &picture, "--json"], &folder)
    };
    let four = report(&explain(&model, "pages"));
    assert_eq!(
        (&four["image"]["width"], &four["image"]["height"]),
        (&11.into(), &9.into())
    );
    assert_eq!(four["map"]["state"], "evidence", "{four}");
    let said = stderr(&explain(&model, "contiguous"));
    assert!(
        said.contains("has 5 bands, and the network takes 4"),
        "{said}"
    );
    let said = stderr(&explain(&shown(MODEL), "contiguous"));
    assert!(
        said.contains("has 5 bands, and the network takes 3"),
        "{said}"
    );
}
