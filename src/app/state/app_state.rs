//! What the page knows, in parts. No browser object is in it: files and canvases are
//! in the resource table and are named by number.

use crate::app::state::compare::CompareState;
use crate::app::state::engine::EngineState;
use crate::app::state::model::ModelState;
use crate::app::state::notices::NoticesState;
use crate::app::state::picture::PictureState;
use crate::app::state::restoration::Restoration;
use crate::app::state::settings::Settings;
use crate::app::state::test_view::TestViewState;
use crate::app::words::WordsOf;

/// The state of the page by its parts. What the explanation part finds stands with its
/// picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppState {
    pub model: ModelState,
    pub picture: PictureState,
    pub settings: Settings,
    pub compare: CompareState,
    pub test: TestViewState,
    pub engine: EngineState,
    pub notices: NoticesState,
    /// What the page says, in the chosen language.
    pub words: WordsOf,
    /// A saved explanation that is made again.
    pub restoration: Option<Restoration>,
}

impl AppState {
    /// A page with the settings of the URL's hash.
    pub fn new(hash: &str) -> Self {
        Self {
            settings: Settings::from_hash(hash),
            ..Self::default()
        }
    }
}
