//! What was changed in a file so that it could be read, in sentences for people.

use crate::gradient::Selection;
use crate::onnx::Adaptations;
use crate::text::{MAX_NAME_CHARS, printable};

/// A sentence for each change.
pub fn adaptation_notes(adaptations: &Adaptations) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(data_type) = adaptations.integer_input {
        notes.push(format!(
            "The input takes whole numbers ({data_type}); gradients are those of the same numbers \
             as float32."
        ));
    }
    if let Some(batch) = adaptations.batch {
        notes.push(format!(
            "The file takes {batch} pictures at once; it was changed to take one."
        ));
    }
    if adaptations.is_signal {
        notes.push("The input is a signal: its map lies along time.".to_owned());
    }
    for input in &adaptations.further_inputs {
        let (name, shape) = (printable(&input.name, MAX_NAME_CHARS), &input.shape);
        notes.push(format!(
            "The network has a second input, '{name}' {shape:?}: it is zero unless it is given."
        ));
    }
    notes
}

/// Which of several outputs is explained; `None` where there is one. `others` are outputs of the
/// file that are not the logits.
pub fn note_of_outputs(selection: &Selection, others: &[String]) -> Option<String> {
    const MAX_NAMED: usize = 4;
    let others = others.iter().filter(|name| **name != selection.output);
    let shown = |name: &str| format!("'{}'", printable(name, MAX_NAME_CHARS));
    let mut named: Vec<String> = others.map(|name| shown(name)).collect();
    if named.is_empty() {
        return None;
    }
    if named.len() > MAX_NAMED {
        named.truncate(MAX_NAMED);
        named.push("others".into());
    }
    let (output, named) = (shown(&selection.output), named.join(", "));
    Some(format!(
        "Explained is the output {output}; the file also gives {named}."
    ))
}

/// What can be asked of a network that gives one number; `None` for others.
pub fn note_of_one_number(selection: &Selection) -> Option<String> {
    (selection.classes == 1).then(|| {
        "The network gives one number, for yes: ask what speaks for it, or what speaks against it."
            .to_owned()
    })
}
