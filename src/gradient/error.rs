use crate::onnx::OnnxError;
use crate::picture::PictureError;

/// Why a model's gradient branch cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GradientError {
    #[error(
        "node '{node}' is a {operator}, for which there is no gradient rule. {}",
        alternatives(layers)
    )]
    NoRule {
        node: String,
        operator: String,
        layers: Vec<String>,
    },
    #[error(
        "the model has no input that could be a picture, which has three or four axes; its inputs are: {inputs}"
    )]
    NoPicture { inputs: String },
    #[error(
        "the input '{input}' has no fixed height and width; say which size it takes, or export the model again with a fixed one"
    )]
    NoPictureSize { input: String },
    #[error(
        "the output '{tensor}' has the shape {shape}; a classifier gives [1, K], one value for each class, or [1, K, h, w], one for each class and place. Choose such a model, or another output"
    )]
    NotLogits { tensor: String, shape: String },
    #[error("there is no tensor '{tensor}' in the model")]
    UnknownTensor { tensor: String },
    #[error(
        "the model has no layer '{wanted}' with height and width that can be explained; it has: {known}"
    )]
    UnknownLayer { wanted: String, known: String },
    #[error(
        "the model has no layer with height and width between its picture '{picture}' and its output; it is no classifier that can be explained by places"
    )]
    NoLayer { picture: String },
    #[error("the layer '{layer}' does not lead to the logits '{logits}'")]
    NotConnected { layer: String, logits: String },
    #[error(
        "the shape of '{tensor}' is not fixed in the file; export the model with a fixed input size"
    )]
    UnknownShape { tensor: String },
    #[error(
        "node '{node}' ({operator}) gives a shape that the file does not tell, and that of '{tensor}' follows from it; export the model simplified, with a fixed input size"
    )]
    UntoldShape {
        tensor: String,
        node: String,
        operator: String,
    },
    #[error("node '{node}' ({operator}): {problem}")]
    Unsupported {
        node: String,
        operator: String,
        problem: String,
    },
    #[error(
        "at node '{node}' ({operator}) the gradient branch exceeds {nodes} nodes or {values} values of constants; choose a later layer"
    )]
    TooLarge {
        node: String,
        operator: String,
        nodes: usize,
        values: usize,
    },
    #[error(
        "the gradients of the layer '{layer}' and of the picture '{picture}' would both be the output '{output}'; ask for the two apart, or for no further layer beside '{layer}'"
    )]
    OutputName {
        layer: String,
        picture: String,
        output: &'static str,
    },
    #[error(transparent)]
    Preprocess(PictureError),
    #[error(transparent)]
    Onnx(#[from] OnnxError),
}

/// The last names of a list, which are those of the latest layers, and how many there are.
pub fn listed(names: &[String]) -> String {
    const MAX_CHARS: usize = 120;
    let mut room = MAX_CHARS;
    let fitting = names.iter().rev().take_while(|name| {
        let left = room.checked_sub(name.chars().count() + 2);
        room = left.unwrap_or(0);
        left.is_some()
    });
    let shown = names.len() - fitting.count().max(1).min(names.len());
    match names.get(shown..) {
        Some(last) if shown > 0 => format!("{} ({} in all)", last.join(", "), names.len()),
        _ => names.join(", "),
    }
}

fn alternatives(layers: &[String]) -> String {
    match layers {
        [] => "No layer of this model can be explained without crossing it; choose another model."
            .into(),
        [only] => format!("The layer '{only}' can be explained without crossing it."),
        _ => format!(
            "Layers that can be explained without crossing it: {}.",
            listed(layers)
        ),
    }
}
