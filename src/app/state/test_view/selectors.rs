//! What follows from the state about tests.

use std::rc::Rc;

use super::test_request::{TestQuestion, TestRequest};
use super::test_result::{ChangedPicture, Measurement, TestResult};
use super::test_view_state::TestTool;
use crate::app::state::app_state::AppState;
use crate::app::state::explanation::MapKey;
use crate::app::state::picture::ChosenPicture;
use crate::evaluate::{METRICS, Needs};

impl AppState {
    /// The map that is tested: the chosen one, if it is there.
    pub fn tested_map(&self) -> Option<MapKey> {
        let picture = self.picture.current.as_ref()?;
        let key = self.map_key(picture)?;
        picture.maps.contains_key(&key).then_some(key)
    }

    /// Metrics that compare a map with a marked object.
    pub fn object_metrics() -> Vec<&'static str> {
        let metrics = METRICS.iter();
        let needing = metrics.filter(|metric| metric.needs == Needs::Region);
        needing.map(|metric| metric.id).collect()
    }

    /// What the engine is to find out next about the tested map, the most urgent first.
    pub(in crate::app::state) fn missing_tests(&self, picture: &ChosenPicture) -> Vec<TestRequest> {
        if self.current_prediction(picture).is_none() {
            return Vec::new();
        }
        let now = match self.test.tool {
            TestTool::Cover => Some(TestQuestion::Cover {
                area: self.test.cover,
            }),
            TestTool::Faithfulness => picture.pointed.clone(),
            _ => None,
        };
        let now = now.zip(self.tested_map());
        let now = now.map(|(question, map)| TestRequest { map, question });
        let is_missing = |request: &&TestRequest| !picture.tests.contains_key(request);
        let wanted = picture.wanted_tests.iter();
        let wanted = wanted.filter(|wanted| picture.maps.contains_key(&wanted.map));
        let mut missing: Vec<TestRequest> = now
            .iter()
            .filter(is_missing)
            .chain(wanted)
            .cloned()
            .collect();
        missing.sort_by_key(|test| !test.question.is_urgent());
        missing
    }

    /// The class that the attack is to lead to: the chosen one, if the model has it and it is not
    /// the one that is explained; `None` for away from that.
    pub fn attack_goal(&self) -> Option<usize> {
        let picture = self.picture.current.as_ref()?;
        let classes = picture.prediction.as_ref()?.logits.len();
        let goal = self.test.attack.towards.filter(|goal| *goal < classes);
        goal.filter(|goal| Some(*goal) != self.class(picture))
    }

    /// What is known of a measure of the tested map, complete or not.
    pub fn measurement(&self, metric: &'static str, region: u32) -> Option<&Rc<Measurement>> {
        let question = TestQuestion::Measure { metric, region };
        match self.test_result(question)? {
            TestResult::Measured(found) => Some(found),
            _ => None,
        }
    }

    /// Why a question about the tested map has no answer.
    pub fn test_failure(&self, question: TestQuestion) -> Option<&str> {
        match self.test_result(question)? {
            TestResult::Failed(message) => Some(message),
            _ => None,
        }
    }

    /// The answer to a question about the tested map, complete or not.
    pub fn test_result(&self, question: TestQuestion) -> Option<&TestResult> {
        let picture = self.picture.current.as_ref()?;
        let map = self.tested_map()?;
        let request = TestRequest { map, question };
        let early = picture.early_test.as_ref();
        let early = early.filter(|(early, _)| *early == request);
        picture
            .tests
            .get(&request)
            .or(early.map(|(_, result)| result))
    }

    /// The last picture of the tested map that was changed as `is_so` says, with how.
    pub fn changed_picture(
        &self,
        is_so: fn(&TestQuestion) -> bool,
    ) -> Option<(&TestQuestion, &Rc<ChangedPicture>)> {
        let picture = self.picture.current.as_ref()?;
        let map = self.tested_map()?;
        picture
            .tests
            .iter()
            .find_map(|(request, result)| match result {
                TestResult::Changed(changed) if request.map == map && is_so(&request.question) => {
                    Some((&request.question, changed))
                }
                _ => None,
            })
    }

    /// What was measured of a map, by metric.
    pub fn measurements<'a>(
        &self,
        picture: &'a ChosenPicture,
        map: &'a MapKey,
    ) -> impl Iterator<Item = &'a Rc<Measurement>> {
        let tests = picture.tests.iter();
        tests.filter_map(move |(request, result)| match result {
            TestResult::Measured(found) if request.map == *map => Some(found),
            _ => None,
        })
    }
}
