//! The metadata of [Ultralytics' exporter](https://docs.ultralytics.com/modes/export/): `task`,
//! `names` as a Python dictionary, `imgsz`.

use super::stated::{Stated, StatedScaling};
use crate::network::load_error::LoadError;
use crate::onnx::Metadata;
use crate::picture::{Channels, Fit};

/// Classes of a network, at most.
const MAX_CLASSES: usize = 1 << 20;

/// What the exporter states: names of classes, and its classifiers' scaling to 0…1
/// with the middle of the picture cut out.
///
/// # Errors
/// [`LoadError::Task`] for networks that find boxes, masks or poses.
pub fn stated(metadata: Metadata) -> Result<Option<Stated>, LoadError> {
    let (Some(task), Some(names)) = (metadata.text("task"), metadata.text("names")) else {
        return Ok(None);
    };
    if task != "classify" {
        return Err(LoadError::Task { task: task.into() });
    }
    Ok(Some(Stated {
        source: "Ultralytics’ metadata",
        labels: names_of(names),
        scaling: Some(StatedScaling {
            fit: Fit::crop(1.0).unwrap_or_default(),
            ..StatedScaling::plain(Channels::Rgb, 1.0 / 255.0, 0.0)
        }),
    }))
}

/// The values of a Python dictionary {0: 'ant', 1: "bee"} in the order of its keys; a class
/// without a name is numbered. `None` for what is no such dictionary.
fn names_of(text: &str) -> Option<Vec<String>> {
    let mut rest = text.trim().strip_prefix('{')?.trim_start();
    let mut named: Vec<(usize, String)> = Vec::new();
    while !rest.starts_with('}') {
        let (number, after) = rest.split_once(':')?;
        let number = number
            .trim()
            .parse()
            .ok()
            .filter(|&number| number < MAX_CLASSES)?;
        let (name, after) = quoted(after.trim_start())?;
        named.push((number, name));
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    // A name for a class far beyond the others is none of a list.
    let count = named.iter().map(|(number, _)| number + 1).max()?;
    if count > 1000 * named.len() {
        return None;
    }
    let mut names: Vec<String> = (0..count).map(|class| format!("class {class}")).collect();
    for (number, name) in named {
        names[number] = name;
    }
    Some(names)
}

/// A Python string in either quotes, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut characters = text.char_indices();
    let (_, quote) = characters
        .next()
        .filter(|(_, first)| matches!(first, '\'' | '"'))?;
    let mut name = String::new();
    while let Some((place, character)) = characters.next() {
        match character {
            '\\' => name.push(characters.next()?.1),
            end if end == quote => return Some((name, &text[place + end.len_utf8()..])),
            other => name.push(other),
        }
    }
    None
}
