//! Models: those of the manifest, the one desired, the one prepared, and what the user
//! overrides of what a file says or of what was guessed.

mod action;
mod assumptions;
mod class_labels;
mod label_lines;
mod label_reducer;
#[cfg(test)]
mod label_tests;
mod model_choice;
mod model_probe;
mod model_state;
mod override_reducer;
#[cfg(test)]
mod override_tests;
mod prepared_model;
mod probe_reducer;
#[cfg(test)]
mod probe_tests;
mod reducer;
#[cfg(test)]
mod reducer_tests;
mod remembered_overrides;
mod selectors;
mod user_overrides;

pub use self::action::ModelAction;
pub use self::assumptions::{layout_name, scaling_name};
pub use self::class_labels::{
    LabelError, LabelSource, MAX_LABEL_FILE_BYTES, may_be_imagenet, read as read_labels,
};
pub use self::model_choice::{DesiredModel, ModelChoice};
pub use self::model_probe::{ModelProbe, ProbeResult, ProbeResults};
pub use self::model_state::{ModelState, SizeQuestion};
pub use self::prepared_model::PreparedModel;
pub use self::remembered_overrides::RememberedOverrides;
pub use self::user_overrides::{INPUT_SIDES_PIXELS, LabelOverride, OverrideChange, UserOverrides};
