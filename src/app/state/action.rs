//! Everything that can happen to the state.

use crate::app::state::compare::CompareAction;
use crate::app::state::engine::EngineEvent;
use crate::app::state::explanation::ExplanationAction;
use crate::app::state::model::ModelAction;
use crate::app::state::notices::NoticesAction;
use crate::app::state::picture::PictureAction;
use crate::app::state::restoration::RestorationAction;
use crate::app::state::settings::SettingsAction;
use crate::app::state::test_view::TestAction;

/// One variant for each part of the state, and what concerns several.
#[allow(
    clippy::large_enum_variant,
    reason = "few live at a time, and none for long"
)]
#[derive(Clone, Debug)]
pub enum Action {
    Model(ModelAction),
    Picture(PictureAction),
    Explanation(ExplanationAction),
    Compare(CompareAction),
    Test(TestAction),
    Restoration(RestorationAction),
    Settings(SettingsAction),
    Notices(NoticesAction),
    /// The engine reports.
    Engine(EngineEvent),
    /// The browser's Back or Forward: the number of the picture's file, none for the samples,
    /// and the URL's hash.
    Return(Option<u32>, String),
    /// The user stops what the engine is doing.
    Cancel,
}

impl From<ModelAction> for Action {
    fn from(action: ModelAction) -> Self {
        Action::Model(action)
    }
}

impl From<PictureAction> for Action {
    fn from(action: PictureAction) -> Self {
        Action::Picture(action)
    }
}

impl From<ExplanationAction> for Action {
    fn from(action: ExplanationAction) -> Self {
        Action::Explanation(action)
    }
}

impl From<CompareAction> for Action {
    fn from(action: CompareAction) -> Self {
        Action::Compare(action)
    }
}

impl From<RestorationAction> for Action {
    fn from(action: RestorationAction) -> Self {
        Action::Restoration(action)
    }
}

impl From<TestAction> for Action {
    fn from(action: TestAction) -> Self {
        Action::Test(action)
    }
}

impl From<SettingsAction> for Action {
    fn from(action: SettingsAction) -> Self {
        Action::Settings(action)
    }
}

impl From<NoticesAction> for Action {
    fn from(action: NoticesAction) -> Self {
        Action::Notices(action)
    }
}
