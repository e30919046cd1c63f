//! Hostile pictures and texts: DICOM, TIFF, signals in CSV, configurations and lists of names that
//! come with models. Each ends with a picture, a description or a sentence, soon, in
//! bounded memory.
//!
//! `make fuzz` gives it a part of its time. See README.md in the folder above.
#![cfg(all(feature = "app", feature = "cli"))]

#[path = "../bytes.rs"]
mod bytes;
#[path = "../corpus.rs"]
#[allow(dead_code, reason = "its models are for the other targets")]
mod corpus;
#[path = "../hunt.rs"]
mod hunt;
#[path = "../memory.rs"]
mod memory;
#[path = "../random.rs"]
mod random;

use std::path::Path;

use corpus::in_short;
use gradcam::app::state::read_labels;
use gradcam::app::words::WordsOf;
use gradcam::engine::{Session, read_picture, read_signal};
use gradcam::gradient::AttachOptions;
use gradcam::protocol::PictureOverrides;
use hunt::{Target, hunt};
use random::Random;

/// Seeds that are longer are left out: mutations of them are slow.
const MAX_SEED_BYTES: usize = 16_000;

/// One after the other, as the meter of memory is of the whole program.
#[test]
fn hostile_pictures_and_texts_get_a_sentence() {
    let picture = |ending: &'static str, folders: &[&str]| Target {
        extension: ending,
        seeds: seeds(folders, ending),
        mutate: damaged,
        run: read,
        percent: 30,
    };
    hunt(&picture("dcm", &["tests/golden/dicom"]));
    hunt(&picture("tif", &["tests/golden/tiff"]));
    hunt(&Target {
        extension: "json",
        seeds: CONFIGURATIONS.map(|text| text.as_bytes().to_vec()).to_vec(),
        mutate: damaged,
        run: configure,
        percent: 15,
    });
    hunt(&Target {
        extension: "txt",
        seeds: LABELS.map(|text| text.as_bytes().to_vec()).to_vec(),
        mutate: damaged,
        run: name_classes,
        percent: 10,
    });
    hunt(&Target {
        extension: "csv",
        seeds: TABLES.map(|text| text.as_bytes().to_vec()).to_vec(),
        mutate: damaged,
        run: read_table,
        percent: 15,
    });
}

/// Configurations as Hugging Face's and timm's tools write them.
const CONFIGURATIONS: [&str; 4] = [
    r#"{"id2label": {"0": "cat", "1": "dog", "2": "cup"}, "image_size": 224, "num_channels": 3}"#,
    r#"{"do_resize": true, "size": {"height": 24, "width": 24}, "resample": 3, "do_center_crop": true,
    "crop_size": {"height": 24, "width": 24}, "do_rescale": true, "rescale_factor": 0.00392156862,
    "do_normalize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.25, 0.5]}"#,
    r#"{"architecture": "resnet18", "num_classes": 5, "label_names": ["a", "b", "c", "d", "e"],
    "pretrained_cfg": {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
    "crop_pct": 0.95, "interpolation": "bicubic", "input_size": [3, 32, 32]}}"#,
    r#"{"size": {"shortest_edge": 256}, "crop_pct": 0.875, "resample": 2, "crop_size": 224}"#,
];

/// Signals of two channels and three samples, as spreadsheets and programs write them.
const TABLES: [&str; 4] = [
    "1,-1\n2,-2\n3,-3\n",
    "time;I;II\r\n0;1;-1\r\n0.5;2;-2\r\n1;3;-3\r\n",
    "1 2 3\n-1 -2 -3",
    "\u{feff}\"a\"\t\"b\"\n1e3\t-0.25\n2\t1\n3\t4",
];

/// Names of three classes, as lists and as programs write them.
const LABELS: [&str; 5] = [
    "cat\ndog\ncup\n",
    "0 cat\r\n1 dog\r\n2 cup",
    "n02123045 tabby, tabby cat\nn02099601 golden retriever\nn07930864 cup",
    r#"["cat", "dog", "cup"]"#,
    r#"{"0": ["n1", "cat"], "1": ["n2", "dog"], "2": ["n3", "cup"]}"#,
];

fn name_classes(file: &[u8], _: &mut Random) -> Result<String, String> {
    let words = WordsOf::default().notices();
    Ok(match read_labels(words, "names.txt", file, 3) {
        Ok(names) => format!("{} names", names.len()),
        Err(error) => in_short(&error.in_words(words)),
    })
}

fn read_table(file: &[u8], _: &mut Random) -> Result<String, String> {
    Ok(match read_signal(file, "ecg.csv", &[1, 2, 1, 3]) {
        Ok(tensor) => format!("{} values", tensor.len()),
        Err(error) => in_short(&error.to_string()),
    })
}

/// The files of these folders that end so, in the order of their names.
fn seeds(folders: &[&str], ending: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(root.join(folder)).unwrap());
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == ending));
    paths.sort();
    let mut files: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    files.retain(|file| file.len() <= MAX_SEED_BYTES);
    assert!(files.len() > 2, "the seeds are missing");
    files
}

fn damaged(files: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut file = random.one_of(files).cloned().unwrap_or_default();
    for _ in 0..1 + random.below(6) {
        bytes::damage_bytes(&mut file, files, random);
    }
    file
}

fn read(file: &[u8], random: &mut Random) -> Result<String, String> {
    let overrides = PictureOverrides {
        window: random.once_in(3).then(|| [0.0, random.number() as f64]),
        ..PictureOverrides::default()
    };
    Ok(match read_picture(file, "scan.dcm", &overrides) {
        Ok(read) => format!("read, {} notes", read.notes.len()),
        Err(error) => in_short(&error.to_string()),
    })
}

/// A model's loading with the text beside it, as one of the files that are read there.
fn configure(text: &[u8], random: &mut Random) -> Result<String, String> {
    const MODEL: &[u8] = include_bytes!("../../cases/plain.onnx");
    let name = ["config.json", "preprocessor_config.json"][random.below(2)];
    let text = String::from_utf8_lossy(text).into_owned();
    let options = AttachOptions {
        configurations: vec![(name.to_owned(), text)],
        ..AttachOptions::default()
    };
    let mut session = Session::default();
    Ok(match session.load(MODEL, &options, &mut |_, _, _| ()) {
        Ok(description) => {
            let known = &description.preprocess;
            format!("loaded, {:?} {:?}", known.fit, known.resize)
        }
        Err(error) => in_short(&error.to_string()),
    })
}
