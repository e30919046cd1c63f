//! The steps that lead from what the engine holds to the desired state.

use crate::app::state::explanation::MapKey;
use crate::app::state::model::ModelProbe;
use crate::app::state::picture::PictureKey;
use crate::app::state::test_view::TestRequest;

/// One request on the way to the desired state.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineStep {
    /// Load the model of this key.
    Load(u32),
    Predict(PictureKey),
    Explain(MapKey),
    /// Find something out about the model on the picture.
    Probe(ModelProbe),
    /// Find something out about a map that is there.
    Test(TestRequest),
}
