//! What the parts of the stage are given.

use yew::prelude::*;

use crate::app::state::AppState;
use crate::app::views::common::PageHandle;

/// The common props, and whether the map is hidden.
#[derive(Clone, PartialEq, Properties)]
pub struct StageProps {
    pub state: UseReducerHandle<AppState>,
    pub page: PageHandle,
    /// The picture is shown without its map.
    pub alone: bool,
    pub set_alone: UseStateSetter<bool>,
}
