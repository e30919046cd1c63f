//! The part of the state that is about pictures.

use super::guided_question::GuidedQuestion;
use std::rc::Rc;

use super::picture_key::{PictureChoices, PictureKey, PredictionOverrides};
use crate::app::small_map::SmallMap;
use crate::app::state::explanation::{MapKey, Prediction, SaliencyMap};
use crate::app::state::model::{PreparedModel, ProbeResults};
use crate::app::state::test_view::{MarkedRegion, TestQuestion, TestRequest, TestResult};
use crate::protocol::Sample;

/// The pictures of the page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PictureState {
    pub samples: Rc<Vec<Sample>>,
    /// Whether the list of samples came, or will not come.
    pub samples_are_known: bool,
    /// What to look at, if the picture was opened to answer a guided question.
    pub guide: Option<&'static GuidedQuestion>,
    /// The picture chosen last.
    pub current: Option<ChosenPicture>,
    /// The one before, with its result, until `current` has a result of its own.
    pub previous: Option<ChosenPicture>,
    /// The class that was chosen for `previous`.
    pub previous_class: Option<usize>,
    /// Whether a picture of one's own was open when the page was loaded anew and none was chosen since.
    pub is_awaited: bool,
    /// What pictures are compared with.
    pub second: Option<SecondPicture>,
    /// Pictures seen before with their results, the latest last, for the browser's Back.
    pub seen: Vec<ChosenPicture>,
}

/// A second picture.
#[derive(Clone, Debug, PartialEq)]
pub struct SecondPicture {
    /// Its number in the resource table.
    pub file: u32,
    pub name: String,
}

/// Bytes of the maps that are kept for one picture: some hundred of the largest.
const MAX_MAP_BYTES: usize = 64 << 20;

/// A picture that the user chose, and all that the engine found out about it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChosenPicture {
    pub key: PictureKey,
    pub name: String,
    /// Whether it is one of the site's own, so that the address may name it.
    pub is_sample: bool,
    /// Width and height in pixels of its canvas in the resource table, once the browser has
    /// decoded it.
    pub canvas_size: Option<(u32, u32)>,
    /// The user cancelled, or the engine gave up: no prediction until asked for.
    pub stopped: bool,
    pub prediction: Option<Rc<Prediction>>,
    pub maps: SmallMap<MapKey, Rc<SaliencyMap>>,
    /// Maps that the engine could not compute.
    pub failed_maps: Vec<MapKey>,
    /// A map that is not complete yet, while the engine is at it.
    pub early: Option<(MapKey, Rc<SaliencyMap>)>,
    /// The map that is shown until the chosen one is there; a key of `maps`, or that of
    /// `early`.
    pub shown: Option<MapKey>,
    /// The part of it that is marked.
    pub region: Option<MarkedRegion>,
    /// What was asked about maps and is not there yet, in the order in which it was asked for.
    pub wanted_tests: Vec<TestRequest>,
    /// The point of a curve whose picture is looked at.
    pub pointed: Option<TestQuestion>,
    /// What was found out about maps.
    pub tests: SmallMap<TestRequest, TestResult>,
    /// What was found out about the model that made the prediction.
    pub probes: ProbeResults,
    /// What is known so far of a test that the engine is at.
    pub early_test: Option<(TestRequest, TestResult)>,
}

impl ChosenPicture {
    /// A picture that nothing is known of.
    pub(in crate::app::state) fn new(file: u32, name: String) -> Self {
        Self {
            key: PictureKey {
                file,
                attempt: 0,
                overrides: PredictionOverrides::default(),
                choices: PictureChoices::default(),
            },
            name,
            is_sample: false,
            canvas_size: None,
            stopped: false,
            prediction: None,
            maps: SmallMap::default(),
            failed_maps: Vec::new(),
            early: None,
            shown: None,
            region: None,
            wanted_tests: Vec::new(),
            pointed: None,
            tests: SmallMap::default(),
            early_test: None,
            probes: ProbeResults::default(),
        }
    }

    /// Forgets all maps, and what was found out about them and about the model that made them.
    pub(in crate::app::state) fn drop_maps(&mut self) {
        self.maps.clear();
        self.early = None;
        self.failed_maps.clear();
        self.shown = None;
        self.tests.clear();
        self.probes = ProbeResults::default();
        self.stop_tests();
        self.early_test = None;
    }

    /// Asks for nothing more about maps.
    pub(in crate::app::state) fn stop_tests(&mut self) {
        self.wanted_tests.clear();
        self.pointed = None;
    }

    /// The number of the part that is marked; 0 for none.
    pub fn region_number(&self) -> u32 {
        self.region.as_ref().map_or(0, |region| region.number)
    }

    /// Keeps a map, in place of the oldest where they have grown too many.
    pub(in crate::app::state) fn keep_map(&mut self, key: MapKey, map: Rc<SaliencyMap>) {
        self.maps.insert(key, map);
        let bytes = |maps: &SmallMap<MapKey, Rc<SaliencyMap>>| -> usize {
            let maps = maps.iter();
            maps.map(|(_, map)| (map.values.len() + map.activations.len()) * size_of::<f32>())
                .sum()
        };
        while bytes(&self.maps) > MAX_MAP_BYTES {
            let shown = self.shown.as_ref();
            let keys = self.maps.iter().map(|(key, _)| key);
            let oldest = keys.filter(|key| Some(*key) != shown).take(1).cloned();
            let oldest: Vec<MapKey> = oldest.collect();
            let [oldest] = oldest.as_slice() else {
                return;
            };
            self.maps.remove(oldest);
        }
    }

    /// Forgets the maps, and what is to be known of them, that were stopped before they were
    /// complete, so that they are computed.
    pub(in crate::app::state) fn drop_unfinished_maps(&mut self) {
        let maps = self.maps.iter();
        let is_unfinished = |map: &SaliencyMap| map.summary.left_out.is_some();
        let unfinished = maps.filter(|(_, map)| is_unfinished(map));
        let unfinished: Vec<MapKey> = unfinished.map(|(key, _)| key.clone()).collect();
        self.maps.retain(|key| !unfinished.contains(key));
        self.failed_maps.clear();
        let tests = self.tests.iter();
        let unfinished = tests.filter(|(_, result)| !result.is_complete());
        let unfinished: Vec<TestRequest> = unfinished.map(|(test, _)| test.clone()).collect();
        self.tests.retain(|test| !unfinished.contains(test));
    }

    /// The model that made the prediction.
    pub fn model(&self) -> Option<&Rc<PreparedModel>> {
        Some(&self.prediction.as_ref()?.model)
    }

    /// A map, complete or not.
    pub fn map_of(&self, key: &MapKey) -> Option<&Rc<SaliencyMap>> {
        let early = self.early.as_ref().filter(|(early, _)| early == key);
        self.maps.get(key).or(early.map(|(_, map)| map))
    }

    /// The map that is shown.
    pub fn map(&self) -> Option<&Rc<SaliencyMap>> {
        self.map_of(self.shown.as_ref()?)
    }
}
