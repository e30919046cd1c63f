//! Methods that need the layer's activations and one gradient there.

use ndarray::{Array2, Array3, Axis, Slice};

use super::principal_component::first_principal_component;
use super::smoothing::{AUGMENTATION, PRINCIPAL_COMPONENT};
use super::{Weigh, channel_sum};
use crate::explain::context::Context;
use crate::explain::error::ExplainError;
use crate::explain::saliency::Saliency;

/// The map of a method that weighs activations by one gradient.
///
/// # Errors
/// [`ExplainError`].
pub async fn explain(context: &mut Context<'_>, weigh: Weigh) -> Result<Saliency, ExplainError> {
    let smoothing = context.settings.choice("smoothing");
    if smoothing == AUGMENTATION {
        let values = mean_over_changed_pictures(context, weigh).await?;
        return Ok(context.layer_map(values));
    }
    let activations = context.activations().await?;
    let gradient = context.layer_gradient().await?;
    let weighed = weigh(&activations, &gradient);
    if smoothing == PRINCIPAL_COMPONENT {
        return Ok(context.layer_map(first_principal_component(&weighed)));
    }
    Ok(context.weighed_map(&activations, &weighed))
}

/// Factors of the input's values.
const FACTORS: [f32; 3] = [0.9, 1.0, 1.1];

async fn mean_over_changed_pictures(
    context: &mut Context<'_>,
    weigh: Weigh,
) -> Result<Array2<f32>, ExplainError> {
    let pixels = context.subject.pixels()?;
    let total = 2 * FACTORS.len();
    let mut sum: Option<Array2<f32>> = None;
    let mut done = 0;
    for is_mirrored in [false, true] {
        for factor in FACTORS {
            let changed = mirrored(&pixels, is_mirrored) * factor;
            let (activations, gradient) = context.layer_of(changed).await?;
            let map = channel_sum(&weigh(&activations, &gradient)).insert_axis(Axis(0));
            let map = mirrored(&map, is_mirrored).index_axis_move(Axis(0), 0);
            sum = Some(match sum {
                Some(sum) => sum + map,
                None => map,
            });
            done += 1;
            if !context.step(done, total) {
                break;
            }
        }
    }
    let sum = sum.ok_or(ExplainError::NoBudget)?;
    Ok(sum / done as f32)
}

/// [C, h, w] with left and right exchanged, if `is_mirrored`.
fn mirrored(channels: &Array3<f32>, is_mirrored: bool) -> Array3<f32> {
    let step = if is_mirrored { -1 } else { 1 };
    let view = channels.slice_axis(Axis(2), Slice::new(0, None, step));
    view.as_standard_layout().into_owned()
}
