//! What follows from the state about the engine.

use std::rc::Rc;

use super::desired_state::{DesiredPicture, DesiredState, TestedMap};
use super::engine_state::Activity;
use super::engine_step::EngineStep;
use crate::app::state::app_state::AppState;
use crate::app::state::explanation::MapKey;
use crate::app::state::picture::ChosenPicture;
use crate::app::state::settings::View;
use crate::app::state::test_view::TestRequest;

impl AppState {
    /// What the engine shall hold and answer.
    pub fn desired_state(&self) -> DesiredState {
        if self.engine.is_incompatible {
            return DesiredState::default();
        }
        let picture = self
            .picture
            .current
            .as_ref()
            .filter(|picture| !picture.stopped);
        let tests = picture.map_or_else(Vec::new, |picture| match self.settings.view {
            View::Explain => Vec::new(),
            View::Compare => self.missing_measures(picture),
            View::Test => self.missing_tests(picture),
        });
        DesiredState {
            model: self.model.desired.clone(),
            layer: self.settings.layer.clone(),
            remembered: self.model.remembered.for_engine(),
            known_model: self.model.prepared.as_ref().map(|model| model.desired.key),
            picture: picture.map(|picture| DesiredPicture {
                key: picture.key,
                name: picture.name.clone(),
            }),
            second_picture: self.picture.second.clone(),
            map: picture.and_then(|picture| match self.settings.view {
                View::Explain | View::Test => self.missing_map(picture),
                View::Compare => self.missing_comparison(picture),
            }),
            tested_maps: picture.map_or_else(Vec::new, |picture| tested_maps(picture, &tests)),
            tests,
            probe: picture.and_then(|picture| match self.settings.view {
                View::Explain => self.missing_probe(picture),
                View::Compare | View::Test => None,
            }),
            region: picture.and_then(|picture| picture.region.clone()),
            stopped_explanations: self.engine.stopped_explanations,
        }
    }

    /// Whether the engine is at work on what the stage waits for.
    pub fn is_working(&self) -> bool {
        let waits =
            self.picture.current.as_ref().is_some_and(|picture| {
                !picture.stopped && self.current_prediction(picture).is_none()
            });
        (waits && self.model.desired.is_some()) || self.is_changing_layer()
    }

    /// Whether the engine is at work on a layer that takes more than a moment.
    fn is_changing_layer(&self) -> bool {
        let is_long = |activity: &Activity| {
            matches!(activity.step, EngineStep::Explain(_)) && activity.phase.is_some()
        };
        self.engine.activity.as_ref().is_some_and(is_long)
    }
}

/// The maps that tests are about.
fn tested_maps(picture: &ChosenPicture, tests: &[TestRequest]) -> Vec<TestedMap> {
    let mut keys: Vec<&MapKey> = tests.iter().map(|test| &test.map).collect();
    keys.dedup();
    let maps = keys.into_iter().filter_map(|key| {
        let map = Rc::clone(picture.maps.get(key)?);
        let key = key.clone();
        Some(TestedMap { key, map })
    });
    maps.collect()
}
