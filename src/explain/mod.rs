//! Explanations: which picture (subject), which question (target), how (method), and how
//! long it may take (budget).
//!
//! - `target`, `target_kinds`: differentiable questions about the outputs; `output_context`: how those are
//!   read; `region`: parts of the places of a segmentation
//! - `method`, `setting`: what the catalogue says of a method, and of what can be set
//! - `saliency`: what every method returns; `error`: why there is none
//! - `subject`: one input as the network sees it, with what was computed for it
//! - `budget`: progress, stopping, early maps
//! - `context`: what a method is given, and what it may ask
//! - `explanation`: a method from the first to the last step, and what coincides with it
//! - `random`: random numbers that are the same everywhere
//! - `ranking`: the order of classes
//! - `upsampling`: maps at another size
//! - `cam`, `gradient`, `perturbation`, `combine`: the methods by family, one file each
//!
//! To add one: a file in its family's folder with a `pub const METHOD: Method`, and a line in
//! [`METHODS`]. The page, the command line and the tests read the catalogue and need no
//! change.

#[cfg(feature = "network")]
mod budget;
pub mod cam;
pub mod combine;
#[cfg(feature = "network")]
mod context;
mod error;
#[cfg(feature = "network")]
mod explanation;
pub mod gradient;
mod method;
mod output_context;
pub mod perturbation;
#[cfg(feature = "network")]
mod random;
mod ranking;
mod region;
mod saliency;
mod setting;
#[cfg(feature = "network")]
mod subject;
mod target;
mod target_kinds;
#[cfg(all(test, feature = "network"))]
mod tests;
#[cfg(feature = "network")]
mod upsampling;

#[cfg(feature = "network")]
pub use budget::{Budget, LocalFuture, Stopped, Unlimited, block_on};
#[cfg(feature = "network")]
pub use context::Context;
pub use error::ExplainError;
#[cfg(feature = "network")]
pub use explanation::explain;
#[cfg(feature = "network")]
pub use gradient::baselines::baseline;
pub use method::{Family, Method};
pub use output_context::OutputContext;
#[cfg(feature = "network")]
pub use random::Random;
pub use ranking::{NOT_A_NUMBER, rank_classes};
pub use region::{Area, Mask, called, region};
pub use saliency::{ChannelImportance, Completeness, Saliency};
pub use setting::{
    BLACK, BLURRED, Choice, GREY, MEAN_COLOUR, Setting, SettingKind, SettingValue, Settings, ZERO,
};
#[cfg(feature = "network")]
pub use subject::{InputScale, Subject};
pub use target::{Target, probabilities};
pub use target_kinds::{TARGET_KINDS, TargetKind};
#[cfg(feature = "network")]
pub use upsampling::upsampled;

/// All methods, the default first, by family.
pub const METHODS: &[Method] = &[
    cam::grad_cam::METHOD,
    cam::class_activation_map::METHOD,
    cam::hirescam::METHOD,
    cam::elementwise_cam::METHOD,
    cam::xgrad_cam::METHOD,
    cam::layer_cam::METHOD,
    cam::grad_cam_plus_plus::METHOD,
    cam::smooth_grad_cam_plus_plus::METHOD,
    cam::eigen_cam::METHOD,
    cam::eigen_grad_cam::METHOD,
    cam::ablation_cam::METHOD,
    cam::score_cam::METHOD,
    gradient::saliency::METHOD,
    gradient::gradient_x_input::METHOD,
    gradient::guided_backprop::METHOD,
    gradient::deconvnet::METHOD,
    gradient::smoothgrad::METHOD,
    gradient::integrated_gradients::METHOD,
    gradient::full_grad::METHOD,
    perturbation::occlusion::METHOD,
    perturbation::rise::METHOD,
    combine::guided_grad_cam::METHOD,
    combine::fused_layers::METHOD,
    combine::refine_cam::METHOD,
];

/// The method with this `id`.
///
/// # Errors
/// [`ExplainError::UnknownMethod`], which lists those there are.
pub fn method(id: &str) -> Result<&'static Method, ExplainError> {
    METHODS
        .iter()
        .find(|method| method.id == id)
        .ok_or_else(|| ExplainError::UnknownMethod {
            wanted: id.to_owned(),
            known: METHODS
                .iter()
                .map(|method| method.id)
                .collect::<Vec<_>>()
                .join(", "),
        })
}
