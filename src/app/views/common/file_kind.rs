//! What a file is, by its name, and what is said of those that are not used.

use crate::app::browser::picture_decoding::MAX_FILE_BYTES;
use crate::app::browser::text::number_of;
use crate::app::number_format;
use crate::app::words::NoticeWords;

/// What the page does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Model,
    Labels,
    /// A report, which holds a saved explanation.
    Report,
    /// Weights of a model that is more than one file.
    Weights,
    /// Everything else: the engine says what it is if it is no picture.
    Picture,
}

/// How files of models are called; the engine says of those that are not ONNX how they become it.
const MODELS: [&str; 8] = [
    ".onnx",
    ".ort",
    ".pt",
    ".pth",
    ".h5",
    ".keras",
    ".tflite",
    ".safetensors",
];
/// How files of weights are called. Some exporters write one for each tensor, without an
/// extension.
const WEIGHTS: [&str; 6] = [".data", "_data", ".bin", ".weights", ".weight", ".bias"];

/// By its extension.
pub fn file_kind(name: &str) -> FileKind {
    let name = name.to_ascii_lowercase();
    let ends_with = |end: &&str| name.ends_with(end);
    if MODELS.iter().any(ends_with) {
        FileKind::Model
    } else if [".txt", ".json", ".csv"].iter().any(ends_with) {
        FileKind::Labels
    } else if [".html", ".htm"].iter().any(ends_with) {
        FileKind::Report
    } else if WEIGHTS.iter().any(ends_with) || !name.contains('.') {
        FileKind::Weights
    } else {
        FileKind::Picture
    }
}

/// Whether a file belongs to the model that it came with: weights, or a configuration.
pub fn is_of_model(name: &str) -> bool {
    let name_alone = name.to_ascii_lowercase();
    matches!(&*name_alone, "config.json" | "preprocessor_config.json")
        || file_kind(name) == FileKind::Weights
}

/// Whether a text is a table of numbers, with a first row of names perhaps, and no list of
/// names: names that are numbers are one a line and no hundreds.
pub fn is_signal(text: &str) -> bool {
    const LINES: usize = 65;
    let is_between = |sign: char| sign == ',' || sign == ';' || sign.is_whitespace();
    let lines = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(LINES);
    let rows: Vec<Vec<&str>> = lines
        .map(|line| {
            line.split(is_between)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    let is_number = |cell: &&str| number_of(cell.trim_matches('"')).is_some();
    let numbers = rows.iter().skip(1);
    numbers.clone().next().is_some()
        && numbers.clone().all(|row| row.iter().all(is_number))
        && (rows.len() == LINES || numbers.clone().all(|row| row.len() > 1))
}

/// More are counted.
const MAX_NAMED: usize = 4;

/// What is said of files that are of no use beside others of their kind.
pub fn ignored_words(words: &NoticeWords, names: &[String]) -> String {
    let mut named = names[..names.len().min(MAX_NAMED)].join(", ");
    if names.len() > MAX_NAMED {
        named = (words.and_more)(&named, names.len() - MAX_NAMED);
    }
    (words.not_used)(&named)
}

/// What is said of a picture's file that is too large; `None` if it is not.
pub fn too_large(words: &NoticeWords, name: &str, bytes: u64) -> Option<String> {
    let sizes = [bytes, MAX_FILE_BYTES].map(number_format::size);
    (bytes > MAX_FILE_BYTES).then(|| (words.too_large)(name, &sizes[0], &sizes[1]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::words::WordsOf;

    #[test]
    fn files_are_told_apart_and_the_ignored_named() {
        assert_eq!(file_kind("A.ONNX"), FileKind::Model);
        assert_eq!(file_kind("names.csv"), FileKind::Labels);
        assert_eq!(file_kind("cat.gradcam.html"), FileKind::Report);
        assert_eq!(file_kind("cat.webp"), FileKind::Picture);
        assert_eq!(file_kind("weights.safetensors"), FileKind::Model);
        assert_eq!(file_kind("model.onnx.data"), FileKind::Weights);
        assert_eq!(file_kind("model.onnx_data"), FileKind::Weights);
        assert_eq!(file_kind("onnx__MatMul_12"), FileKind::Weights);
        assert!(
            is_signal("I,II\n0.5,1\n2,3\n") && !is_signal("cat\ndog\n") && !is_signal("0\n1\n2\n")
        );
        assert!(!is_signal("0,cat\n1,dog\n") && is_signal(&"0.5\n".repeat(100)));
        let words = WordsOf::default().notices();
        let names: Vec<String> = (0..6).map(|name| format!("{name}.png")).collect();
        assert!(ignored_words(words, &names[..1]).starts_with("Not used: 0.png. Of"));
        assert_eq!(too_large(words, "a.png", MAX_FILE_BYTES), None);
        let refusal = too_large(words, "a.png", 120_000_000).unwrap_or_default();
        assert!(refusal.contains("120 MB") && refusal.contains("100 MB"));
        assert!(ignored_words(words, &names).contains("2.png, 3.png and 2 more."));
    }
}
