//! Ablation-CAM (Ramaswamy et al. 2020, "Ablation-CAM: Visual Explanations for Deep
//! Convolutional Network via Gradient-free Localization").

#[cfg(feature = "network")]
use ndarray::{Array3, Axis};

use super::score_cam::CHANNELS;
#[cfg(feature = "network")]
use super::times_weights;
#[cfg(feature = "network")]
use super::{channel_masks::most_varying, score_cam::STEPS};
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use crate::explain::{context::Context, error::ExplainError, method::Explain, saliency::Saliency};

pub const METHOD: Method = Method {
    id: "ablation-cam",
    name: "Ablation-CAM",
    plain_name: "which features the class would miss most",
    summary: "Silences one feature of the layer after the other, and weighs each by how much the answer falls.",
    caution: "Features that can stand in for each other get little weight each.",
    family: Family::ClassActivation,
    cost: "the part behind the layer once for each of its channels",
    settings: &[&[CHANNELS]],
    is_slow: true,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

/// A map is shown after each of so many channels.
#[cfg(feature = "network")]
const SHOWN_EVERY: usize = 64;

/// Σ_k w_k A_k with w_k = (y − y_k) / |y|, y_k being the target's value without channel k.
/// The paper divides by y, which turns the map over where y is below 0.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let activations = context.activations().await?;
    let order = most_varying(&activations, context.settings.integer("channels"));
    let value = context.value();
    let mut weights = vec![0.0; activations.len_of(Axis(0))];
    let mut done = 0;
    for &channel in &order {
        let ablated = without_channel(&activations, channel);
        // Silencing a silent channel changes nothing.
        if let Some(ablated) = ablated {
            let fall = value - context.value_behind(ablated).await?;
            weights[channel] = if fall == 0.0 { 0.0 } else { fall / value.abs() };
        }
        done += 1;
        if done % SHOWN_EVERY == 0 && done < order.len() {
            let early = map(context, &activations, &weights);
            context.show(&early.of_steps(done, order.len(), STEPS));
        }
        if !context.step(done, order.len()) {
            break;
        }
    }
    Ok(map(context, &activations, &weights).of_steps(done, order.len(), STEPS))
}

#[cfg(feature = "network")]
fn map(context: &Context, activations: &Array3<f32>, weights: &[f64]) -> Saliency {
    let weighed = times_weights(activations, weights.iter().copied());
    context.weighed_map(activations, &weighed)
}

/// Activations with one channel set to 0; `None` where it is 0 already.
#[cfg(feature = "network")]
fn without_channel(activations: &Array3<f32>, channel: usize) -> Option<Array3<f32>> {
    let own = activations.index_axis(Axis(0), channel);
    if own.iter().all(|&value| value == 0.0) {
        return None;
    }
    let mut ablated = activations.clone();
    ablated.index_axis_mut(Axis(0), channel).fill(0.0);
    Some(ablated)
}
