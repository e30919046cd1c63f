//! The deconvolutional network (Zeiler and Fergus 2014, "Visualizing and Understanding
//! Convolutional Networks").

#[cfg(feature = "network")]
use super::reductions::greatest_magnitude;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use crate::explain::{context::Context, error::ExplainError, method::Explain, saliency::Saliency};
#[cfg(feature = "network")]
use crate::gradient::ReluPolicy;

pub const METHOD: Method = Method {
    id: "deconvnet",
    name: "Deconvnet",
    plain_name: "what a network run backwards would draw",
    summary: "As the gradient, but each rectifier passes back what is positive, whatever it saw on the way forward.",
    caution: "Hardly depends on the class (Mahendran and Vedaldi 2016). Only for networks with ReLUs.",
    family: Family::Gradient,
    cost: "one run forward and backward",
    settings: &[],
    is_slow: false,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

/// max_c |R_c|, R being what reaches the input where every rectifier passes back max(R, 0).
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let reversed = context.input_gradient(ReluPolicy::Deconvnet).await?;
    let values = greatest_magnitude(&reversed);
    Ok(context.input_map(values, Some(reversed.as_ref().clone())))
}
