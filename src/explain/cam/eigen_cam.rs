//! Eigen-CAM (Muhammad and Yeasin 2020, "Eigen-CAM: Class Activation Map using Principal
//! Components").

#[cfg(feature = "network")]
use super::principal_component::first_principal_component;
use crate::explain::method::{Family, Method};
#[cfg(feature = "network")]
use crate::explain::{context::Context, error::ExplainError, method::Explain, saliency::Saliency};

pub const METHOD: Method = Method {
    id: "eigen-cam",
    name: "Eigen-CAM",
    plain_name: "what stands out to the layer, whatever the class",
    summary: "Shows the direction in which the layer's features differ most from place to place.",
    caution: "It knows no class: every class has the same map.",
    family: Family::ClassActivation,
    cost: "none after the prediction",
    settings: &[],
    is_slow: false,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

/// The projection of the activations on their first principal component.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let activations = context.activations().await?;
    let values = first_principal_component(&activations);
    Ok(context.layer_map(values))
}
