//! What every method returns.

use ndarray::{Array2, Array3};

use super::setting::Settings;
use super::target::Target;
use crate::protocol::{MapState, MapUnit};

/// A signed map with its provenance. It is never normalised: only `render`
/// turns its values into colours.
#[derive(Clone, Debug, PartialEq)]
pub struct Saliency {
    /// [h, w], on the grid of the layer, or of the input.
    pub values: Array2<f32>,
    /// For methods at the input: [C, h, w], in the order of the input's channels.
    pub channels: Option<Array3<f32>>,
    pub target: Target,
    /// The target's value for the picture.
    pub value: f64,
    /// The `id` of the method that made it.
    pub method: &'static str,
    pub settings: Settings,
    /// What its random numbers began with; `None` where there are none.
    pub seed: Option<u64>,
    /// The layer that was chosen, by its tensor in the model's file.
    pub layer: String,
    /// Layers that were combined with it.
    pub further_layers: Vec<String>,
    /// Whether the map has the layer's grid, and not the input's.
    pub is_at_layer: bool,
    pub unit: MapUnit,
    /// How often the network ran for it, forward or backward through all of it.
    pub runs: u32,
    /// What was not done because the budget ended: "300 of 2048 masks were used".
    pub left_out: Option<String>,
    pub completeness: Option<Completeness>,
    /// Ids of methods whose map is the same here up to a factor.
    pub coincides_with: Vec<&'static str>,
    /// Of a weighed sum of the layer's channels: those that add most, the greatest first.
    pub channels_of_layer: Vec<ChannelImportance>,
}

/// What a channel of the layer adds to a map.
#[derive(Clone, Debug, PartialEq)]
pub struct ChannelImportance {
    pub channel: usize,
    /// The factor of its activations; where that differs from place to place its mean, weighed by
    /// activation.
    pub weight: f64,
    /// The sum of what it adds.
    pub contribution: f64,
    /// [h, w].
    pub activation: Array2<f32>,
}

/// What a map should add up to, and how far it is from that.
#[derive(Clone, Debug, PartialEq)]
pub struct Completeness {
    /// The sum of the map.
    pub sum: f64,
    /// What that should be.
    pub expected: f64,
    /// A sentence that says what should add up to what.
    pub meaning: &'static str,
}

impl Completeness {
    /// |sum − expected|.
    pub fn gap(&self) -> f64 {
        (self.sum - self.expected).abs()
    }
}

/// A value below this share of the greatest is rounding, and no evidence.
const ROUNDING: f32 = 1e-6;

impl Saliency {
    /// The map, of which only `done` of `total` steps were made; `steps` says what they are:
    /// "masks were tried".
    #[must_use]
    pub fn of_steps(self, done: usize, total: usize, steps: &str) -> Saliency {
        let left_out = (done < total).then(|| format!("{done} of {total} {steps}"));
        Saliency { left_out, ..self }
    }

    /// Minimum and maximum; 0 and 0 for an empty map.
    pub fn range(&self) -> (f32, f32) {
        let fold = |start, pick: fn(f32, f32) -> f32| self.values.iter().copied().fold(start, pick);
        let (min, max) = (
            fold(f32::INFINITY, f32::min),
            fold(f32::NEG_INFINITY, f32::max),
        );
        if min > max { (0.0, 0.0) } else { (min, max) }
    }

    /// Whether there is something to show.
    pub fn state(&self) -> MapState {
        let (min, max) = self.range();
        let is_finite = self.values.iter().all(|value| value.is_finite()) && self.value.is_finite();
        if !is_finite {
            MapState::NotFinite
        } else if max <= ROUNDING * max.abs().max(min.abs()) {
            MapState::NoPositiveEvidence
        } else {
            MapState::Evidence
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(values: [f32; 2]) -> MapState {
        state_with(values, 1.0)
    }

    fn state_with(values: [f32; 2], value: f64) -> MapState {
        let values = Array2::from_shape_vec((1, 2), values.to_vec()).unwrap();
        Saliency {
            values,
            channels: None,
            target: Target::Logit(0),
            value,
            method: "test",
            settings: Settings::default(),
            seed: None,
            layer: "layer".into(),
            further_layers: Vec::new(),
            is_at_layer: true,
            unit: MapUnit::Logit,
            runs: 1,
            left_out: None,
            completeness: None,
            coincides_with: Vec::new(),
            channels_of_layer: Vec::new(),
        }
        .state()
    }

    #[test]
    fn an_empty_map_and_a_broken_map_are_no_evidence() {
        assert_eq!(state([0.0, 1e-6]), MapState::Evidence);
        assert_eq!(state([0.0, -3.0]), MapState::NoPositiveEvidence);
        assert_eq!(state([0.0, 0.0]), MapState::NoPositiveEvidence);
        assert_eq!(state([1.0, f32::NAN]), MapState::NotFinite);
        assert_eq!(state([1.0, f32::INFINITY]), MapState::NotFinite);
        assert_eq!(state_with([1.0, 0.5], f64::NAN), MapState::NotFinite);
        assert_eq!(state_with([-1.0, 0.5], f64::INFINITY), MapState::NotFinite);
    }

    #[test]
    fn rounding_beside_a_great_value_is_no_evidence() {
        assert_eq!(state([1e-9, -32.0]), MapState::NoPositiveEvidence);
        assert_eq!(state([1e-3, -32.0]), MapState::Evidence);
    }
}
