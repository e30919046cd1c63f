//! What every method returns.

use ndarray::Array2;

use crate::protocol::MapState;

/// A signed map with its provenance. It is never normalised: only `render`
/// turns its values into colours.
#[derive(Clone, Debug, PartialEq)]
pub struct Saliency {
    /// [h, w], of the layer's own resolution.
    pub values: Array2<f32>,
    pub class: usize,
    /// The class's logit.
    pub logit: f32,
    /// The `id` of the method that made it.
    pub method: &'static str,
    /// Name of the layer in the model's file.
    pub layer: String,
}

impl Saliency {
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
        let mut numbers = self.values.iter().chain([&self.logit]);
        if numbers.any(|value| !value.is_finite()) {
            MapState::NotFinite
        } else if self.range().1 <= 0.0 {
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

    fn state_with(values: [f32; 2], logit: f32) -> MapState {
        let values = Array2::from_shape_vec((1, 2), values.to_vec()).unwrap();
        Saliency {
            values,
            class: 0,
            logit,
            method: "test",
            layer: "layer".into(),
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
        assert_eq!(state_with([1.0, 0.5], f32::NAN), MapState::NotFinite);
        assert_eq!(state_with([-1.0, 0.5], f32::INFINITY), MapState::NotFinite);
    }
}
