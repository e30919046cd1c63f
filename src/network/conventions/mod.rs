//! What a file's metadata state in the conventions of others, where they do not follow this
//! project's contract.
//!
//! - `ultralytics`: what Ultralytics' exporter writes
//! - `onnx_image`: the entries that the ONNX specification names for pictures
//!
//! `stated` has what they give.
//!
//! To add one: a file with a function from the metadata to [`Stated`], and a line in [`stated`].

mod onnx_image;
mod stated;
mod ultralytics;

use super::load_error::LoadError;
use crate::onnx::Metadata;
pub use stated::{Stated, StatedScaling};

/// What the file's metadata state, by the first convention that they follow; `None` where they
/// follow none.
///
/// # Errors
/// [`LoadError::Task`] for a network that is stated to be no classifier.
pub fn stated(metadata: Metadata) -> Result<Option<Stated>, LoadError> {
    if let Some(found) = ultralytics::stated(metadata)? {
        return Ok(Some(found));
    }
    Ok(onnx_image::stated(metadata))
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::*;
    use crate::onnx::testing::{GraphBuilder, model};
    use crate::onnx::{Limits, Model};
    use crate::picture::Channels;

    fn read(entries: &[(&str, &str)]) -> Result<Option<Stated>, LoadError> {
        let file = model(GraphBuilder::linear_classifier()).encode_to_vec();
        let mut model = Model::decode(&file, Limits::default()).unwrap();
        for (key, value) in entries {
            model.set_metadata(key, (*value).to_owned());
        }
        stated(model.metadata())
    }

    #[test]
    fn ultralytics_classes_and_scaling_are_read() {
        let names = r#"{0: 'ant', 1: "bee's", 12: 'a \'fly\''}"#;
        let found = read(&[("task", "classify"), ("names", names)])
            .unwrap()
            .unwrap();
        let labels = found.labels.unwrap();
        assert_eq!(labels.len(), 13);
        assert_eq!(
            (&*labels[0], &*labels[1], &*labels[12]),
            ("ant", "bee's", "a 'fly'")
        );
        assert_eq!(labels[5], "class 5");
        let scaling = found.scaling.unwrap();
        assert_eq!(
            (scaling.channels, scaling.scale),
            (Channels::Rgb, 1.0 / 255.0)
        );
        let text = read(&[("task", "detect"), ("names", names)])
            .unwrap_err()
            .to_string();
        assert!(text.contains("detect"), "{text}");
        for hostile in [
            "{99999999999: 'x'}",
            "{0: 'open",
            "{{{",
            "{0}",
            "{4000000: 'a'}",
        ] {
            let found = read(&[("task", "classify"), ("names", hostile)])
                .unwrap()
                .unwrap();
            assert_eq!(found.labels, None, "{hostile}");
        }
    }

    #[test]
    fn the_pixel_formats_of_the_onnx_specification_are_read() {
        let found = read(&[
            ("Image.BitmapPixelFormat", "Bgr8"),
            ("Image.NominalPixelRange", "NominalRange_0_255"),
        ]);
        let scaling = found.unwrap().unwrap().scaling.unwrap();
        assert_eq!(
            (scaling.channels, scaling.scale, scaling.mean),
            (Channels::Bgr, 1.0, 0.0)
        );
        let range = ("Image.NominalPixelRange", "Normalized_1_1");
        let scaling = read(&[range]).unwrap().unwrap().scaling.unwrap();
        assert_eq!((scaling.scale, scaling.mean), (1.0 / 127.5, 1.0));
        assert_eq!(read(&[("other", "x")]).unwrap(), None);
    }
}
