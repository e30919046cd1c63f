//! A map as it came from the engine.

use std::rc::Rc;

use crate::frame::Frame;
use crate::protocol::{ExplainTimings, MapSummary};
use crate::render::{MapView, Sign, largest, largest_but_outliers};

/// A map as it came from the engine.
#[derive(Clone, Debug, PartialEq)]
pub struct SaliencyMap {
    pub summary: MapSummary,
    /// `height`×`width`, row-major, signed.
    pub values: Vec<f32>,
    /// As many values for each of the summary's channels: their activations.
    pub activations: Vec<f32>,
    /// How often the network had run on the picture by then.
    pub forward_runs: u32,
    pub timings: ExplainTimings,
    /// Where it lies on the picture that it is drawn over.
    pub frame: Frame,
    /// Its own scale without and with what speaks against.
    scales: [f32; 2],
}

impl SaliencyMap {
    /// A map with its own scales: its greatest value, or for a map of pixels the greatest that
    /// is no outlier.
    pub fn new(
        summary: MapSummary,
        [values, activations]: [Vec<f32>; 2],
        forward_runs: u32,
        timings: ExplainTimings,
    ) -> Self {
        let scale = |sign| {
            if summary.is_at_layer {
                largest(&values, sign)
            } else {
                largest_but_outliers(&values, sign)
            }
        };
        let scales = [scale(Sign::Positive), scale(Sign::Signed)];
        Self {
            summary,
            values,
            activations,
            forward_runs,
            timings,
            frame: Frame::WHOLE,
            scales,
        }
    }

    /// The map where the network's input lies on the picture.
    pub fn on(self, frame: Frame) -> Self {
        Self { frame, ..self }
    }

    /// The activations of the summary's channels, each as a map.
    pub fn channels(&self) -> Vec<Rc<SaliencyMap>> {
        let summary = MapSummary {
            channels: Vec::new(),
            ..self.summary.clone()
        };
        let activations = self.activations.chunks_exact(self.values.len().max(1));
        activations
            .map(|values| {
                let values = [values.to_vec(), Vec::new()];
                let channel = SaliencyMap::new(summary.clone(), values, 0, self.timings);
                Rc::new(channel.on(self.frame))
            })
            .collect()
    }

    /// The value at the end of its own colour bar.
    pub fn scale(&self, sign: Sign) -> f32 {
        match sign {
            Sign::Positive => self.scales[0],
            Sign::Signed => self.scales[1],
        }
    }

    /// `None` if the engine sent a shape that its values do not have.
    pub fn view(&self) -> Option<MapView<'_>> {
        let view = MapView::new(&self.values, self.summary.height, self.summary.width);
        view.map(|view| view.on(self.frame))
    }
}
