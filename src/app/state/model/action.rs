//! What can happen to models.

use std::rc::Rc;

use super::model_choice::ModelChoice;
use super::user_overrides::OverrideChange;
use crate::protocol::{Manifest, WeightsFile};

/// Errors are whole sentences.
#[allow(
    clippy::large_enum_variant,
    reason = "few live at a time, and none for long"
)]
#[derive(Clone, Debug)]
pub enum ModelAction {
    ManifestFetched(Result<Manifest, String>),
    /// A model of the manifest, by its id.
    Choose(String),
    OpenFile {
        file: u32,
        name: String,
        bytes: u64,
        /// Its weights in files of their own, which follow it in the same file.
        weights: Vec<WeightsFile>,
    },
    LoadAgain(ModelChoice),
    /// Loads a model that may take more memory than the device has to spare.
    LoadAnyway(ModelChoice),
    Override(OverrideChange),
    /// A file of the user's was open before the page was loaded anew.
    OwnModelGone,
    /// Tries out what works of the model on the picture at hand.
    TryEverything,
    /// Whether the report is on the clipboard.
    ReportCopied(bool),
    /// Height and width in pixels.
    AnswerSizeQuestion([usize; 2]),
    DropSizeQuestion,
    LabelFileRead {
        name: String,
        bytes: Rc<[u8]>,
    },
    ImageNetLabelsFetched(Result<String, String>),
}
