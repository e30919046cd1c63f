//! The steps that lead from what the engine holds to the desired state.

use crate::app::state::explanation::MapKey;
use crate::app::state::picture::PictureKey;

/// One request on the way to a desired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineStep {
    Load(u32),
    Predict(PictureKey),
    Explain(MapKey),
}
