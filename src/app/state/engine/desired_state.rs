//! The desired state of the engine. The request schedule reconciles the engine with it,
//! one request at a time.

use std::rc::Rc;

use super::engine_step::EngineStep;
use crate::app::state::explanation::{MapKey, SaliencyMap};
use crate::app::state::model::{DesiredModel, ModelProbe};
use crate::app::state::picture::{PictureKey, SecondPicture};
use crate::app::state::test_view::{MarkedRegion, TestRequest};
use crate::protocol::Remembered;

/// What the engine shall hold and answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DesiredState {
    pub model: Option<DesiredModel>,
    /// The layer that a model is prepared for, by its name; the engine chooses if `None`.
    pub layer: Option<String>,
    /// The user's overrides of files, which the engine needs to prepare them.
    pub remembered: Vec<Remembered>,
    /// Key of the model whose summary the page has. Pictures wait until it is the one
    /// that the engine holds, since the summary says how they are preprocessed.
    pub known_model: Option<u32>,
    pub picture: Option<DesiredPicture>,
    /// What the picture is compared with.
    pub second_picture: Option<SecondPicture>,
    pub map: Option<MapKey>,
    /// What is to be found out about a map that is there, the most urgent first.
    pub tests: Vec<TestRequest>,
    /// The part of the picture that is marked.
    pub region: Option<MarkedRegion>,
    /// The maps that they are about.
    pub tested_maps: Vec<TestedMap>,
    /// What is to be found out about the model, after all else.
    pub probe: Option<ModelProbe>,
    /// Counted up when the user stops an explanation.
    pub stopped_explanations: u32,
}

/// A map that is there.
#[derive(Clone, Debug)]
pub struct TestedMap {
    pub key: MapKey,
    pub map: Rc<SaliencyMap>,
}

impl PartialEq for TestedMap {
    // Values are never compared: there can be many.
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && Rc::ptr_eq(&self.map, &other.map)
    }
}

/// A picture that the engine shall predict from.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredPicture {
    pub key: PictureKey,
    /// The file's name, for messages.
    pub name: String,
}

impl DesiredState {
    /// A map that is tested.
    pub fn tested_map(&self, key: &MapKey) -> Option<&Rc<SaliencyMap>> {
        let mut maps = self.tested_maps.iter();
        maps.find(|tested| tested.key == *key)
            .map(|tested| &tested.map)
    }

    /// The key of the model.
    pub fn model_key(&self) -> Option<u32> {
        self.model.as_ref().map(|model| model.key)
    }

    /// The key of the picture.
    pub fn picture_key(&self) -> Option<PictureKey> {
        self.picture.as_ref().map(|picture| picture.key)
    }

    /// Whether a step leads to this state.
    pub fn contains(&self, step: &EngineStep) -> bool {
        match step {
            EngineStep::Load(key) => self.model_key() == Some(*key),
            EngineStep::Predict(key) => self.picture_key() == Some(*key),
            EngineStep::Explain(key) => self.map.as_ref() == Some(key),
            EngineStep::Probe(probe) => self.probe == Some(*probe),
            EngineStep::Test(request) => self.tests.contains(request),
        }
    }

    /// Whether a step that runs shall go on. Where a patch is dragged on, the run for where it
    /// was ends, and the last place is next: somebody who drags sees how the answer changes. A
    /// measure, which takes long, gives way to what somebody looks at, and begins again after it.
    pub fn lets_go_on(&self, step: &EngineStep) -> bool {
        if let EngineStep::Probe(_) = step {
            // Everything else comes first.
            return self.contains(step) && self.map.is_none() && self.tests.is_empty();
        }
        let EngineStep::Test(request) = step else {
            return self.contains(step);
        };
        let is_followed = |wanted: &TestRequest| {
            wanted.map == request.map
                && request.question.is_passing()
                && wanted.question.is_alike(&request.question)
        };
        if self.tests.iter().any(is_followed) {
            return true;
        }
        let is_urgent = |wanted: &TestRequest| wanted.question.is_urgent();
        let gives_way = !request.question.is_passing() && self.tests.first().is_some_and(is_urgent);
        self.contains(step) && !gives_way
    }
}
