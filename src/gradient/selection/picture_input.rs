//! Which input is the picture.

use super::types::PictureInput;
use crate::gradient::error::GradientError;
use crate::onnx::{Model, declared_axes, key, pb};
use crate::picture::{Layout, Preprocess};

/// The picture: the only float32 input with four axes. `size` is its height and
/// width in pixels, and `wanted` its layout, where the file leaves them open.
///
/// # Errors
/// [`GradientError`] where there is no such input, its size is not known, or the file's own preprocessing is invalid.
pub fn find_picture(
    model: &Model,
    size: Option<[usize; 2]>,
    wanted: Option<Layout>,
) -> Result<PictureInput, GradientError> {
    let inputs = &model.graph().input;
    let four_axes =
        |input: &&pb::ValueInfoProto| declared_axes(input).is_some_and(|a| a.len() == 4);
    let found = inputs.iter().find(four_axes).ok_or_else(|| {
        let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
        GradientError::NoPicture {
            inputs: names.join(", "),
        }
    })?;
    let preprocess: Option<Preprocess> = model.metadata().json(key::PREPROCESS)?;
    if let Some(preprocess) = &preprocess {
        preprocess.check().map_err(GradientError::Preprocess)?;
    }
    let axes = declared_axes(found).unwrap_or_default();
    let grey_or_rgb = |axis: usize| matches!(axes[axis], Some(1 | 3));
    // Axes 1 and 3 could both be channels, or neither is stated.
    let is_ambiguous = grey_or_rgb(1) && grey_or_rgb(3) || axes[1].is_none() && axes[3].is_none();
    let layout_is_open = preprocess.is_none() && is_ambiguous;
    let layout = match (&preprocess, wanted.filter(|_| layout_is_open)) {
        (Some(preprocess), _) => preprocess.layout,
        (None, Some(wanted)) => wanted,
        (None, None) if grey_or_rgb(3) && !grey_or_rgb(1) => Layout::Nhwc,
        (None, None) => Layout::Nchw,
    };
    let size = preprocess.map(|preprocess| preprocess.size).or(size);
    let (height, width, channels) = match layout {
        Layout::Nchw => (2, 3, 1),
        Layout::Nhwc => (1, 2, 3),
    };
    let mut shape = vec![1; 4];
    shape[channels] = axes[channels].unwrap_or(3);
    for (number, axis) in [height, width].into_iter().enumerate() {
        let length = axes[axis].or(size.map(|size| size[number]));
        shape[axis] = length.ok_or_else(|| GradientError::NoPictureSize {
            input: found.name.clone(),
        })?;
    }
    Ok(PictureInput {
        name: found.name.clone(),
        shape,
        layout,
        layout_is_open,
    })
}
