//! Eigen-Grad-CAM (`EigenGradCAM` of pytorch-grad-cam).

#[cfg(feature = "network")]
use super::principal_component::first_principal_component;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use crate::explain::{context::Context, error::ExplainError, method::Explain, saliency::Saliency};

pub const METHOD: Method = Method {
    id: "eigen-grad-cam",
    name: "Eigen-Grad-CAM",
    plain_name: "the main pattern of what adds to the class",
    summary: "As Eigen-CAM, of the features times their gradients, so that the class counts.",
    caution: "The sign of a principal component is arbitrary; the side with the greatest value is taken as evidence for the class.",
    family: Family::ClassActivation,
    cost: "none after the prediction",
    settings: &[],
    is_slow: false,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

/// The projection of g ⊙ A on its first principal component.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let activations = context.activations().await?;
    let gradient = context.layer_gradient().await?;
    let values = first_principal_component(&(activations * &*gradient));
    Ok(context.layer_map(values))
}
