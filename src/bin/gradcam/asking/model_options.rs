//! How a model is read where its file leaves a choice, as arguments.

use std::path::Path;

use anyhow::{Context as _, bail};
use gradcam::gradient::AttachOptions;
use gradcam::render::npy;

use crate::files;

#[derive(clap::Args, Clone, Default)]
pub struct ModelOptions {
    /// Width and height of the picture in pixels, such as 224x224, for a model that takes any.
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = parse_size)]
    size: Option<[usize; 2]>,
    /// Tensor that holds the logits, where the output is something else.
    #[arg(long, value_name = "TENSOR")]
    logits: Option<String>,
    /// Values of an input besides the picture: numbers with commas between, or an NPY file. Can
    /// be given several times; zero unless given.
    #[arg(long = "input", value_name = "NAME=VALUES")]
    inputs: Vec<String>,
}

impl ModelOptions {
    /// The options of a model whose branch begins at a layer, if one is named.
    ///
    /// # Errors
    /// With a sentence, for values that are none.
    pub fn attach_options(&self, layer: Option<&str>) -> anyhow::Result<AttachOptions> {
        let inputs = self.inputs.iter().map(|said| parse_input(said));
        Ok(AttachOptions {
            layers: layer.map(str::to_owned).into_iter().collect(),
            size: self.size,
            logits: self.logits.clone(),
            inputs: inputs.collect::<anyhow::Result<_>>()?,
            ..AttachOptions::default()
        })
    }
}

/// Height and width of `WIDTHxHEIGHT`, or of one number for both.
fn parse_size(text: &str) -> Result<[usize; 2], String> {
    let (width, height) = text.split_once(['x', '×']).unwrap_or((text, text));
    let side = |text: &str| {
        text.trim()
            .parse()
            .ok()
            .filter(|side| (1..=4096).contains(side))
    };
    let size = side(height)
        .zip(side(width))
        .map(|(height, width)| [height, width]);
    size.ok_or_else(|| "wants WIDTHxHEIGHT, both from 1 to 4096, such as 224x224".to_owned())
}

fn parse_input(said: &str) -> anyhow::Result<(String, Vec<f32>)> {
    let wants = || format!("--input wants NAME=VALUES, and got '{said}'");
    let (name, values) = said.split_once('=').with_context(wants)?;
    if values.to_lowercase().ends_with(".npy") {
        let bytes = files::read_picture(Path::new(values))?;
        let (_, values) = npy::decode(&bytes).with_context(|| format!("--input '{name}'"))?;
        return Ok((name.to_owned(), values));
    }
    let number = |text: &str| {
        text.trim()
            .parse::<f32>()
            .ok()
            .filter(|value| value.is_finite())
    };
    let numbers: Option<Vec<f32>> = values.split(',').map(number).collect();
    match numbers {
        Some(numbers) => Ok((name.to_owned(), numbers)),
        None => bail!("{}: numbers with commas between, or an NPY file", wants()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_values_are_read_or_refused() {
        assert_eq!(parse_size("320x224"), Ok([224, 320]));
        assert_eq!(parse_size("224"), Ok([224, 224]));
        for wrong in ["0x224", "224x", "x", "5000", "-1x3", "a×b"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
        let (name, values) = parse_input("meta=1, -2.5,3e2").unwrap();
        assert_eq!(
            (&*name, values.as_slice()),
            ("meta", [1.0, -2.5, 300.0].as_slice())
        );
        for wrong in ["meta", "meta=", "meta=1,,2", "meta=inf", "meta=a.npy"] {
            assert!(parse_input(wrong).is_err(), "{wrong}");
        }
    }
}
