//! What follows from the state about a comparison.

use super::compare_state::CompareAxis;
use crate::app::state::app_state::AppState;
use crate::app::state::explanation::MapKey;
use crate::app::state::model::PreparedModel;
use crate::app::state::picture::ChosenPicture;
use crate::app::state::test_view::{TestQuestion, TestRequest};
use crate::evaluate::{Better, METRICS};
use crate::explain::{METHODS, Method, Target};
use crate::protocol::{LayerSummary, MapUnit};
use crate::render::OverlayStyle;

/// Layers and classes side by side, at most.
const MAX_COMPARED: usize = 16;

impl AppState {
    /// The maps that are compared, in the order in which they are shown.
    pub fn compared_maps(&self, picture: &ChosenPicture) -> Vec<MapKey> {
        let Some((chosen, model)) = self.map_key(picture).zip(picture.model()) else {
            return Vec::new();
        };
        match self.compare.axis {
            CompareAxis::Methods => self.compared_methods(&chosen),
            CompareAxis::Layers => compared_layers(model, &chosen),
            CompareAxis::Classes => self.compared_classes(picture, &chosen),
        }
    }

    fn compared_methods(&self, chosen: &MapKey) -> Vec<MapKey> {
        let is_compared = |method: &&Method| self.compare.methods.contains(&method.id);
        let methods = METHODS.iter().filter(is_compared);
        methods
            .map(|method| MapKey {
                method: method.id,
                // Settings belong to the method that they were chosen for.
                settings: if method.id == chosen.method {
                    chosen.settings.clone()
                } else {
                    Vec::new()
                },
                seed: if method.is_random {
                    self.settings.seed
                } else {
                    0
                },
                ..chosen.clone()
            })
            .collect()
    }

    fn compared_classes(&self, picture: &ChosenPicture, chosen: &MapKey) -> Vec<MapKey> {
        let classes = self.top_classes(picture);
        let targets = classes.iter().filter_map(|&class| {
            let other = self.other_class(picture).filter(|other| *other != class);
            Target::new(chosen.target.kind(), class, other).ok()
        });
        targets
            .map(|target| MapKey {
                target,
                ..chosen.clone()
            })
            .collect()
    }

    /// The next map of the comparison that the engine has to compute: those that take long
    /// come last.
    pub(in crate::app::state) fn missing_comparison(
        &self,
        picture: &ChosenPicture,
    ) -> Option<MapKey> {
        self.current_prediction(picture)?;
        let wants_second = self.settings.target == "similarity" && self.picture.second.is_none();
        if self.compare.is_stopped || wants_second {
            return None;
        }
        let mut missing = self.compared_maps(picture);
        missing.retain(|key| !picture.maps.contains_key(key) && !picture.failed_maps.contains(key));
        missing.into_iter().min_by_key(|key| is_slow(key.method))
    }

    /// What is still to be measured of the maps that are there.
    pub(in crate::app::state) fn missing_measures(
        &self,
        picture: &ChosenPicture,
    ) -> Vec<TestRequest> {
        let Some(metric) = self.compare.metric.filter(|_| !self.compare.is_stopped) else {
            return Vec::new();
        };
        let question = TestQuestion::Measure { metric, region: 0 };
        let maps = self.compared_maps(picture).into_iter();
        let tests = maps
            .filter(|map| picture.maps.contains_key(map))
            .map(|map| TestRequest {
                map,
                question: question.clone(),
            });
        tests
            .filter(|test| !picture.tests.contains_key(test))
            .collect()
    }

    /// The maps that are compared, the best by the chosen metric first; those that are not
    /// measured come last, in their order.
    pub fn sorted_maps(&self, picture: &ChosenPicture) -> Vec<MapKey> {
        let mut maps = self.compared_maps(picture);
        let metric = self.compare.metric;
        let metric = METRICS.iter().find(|known| Some(known.id) == metric);
        if let Some(metric) = metric {
            let sign = match metric.better {
                Better::Higher => -1.0,
                Better::Lower => 1.0,
            };
            let rank = |key: &MapKey| {
                let mut found = self.measurements(picture, key);
                let found = found.find(|found| found.summary.metric == metric.id);
                found.map_or(f64::INFINITY, |found| sign * found.summary.value)
            };
            maps.sort_by(|a, b| rank(a).total_cmp(&rank(b)));
        }
        maps
    }

    /// How a map of the comparison is drawn: on the scale that it shares with those of the
    /// same unit and grid, or on its own.
    pub fn comparison_style(&self, picture: &ChosenPicture, key: &MapKey) -> OverlayStyle {
        let sign = self.settings.sign;
        let shown = picture.map_of(key);
        let own = shown.map_or(0.0, |map| map.scale(sign));
        let unit = shown.map(|map| (map.summary.unit, map.summary.is_at_layer));
        // Methods weigh differently even where their unit is the same: one scale for all
        // would leave most without colour.
        let shares = self.compare.axis != CompareAxis::Methods
            && !self.settings.own_scale
            && unit.is_some_and(|(unit, _)| unit != MapUnit::None);
        let scale = if shares {
            let compared = self.compared_maps(picture);
            let others = compared.iter().filter_map(|key| picture.map_of(key));
            let alike =
                others.filter(|map| Some((map.summary.unit, map.summary.is_at_layer)) == unit);
            alike.map(|map| map.scale(sign)).fold(0.0, f32::max)
        } else {
            own
        };
        OverlayStyle {
            scale,
            ..self.overlay_style(picture)
        }
    }
}

/// Whether a method runs the network many times.
fn is_slow(id: &str) -> bool {
    METHODS
        .iter()
        .any(|method| method.id == id && method.is_slow)
}

/// The ends of blocks where they are known, else the last layer of each size; the chosen one
/// is always among them.
fn compared_layers(model: &PreparedModel, chosen: &MapKey) -> Vec<MapKey> {
    let layers = &model.summary.layers;
    let has_blocks = layers.iter().any(|layer| layer.alias.is_some());
    let ends_size = |place: usize, layer: &LayerSummary| {
        layers[place + 1..]
            .iter()
            .all(|later| later.shape[1..] != layer.shape[1..])
    };
    let found = layers.iter().enumerate().filter(|(place, layer)| {
        layer.name == chosen.layer
            || if has_blocks {
                layer.alias.is_some()
            } else {
                ends_size(*place, layer)
            }
    });
    let names: Vec<String> = found.map(|(_, layer)| layer.name.clone()).collect();
    let first = names.len().saturating_sub(MAX_COMPARED);
    let last = names.into_iter().skip(first);
    last.map(|layer| MapKey {
        layer,
        ..chosen.clone()
    })
    .collect()
}
