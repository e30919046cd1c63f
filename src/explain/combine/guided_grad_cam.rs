//! Guided Grad-CAM (Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks
//! via Gradient-based Localization", section 3.2).

use crate::explain::method::{Family, Method};
use crate::explain::setting::{Choice, Setting, SettingKind};
#[cfg(feature = "network")]
use crate::explain::{
    cam::{channel_sum, grad_cam},
    context::Context,
    error::ExplainError,
    method::Explain,
    saliency::Saliency,
    upsampling::upsampled,
};
#[cfg(feature = "network")]
use crate::gradient::ReluPolicy;

pub const METHOD: Method = Method {
    id: "guided-grad-cam",
    name: "Guided Grad-CAM",
    plain_name: "which edges lie where the class is seen",
    summary: "Guided Backpropagation, kept where Grad-CAM speaks for the class.",
    caution: "Its detail is that of Guided Backpropagation, which hardly depends on the class (Adebayo et al. 2018).",
    family: Family::Combination,
    cost: "one run forward and backward",
    settings: &[SETTINGS],
    is_slow: false,
    is_random: false,
    has_unit: false,
    #[cfg(feature = "network")]
    explain: Explain::Computed(|context| Box::pin(explain(context))),
};

const NEAREST: &str = "nearest";

const SETTINGS: &[Setting] = &[Setting {
    id: "interpolation",
    name: "Interpolation",
    summary: "How the map of the layer is brought to the picture's size.",
    kind: SettingKind::Choice(&[
        Choice {
            id: "bilinear",
            name: "bilinear (paper)",
        },
        Choice {
            id: NEAREST,
            name: "nearest (captum)",
        },
    ]),
}];

/// Σ_c R_c · up(max(L, 0)), R being Guided Backpropagation and L Grad-CAM.
#[cfg(feature = "network")]
async fn explain(context: &mut Context<'_>) -> Result<Saliency, ExplainError> {
    let activations = context.activations().await?;
    let gradient = context.layer_gradient().await?;
    let map = channel_sum(&grad_cam::weigh(&activations, &gradient));
    let map = map.mapv_into(|value| value.max(0.0));
    let guided = context.input_gradient(ReluPolicy::Guided).await?;
    let (_, height, width) = guided.dim();
    let is_nearest = context.settings.choice("interpolation") == NEAREST;
    let map = upsampled(map.view(), (height, width), is_nearest);
    let channels = guided.as_ref() * &map;
    let values = channel_sum(&channels);
    Ok(context.input_map(values, Some(channels)))
}
