//! What a file is, by its name, and what is said of those that are not used.

use crate::app::browser::text::number_of;

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
pub fn ignored_words(names: &[String]) -> String {
    let mut words = names[..names.len().min(MAX_NAMED)].join(", ");
    if names.len() > MAX_NAMED {
        words += &format!(" and {} more", names.len() - MAX_NAMED);
    }
    format!(
        "Not used: {words}. Of several files one picture, one model and one list of names are taken."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let names: Vec<String> = (0..6).map(|name| format!("{name}.png")).collect();
        assert!(ignored_words(&names[..1]).starts_with("Not used: 0.png. Of"));
        assert!(ignored_words(&names).contains("2.png, 3.png and 2 more."));
    }
}
