//! One notice, its place and the recovery that it offers.

use crate::app::state::model::ModelChoice;
use crate::app::words::Language;

/// Next to what a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticePlace {
    Engine,
    /// Of several files some were not used.
    Files,
    Model,
    About,
    Picture,
    Explanation,
    Save,
}

/// An error or news: a sentence, and what the user can do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub message: String,
    pub recovery: Option<Recovery>,
}

/// What the user can do about it with one click.
#[allow(
    clippy::large_enum_variant,
    reason = "few live at a time, and none for long"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Recovery {
    /// Load the words of this language again.
    Speak(Language),
    /// Fetch the manifest again.
    FetchManifest,
    /// Load this model again.
    Load(ModelChoice),
    /// Load this model though there may be too little memory for it.
    LoadAnyway(ModelChoice),
    ChooseModelFile,
    ChooseLabels,
    FetchImageNet,
    ChoosePicture,
    /// Predict from the picture again.
    Predict,
    /// Ask for the refused map again.
    Explain,
    /// Compute what was not finished.
    GoOn,
    /// Load the whole page again.
    Reload,
    /// Start the engine again.
    Restart,
}
