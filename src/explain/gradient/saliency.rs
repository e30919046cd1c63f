//! Saliency (Simonyan et al. 2014, "Deep Inside Convolutional Networks: Visualising Image
//! Classification Models and Saliency Maps").

#[cfg(feature = "network")]
use super::reductions::greatest_magnitude;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use crate::explain::{context::Context, error::ExplainError, method::Explain, saliency::Saliency};
#[cfg(feature = "network")]
use crate::gradient::ReluPolicy;

pub const METHOD: Method = Method {
    id: "saliency",
    name: "Saliency",
    plain_name: "which pixels, changed a little, would change the answer most",
    summary: "The size of the gradient at each pixel.",
    caution: "Noisy, and blind to what is saturated: where a pixel matters so much that more of it changes nothing, the gradient is 0 (Sundararajan et al. 2017).",
    family: Family::Gradient,
    cost: "one run forward and backward",
    settings: &[],
    is_slow: false,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

/// max_c |∂y/∂x_c|.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let gradient = context.input_gradient(ReluPolicy::Plain).await?;
    let values = greatest_magnitude(&gradient);
    Ok(context.input_map(values, Some(gradient.as_ref().clone())))
}
