//! An explanation from the first to the last step: the method, and what coincides with it.

use super::cam::class_activation_map::{self, is_affine};
use super::cam::one_gradient;
use super::cam::{Weigh, channel_sum};
use super::context::Context;
use super::error::ExplainError;
use super::method::{Explain, Method};
use super::saliency::{Completeness, Saliency};
use super::{METHODS, cam};
use crate::gradient::ReluPolicy;
use crate::network::Site;
use crate::protocol::MapUnit;

/// Maps that differ by up to this share of their maximum, after scaling, are one.
const COINCIDENCE: f32 = 1e-5;

/// Explains the context's subject by a method.
///
/// # Errors
/// [`ExplainError`].
pub async fn explain(
    method: &'static Method,
    context: &mut Context<'_>,
) -> Result<Saliency, ExplainError> {
    context.target.check(context.network.classes())?;
    context.target.check_outputs(&context.subject.outputs)?;
    let mut saliency = match method.explain {
        Explain::Weighted(weigh) => one_gradient::explain(context, weigh).await?,
        Explain::Computed(explain) => explain(context).await?,
    };
    let is_plain = saliency.settings.changed().next().is_none();
    if method.is_at_layer() && is_plain && is_gradient_kept(context) {
        saliency.coincides_with = coinciding(method, &saliency, context).await?;
        if method.id == cam::hirescam::METHOD.id {
            saliency.completeness = completeness(&saliency, context).await?;
        }
    }
    if !method.has_unit {
        saliency.unit = MapUnit::None;
    }
    saliency.runs = context.runs;
    Ok(saliency)
}

/// Whether comparing costs no gradient that was not computed anyway.
fn is_gradient_kept(context: &mut Context) -> bool {
    let logits = context.subject.run.logits();
    let cotangent = context.target.cotangent(logits, &context.subject.outputs);
    let site = Site::Layer(context.layer.to_owned());
    let kept = context
        .subject
        .kept_gradient(&site, ReluPolicy::Plain, &cotangent);
    kept.is_some()
}

/// The methods that need one gradient only, and whose map is the same here up to a factor.
async fn coinciding(
    method: &Method,
    saliency: &Saliency,
    context: &mut Context<'_>,
) -> Result<Vec<&'static str>, ExplainError> {
    let activations = context.activations().await?;
    let gradient = context.layer_gradient().await?;
    let others = METHODS.iter().filter(|other| other.id != method.id);
    let weighted = others.filter_map(|other| match other.explain {
        Explain::Weighted(weigh) => Some((other.id, weigh)),
        Explain::Computed(_) => None,
    });
    let weighted: Vec<(&'static str, Weigh)> = weighted.collect();
    let mut found: Vec<&'static str> = (weighted.into_iter())
        .filter(|(_, weigh)| {
            is_same_map(
                &channel_sum(&weigh(&activations, &gradient)),
                &saliency.values,
            )
        })
        .map(|(id, _)| id)
        .collect();
    let grad_cam = cam::grad_cam::METHOD.id;
    let is_grad_cam = method.id == grad_cam || found.contains(&grad_cam);
    let is_cam = method.id == class_activation_map::METHOD.id;
    if is_grad_cam && !is_cam && is_affine(context, &activations).await? {
        found.insert(0, class_activation_map::METHOD.id);
    }
    Ok(found)
}

/// Whether two maps are the same up to a positive factor.
fn is_same_map(a: &ndarray::Array2<f32>, b: &ndarray::Array2<f32>) -> bool {
    let greatest =
        |map: &ndarray::Array2<f32>| map.iter().fold(0.0f32, |max, value| max.max(value.abs()));
    let (of_a, of_b) = (greatest(a), greatest(b));
    let is_empty = of_a <= 0.0 || of_b <= 0.0;
    if is_empty || !of_a.is_finite() || !of_b.is_finite() || a.dim() != b.dim() {
        return false;
    }
    let is_near = |(a, b): (&f32, &f32)| (a / of_a - b / of_b).abs() <= COINCIDENCE;
    a.iter().zip(b).all(is_near)
}

/// Of HiResCAM where the network behind the layer is affine: the map and the answer for a
/// silent layer add up to the answer. `None` elsewhere.
async fn completeness(
    saliency: &Saliency,
    context: &mut Context<'_>,
) -> Result<Option<Completeness>, ExplainError> {
    let activations = context.activations().await?;
    if !context.target.is_linear() || !is_affine(context, &activations).await? {
        return Ok(None);
    }
    let rest = context.value_behind(activations * 0.0).await?;
    Ok(Some(Completeness {
        sum: saliency.values.iter().map(|&value| f64::from(value)).sum(),
        expected: saliency.value - rest,
        meaning: "The map adds up to the answer less that for a silent layer.",
    }))
}
