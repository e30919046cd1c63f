//! The part of the state that is about models.

use std::rc::Rc;

use super::model_choice::{DesiredModel, ModelChoice};
use super::prepared_model::PreparedModel;
use super::remembered_overrides::RememberedOverrides;
use super::user_overrides::UserOverrides;
use crate::protocol::Manifest;

/// Models and what is said about them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelState {
    pub manifest: Option<Rc<Manifest>>,
    /// Whether it could not be fetched, and nobody has had it fetched again since.
    pub manifest_failed: bool,
    /// `None` before the manifest is there and after a failure or a cancel.
    pub desired: Option<DesiredModel>,
    /// The model that was prepared last, and still is if its key is the desired one's.
    pub prepared: Option<Rc<PreparedModel>>,
    /// What the user said about models, this one and others.
    pub remembered: RememberedOverrides,
    /// What has to be known before a model can be prepared.
    pub size_question: Option<SizeQuestion>,
    /// The names of ImageNet's classes, one a line, once they were needed.
    pub imagenet_labels: Option<Rc<str>>,
    /// Names of classes that wait for their model.
    pub(in crate::app::state) waiting_labels: Option<WaitingLabels>,
    /// The overrides of a file before the change that is tried now.
    pub(in crate::app::state) undo: Option<OverrideUndo>,
    pub(in crate::app::state) last_key: u32,
}

/// What a file's overrides were before a change that may turn out to be impossible.
#[derive(Clone, Debug, PartialEq)]
pub struct OverrideUndo {
    pub sha256: String,
    pub overrides: UserOverrides,
}

/// A file that leaves the size of its picture open.
#[derive(Clone, Debug, PartialEq)]
pub struct SizeQuestion {
    pub sha256: String,
    pub source: ModelChoice,
    /// The input's name.
    pub input: String,
}

/// A list of names that came before the model that it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingLabels {
    /// The model.
    pub source: ModelChoice,
    /// The list's name.
    pub file: String,
    pub bytes: Rc<[u8]>,
}
