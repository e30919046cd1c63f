//! Gradient × input (Shrikumar et al. 2016, "Not Just a Black Box").

use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use crate::explain::{
    cam::channel_sum, context::Context, error::ExplainError, method::Explain, saliency::Saliency,
};
#[cfg(feature = "network")]
use crate::gradient::ReluPolicy;

pub const METHOD: Method = Method {
    id: "gradient-x-input",
    name: "Gradient × input",
    plain_name: "how much each pixel adds, if the network were linear",
    summary: "Each pixel times its gradient.",
    caution: "Depends on which colour counts as 0 for the network: a pixel of that colour never counts.",
    family: Family::Gradient,
    cost: "one run forward and backward",
    settings: &[],
    is_slow: false,
    is_random: false,
    has_unit: true,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

/// Σ_c x_c · ∂y/∂x_c.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let gradient = context.input_gradient(ReluPolicy::Plain).await?;
    let channels = context.subject.pixels()? * &*gradient;
    Ok(context.input_map(channel_sum(&channels), Some(channels)))
}
