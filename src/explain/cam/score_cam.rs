//! Score-CAM (Wang et al. 2020, "Score-CAM: Score-Weighted Visual Explanations for
//! Convolutional Neural Networks").

#[cfg(feature = "network")]
use ndarray::{Array2, Array3, Axis};

#[cfg(feature = "network")]
use super::channel_masks::{mask, most_varying};
#[cfg(feature = "network")]
use super::times_weights;
use crate::explain::method::{Family, Method};
use crate::explain::setting::{Choice, Setting, SettingKind};
#[cfg(feature = "network")]
use crate::explain::{context::Context, error::ExplainError, method::Explain, saliency::Saliency};
#[cfg(feature = "network")]
use crate::network::softmax;

/// How many of a layer's channels a method tries out.
pub const CHANNELS: Setting = Setting {
    id: "channels",
    name: "Channels",
    summary: "How many of the layer's features are tried out, those that vary most first; 0 for all.",
    kind: SettingKind::Integer {
        min: 0,
        max: 100_000,
        default: 0,
        unit: "",
    },
};

pub const METHOD: Method = Method {
    id: "score-cam",
    name: "Score-CAM",
    plain_name: "which parts, shown alone, still look like the class",
    summary: "Covers all of the picture but what one feature sees, asks the network again, and weighs the feature by the answer.",
    caution: "Pictures with most of them covered are unlike any that the network has learned from.",
    family: Family::ClassActivation,
    cost: "one run for each channel of the layer",
    settings: &[SETTINGS],
    is_slow: true,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

const SETTINGS: &[Setting] = &[
    CHANNELS,
    Setting {
        id: "score",
        name: "Weight",
        summary: "A feature's weight: the class's probability, as the authors' program has it, or a softmax over features of the answers, as their paper has it.",
        kind: SettingKind::Choice(&[
            Choice {
                id: "probability",
                name: "probability (authors' program)",
            },
            Choice {
                id: "softmax",
                name: "softmax over features (paper)",
            },
        ]),
    },
];

/// A map is shown after each of so many channels.
#[cfg(feature = "network")]
const SHOWN_EVERY: usize = 16;

/// Σ_k w_k A_k, w_k being the score of the picture times the k-th channel as a mask.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let activations = context.activations().await?;
    let pixels = context.subject.pixels()?;
    let (_, height, width) = pixels.dim();
    let order = most_varying(&activations, context.settings.integer("channels"));
    let is_softmax = context.settings.choice("score") == "softmax";
    let target = if is_softmax {
        context.target
    } else {
        context.target.as_score()
    };
    let mut scores: Vec<(usize, f64)> = Vec::new();
    let mut done = 0;
    for &channel in &order {
        // Channels that are the same everywhere say nothing of places.
        if let Some(mask) = mask(activations.index_axis(Axis(0), channel), height, width) {
            let score = context.value_of(masked(&pixels, &mask), target).await?;
            scores.push((channel, score));
        }
        done += 1;
        if done % SHOWN_EVERY == 0 && done < order.len() {
            let early = map(context, &activations, &scores, is_softmax);
            context.show(&early.of_steps(done, order.len(), STEPS));
        }
        if !context.step(done, order.len()) {
            break;
        }
    }
    let found = map(context, &activations, &scores, is_softmax);
    Ok(found.of_steps(done, order.len(), STEPS))
}

#[cfg(feature = "network")]
fn masked(pixels: &Array3<f32>, mask: &Array2<f32>) -> Array3<f32> {
    let mut masked = pixels.clone();
    for mut channel in masked.outer_iter_mut() {
        channel *= mask;
    }
    masked
}

#[cfg(feature = "network")]
fn map(
    context: &Context,
    activations: &Array3<f32>,
    scores: &[(usize, f64)],
    is_softmax: bool,
) -> Saliency {
    let mut weights = vec![0.0; activations.len_of(Axis(0))];
    let values: Vec<f32> = scores.iter().map(|&(_, score)| score as f32).collect();
    let shares = if is_softmax { softmax(&values) } else { values };
    for (&(channel, _), share) in scores.iter().zip(shares) {
        weights[channel] = f64::from(share);
    }
    context.weighed_map(activations, &times_weights(activations, weights))
}

/// What [`Saliency::of_steps`] calls a step.
#[cfg(feature = "network")]
pub const STEPS: &str = "features were tried out";
