//! Guided Backpropagation (Springenberg et al. 2015, "Striving for Simplicity: The All
//! Convolutional Net").

#[cfg(feature = "network")]
use super::reductions::greatest_magnitude;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use crate::explain::{context::Context, error::ExplainError, method::Explain, saliency::Saliency};
#[cfg(feature = "network")]
use crate::gradient::ReluPolicy;

pub const METHOD: Method = Method {
    id: "guided-backprop",
    name: "Guided Backpropagation",
    plain_name: "which edges and textures the network picks up",
    summary: "The gradient, but each rectifier lets only what is positive pass back.",
    caution: "Hardly depends on the class, and little on what the network has learned: it fails the sanity checks of Adebayo et al. 2018. Only for networks with ReLUs.",
    family: Family::Gradient,
    cost: "one run forward and backward",
    settings: &[],
    is_slow: false,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

/// max_c |R_c|, R being what reaches the input where every rectifier passes back
/// 1[x > 0] · max(R, 0).
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let guided = context.input_gradient(ReluPolicy::Guided).await?;
    let values = greatest_magnitude(&guided);
    Ok(context.input_map(values, Some(guided.as_ref().clone())))
}
