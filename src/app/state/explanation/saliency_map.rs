//! A map as it came from the engine.

use crate::protocol::{ExplainTimings, MapSummary};
use crate::render::MapView;

/// A map as it came from the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct SaliencyMap {
    pub summary: MapSummary,
    /// `height`×`width`, row-major, signed, in logit units.
    pub values: Vec<f32>,
    /// How often the network had run on the picture by then.
    pub forward_runs: u32,
    pub timings: ExplainTimings,
}

impl SaliencyMap {
    /// `None` if the engine sent a shape that its values do not have.
    pub fn view(&self) -> Option<MapView<'_>> {
        MapView::new(&self.values, self.summary.height, self.summary.width)
    }
}
