//! Reads what was written of a map.

use std::path::Path;

use anyhow::{Context as _, bail};
use gradcam::protocol::{ExplanationRecord, RECORD_VERSION};
use gradcam::render::npy;
use ndarray::Array2;
use serde_json::Value;

use crate::files;

/// A manifest has no more bytes.
const MAX_BYTES: usize = 1 << 20;

/// How a map was made.
///
/// # Errors
/// With the file's name and what to do: a file that is cut off, too long, of another version, or
/// no manifest at all.
pub fn read(path: &Path) -> anyhow::Result<ExplanationRecord> {
    let text = files::read_text(path, MAX_BYTES)?;
    parse(&text).with_context(|| format!("'{}'", files::shown(path)))
}

fn parse(text: &str) -> anyhow::Result<ExplanationRecord> {
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) if error.is_eof() => {
            bail!("it is empty or cut off: save the manifest again")
        }
        Err(error) => bail!(
            "it is no manifest of one map ({error}): give what the page saved, or one line of \
             what `gradcam explain --json` printed"
        ),
    };
    let Some(version) = value.get("version").and_then(Value::as_u64) else {
        bail!("it says no version, so it is no manifest of a map")
    };
    if version != u64::from(RECORD_VERSION) {
        let program = value.get("gradcam_version").and_then(Value::as_str);
        bail!(
            "it is of version {version}, and this program reads {RECORD_VERSION}: use the program \
             that wrote it (gradcam {})",
            program.unwrap_or("of an unknown version")
        );
    }
    let record = serde_json::from_value::<ExplanationRecord>(value);
    record.map_err(|error| {
        anyhow::anyhow!("it lacks something or says it in another way: {error}; save it again")
    })
}

/// A map as it was saved, [h, w].
///
/// # Errors
/// With the file's name.
pub fn read_map(path: &Path) -> anyhow::Result<Array2<f32>> {
    let bytes = files::read_picture(path)?;
    let named = || format!("'{}' is no map", files::shown(path));
    let (shape, values) = npy::decode(&bytes).with_context(named)?;
    let &[height, width] = shape.as_slice() else {
        bail!(
            "{}: it has {} axes, and a map has two",
            named(),
            shape.len()
        );
    };
    Array2::from_shape_vec((height, width), values).with_context(named)
}

/// How many steps an unfinished map was made of: 25 of "25 of 1000 masks were tried".
pub fn steps_made(left_out: &str) -> Option<usize> {
    left_out.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_manifest_is_said() {
        let error = |text: &str| parse(text).unwrap_err().to_string();
        assert!(error("").contains("cut off"));
        assert!(error("{\"version\": 2, \"ima").contains("cut off"));
        assert!(error("no").contains("gradcam explain --json"));
        assert!(error("{}\n{}").contains("one map"));
        assert!(error("{}").contains("no version"));
        assert!(error("{\"version\": 7}").contains("version 7"));
        assert!(error("{\"version\": 2}").contains("lacks"));
        assert_eq!(steps_made("25 of 1000 masks were tried"), Some(25));
    }
}
