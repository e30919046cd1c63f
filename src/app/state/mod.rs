//! What the page knows: one [`AppState`] in parts, without any browser object.
//!
//! - `model`: the models of the manifest, the one desired and the one prepared,
//!   the user's overrides and the names of classes
//! - `picture`: the chosen picture, the one before it, and the samples
//! - `explanation`: prediction and maps of a picture
//! - `compare`: maps side by side
//! - `test_view`: whether a map can be believed
//! - `restoration`: a saved explanation that is made again
//! - `settings`: what the URL's hash keeps, and the theme
//! - `notices`: errors and news, each beside what caused it
//! - `engine`: what the engine is and does, and the state that is desired of it
//!
//! Each part has what it needs of: its data, its actions, its piece of the reducer
//! (`reducer.rs`, an `impl AppState`), what is derived from the state (`selectors.rs`) and
//! its tests.
//!
//! To add a part: a folder with such files, a field in `app_state.rs`, a variant in
//! `action.rs` and a line in `reducer.rs`.

mod action;
mod app_state;
mod compare;
mod engine;
mod explanation;
mod model;
mod notices;
mod picture;
mod place;
mod reducer;
mod resources;
mod restoration;
mod settings;
mod test_view;

pub use self::action::Action;
pub use self::app_state::AppState;
pub use self::compare::{CompareAction, CompareAxis, CompareState};
pub use self::engine::{
    Activity, DesiredPicture, DesiredState, EngineEvent, EngineFacts, EngineState, EngineStep,
    EngineVariant, TestedMap,
};
pub use self::explanation::{
    ExplanationAction, Finding, MapKey, Prediction, PredictionReply, SaliencyMap, TOP_CLASSES,
    asks_for_wordnet, find_classes, method_name, question_words,
};
pub use self::model::{
    DesiredModel, INPUT_SIDES_PIXELS, LabelError, LabelOverride, LabelSource, MAX_LABEL_FILE_BYTES,
    ModelAction, ModelChoice, ModelProbe, ModelState, OverrideChange, PreparedModel, ProbeResult,
    RememberedOverrides, SizeQuestion, UserOverrides, layout_name, may_be_imagenet, read_labels,
    scaling_name,
};
pub use self::notices::{Notice, NoticePlace, NoticesAction, NoticesState, Recovery};
pub use self::picture::{
    ChosenPicture, GuidedQuestion, PictureAction, PictureChoices, PictureKey, PictureState,
    PredictionOverrides, SecondPicture,
};
pub use self::place::{NO_PICTURE, Place};
pub use self::restoration::{Restoration, RestorationAction, in_report, is_saved_explanation};
pub use self::settings::{Settings, SettingsAction, Theme, View};
pub use self::test_view::{
    AttackChoice, ChangedPicture, MarkedRegion, Measurement, PARTS, TestAction, TestQuestion,
    TestRequest, TestResult, TestTool, TestViewState,
};
