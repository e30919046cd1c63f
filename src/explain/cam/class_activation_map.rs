//! CAM (Zhou et al. 2016, "Learning Deep Features for Discriminative Localization").

#[cfg(feature = "network")]
use ndarray::{Array3, Axis};

#[cfg(feature = "network")]
use super::times_weights;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use crate::explain::{context::Context, error::ExplainError, method::Explain, saliency::Saliency};

pub const METHOD: Method = Method {
    id: "cam",
    name: "CAM",
    plain_name: "what each place adds to the class, for networks that average places",
    summary: "Weighs each feature of the layer by the weight that the network's last layer gives it.",
    caution: "Only for networks that end with global average pooling and one dense layer.",
    family: Family::ClassActivation,
    cost: "none after the prediction",
    settings: &[],
    is_slow: false,
    is_random: false,
    has_unit: true,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

/// Differences of gradients up to this share of the greatest are rounding.
#[cfg(feature = "network")]
const ROUNDING: f32 = 1e-4;

/// Σ_k W_k A_k, W being the weights of the dense layer behind global average pooling.
///
/// # Errors
/// [`ExplainError::HeadNotAffine`] where the network does not end so.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let activations = context.activations().await?;
    if !is_affine(context, &activations).await? {
        let layer = context.layer.to_owned();
        return Err(ExplainError::HeadNotAffine { layer });
    }
    let gradient = context.layer_gradient().await?;
    // Of the mean over Z cells the gradient at each is W/Z.
    let weights = gradient.outer_iter().map(|gradient| {
        let sum: f64 = gradient.iter().map(|&value| f64::from(value)).sum();
        sum
    });
    let weighed = times_weights(&activations, weights);
    Ok(context.weighed_map(&activations, &weighed))
}

/// Whether the network behind the layer is global average pooling and one dense layer, as far
/// as the target goes: the gradient is the same in all cells, and for other activations.
///
/// # Errors
/// [`ExplainError`].
#[cfg(feature = "network")]
pub async fn is_affine(
    context: &mut Context<'_>,
    activations: &Array3<f32>,
) -> Result<bool, ExplainError> {
    let gradient = context.layer_gradient().await?;
    let greatest = gradient
        .iter()
        .fold(0.0f32, |max, value| max.max(value.abs()));
    let is_near = |a: f32, b: f32| (a - b).abs() <= ROUNDING * greatest;
    let is_flat = gradient.axis_iter(Axis(0)).all(|channel| {
        let first = channel.iter().next().copied().unwrap_or(0.0);
        channel.iter().all(|&value| is_near(value, first))
    });
    if !is_flat {
        return Ok(false);
    }
    // What is not linear shows itself where signs change, and at 0.
    for factor in [-1.0, 0.0] {
        let other = match context.gradient_behind(activations * factor).await {
            Ok(other) => other,
            Err(ExplainError::Stopped) => return Err(ExplainError::Stopped),
            Err(_) => return Ok(false),
        };
        if !other
            .iter()
            .zip(gradient.iter())
            .all(|(&a, &b)| is_near(a, b))
        {
            return Ok(false);
        }
    }
    Ok(true)
}
