//! What both targets share: the seeds, how long to run, and answers in short.

use std::path::{Path, PathBuf};
use std::time::Duration;

/// The files of the corpus and those of `tests/cases`, in the order of their names.
pub fn models() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["tests/fuzz/corpus", "tests/cases"].map(|folder| root.join(folder));
    let mut files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "onnx"))
        .collect();
    files.sort();
    assert!(files.len() > 5, "the corpus is missing");
    files
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// How long to run; `None` in an ordinary run of the tests.
pub fn limit() -> Option<Duration> {
    number("GRADCAM_FUZZ_SECONDS").map(Duration::from_secs)
}

pub fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

/// A sentence without its names and numbers.
pub fn in_short(text: &str) -> String {
    let quoted = |(place, part): (usize, &'_ str)| (place % 2 == 0).then(|| part.to_owned());
    let plain: String = text.split('\'').enumerate().filter_map(quoted).collect();
    let plain = plain.replace(|sign: char| sign.is_ascii_digit() || sign == ',', "");
    plain.chars().take(160).collect()
}
