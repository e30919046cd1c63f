//! What the user chooses to compare.

use super::compare_state::CompareAxis;
use crate::app::state::explanation::MapKey;

/// The choice of what is compared.
#[derive(Clone, Debug)]
pub enum CompareAction {
    ChooseAxis(CompareAxis),
    /// Adds a method by its id, or takes it away.
    ToggleMethod(&'static str),
    /// Adds a map to the pair that is laid over each other, or takes it away.
    ToggleMap(MapKey),
    /// In percent of the width.
    ChooseSplit(u8),
    /// Explains by this map in the other view.
    Open(MapKey),
    /// Measures all maps by this metric and sorts them by it; `None` for neither.
    Measure(Option<&'static str>),
    /// Computes what was stopped.
    GoOn,
}
