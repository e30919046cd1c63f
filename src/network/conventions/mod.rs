//! What a file's metadata state in the conventions of others, where they do not follow this
//! project's contract.
//!
//! - `configs`: files beside the model, which its metadata hold under their names
//! - `ultralytics`: what Ultralytics' exporter writes
//! - `onnx_image`: the entries that the ONNX specification names for pictures
//!
//! `stated` has what they give.
//!
//! To add one: a file with a function from the metadata to [`Stated`], and a line in [`stated`].

mod configs;
mod onnx_image;
mod stated;
mod ultralytics;

use super::load_error::LoadError;
use crate::onnx::Metadata;
pub use stated::Stated;

/// What the file's metadata state, by the first convention that they follow; `None` where they
/// follow none.
///
/// # Errors
/// [`LoadError::Task`] for a network that is stated to be no classifier.
pub fn stated(metadata: Metadata) -> Result<Option<Stated>, LoadError> {
    let exported = ultralytics::stated(metadata)?;
    Ok(configs::stated(metadata)
        .or(exported)
        .or_else(|| onnx_image::stated(metadata)))
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::stated::StatedScaling;
    use super::*;
    use crate::onnx::testing::{GraphBuilder, model};
    use crate::onnx::{Limits, Model};
    use crate::picture::{Channels, Filter, Fit};

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
        assert_eq!(scaling, StatedScaling::plain(Channels::Bgr, 1.0, 0.0));
        let range = ("Image.NominalPixelRange", "Normalized_1_1");
        let scaling = read(&[range]).unwrap().unwrap().scaling.unwrap();
        assert_eq!(
            scaling,
            StatedScaling::plain(Channels::Rgb, 1.0 / 127.5, 1.0)
        );
        assert_eq!(read(&[("other", "x")]).unwrap(), None);
    }

    #[test]
    fn configurations_beside_the_model_are_read() {
        let config = r#"{"id2label": {"1": "bee", "0": "ant", "2": "fly"}}"#;
        let processor = r#"{"do_normalize": true, "image_mean": [0.5, 0.4, 0.3],
            "image_std": [0.2, 0.2, 0.1], "rescale_factor": 0.00392156862745098, "resample": 3,
            "size": {"height": 224, "width": 224}}"#;
        let entries = [
            ("config.json", config),
            ("preprocessor_config.json", processor),
        ];
        let found = read(&entries).unwrap().unwrap();
        assert_eq!(found.labels.unwrap(), ["ant", "bee", "fly"]);
        let scaling = found.scaling.unwrap();
        assert_eq!(
            (scaling.mean, scaling.std),
            (vec![0.5, 0.4, 0.3], vec![0.2, 0.2, 0.1])
        );
        assert_eq!(
            (scaling.resize, scaling.fit),
            (Filter::Bicubic, Fit::Stretch)
        );
        let timm = r#"{"architecture": "x", "label_names": ["ant", "bee"], "pretrained_cfg":
            {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "crop_pct": 0.9,
            "interpolation": "bicubic", "input_size": [3, 224, 224]}}"#;
        let found = read(&[("config.json", timm)]).unwrap().unwrap();
        assert_eq!(found.labels.unwrap(), ["ant", "bee"]);
        let scaling = found.scaling.unwrap();
        assert_eq!(scaling.mean, [0.485, 0.456, 0.406]);
        assert_eq!(Some(scaling.fit), Fit::crop(0.9));
        for useless in ["{}", "[", r#"{"id2label": {"7": "x"}}"#, r#"{"mean": [1]}"#] {
            assert_eq!(
                read(&[("config.json", useless)]).unwrap(),
                None,
                "{useless}"
            );
        }
    }
}
