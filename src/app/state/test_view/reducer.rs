//! How the state takes what is tested, and what the engine answers.

use std::rc::Rc;

use super::action::TestAction;
use super::test_request::{TestQuestion, TestRequest};
use super::test_result::TestResult;
use super::test_view_state::{MarkedRegion, TestTool};
use crate::app::state::app_state::AppState;
use crate::app::state::picture::{ChosenPicture, PictureKey};
use crate::protocol::DrawnRegion;

impl AppState {
    /// Takes a choice of what is tested.
    pub(in crate::app::state) fn reduce_test(&mut self, action: TestAction) {
        match action {
            TestAction::ChooseTool(tool) => self.test.tool = tool,
            TestAction::Measure(metrics) => self.measure(&metrics),
            TestAction::Point(point) => {
                if let Some(picture) = &mut self.picture.current {
                    picture.pointed = Some(point);
                }
            }
            TestAction::Cover(area) => self.test.cover = area,
            TestAction::ChooseAttack(attack) => self.test.attack = attack,
            TestAction::Attack => self.attack(),
            TestAction::Mark(marked) => self.mark(marked),
        }
    }

    /// Marks a part of the picture in place of the one before.
    pub(in crate::app::state) fn mark(&mut self, marked: Option<(DrawnRegion, Rc<[u8]>)>) {
        self.test.last_region += 1;
        let number = self.test.last_region;
        self.forget_marked_maps();
        if let Some(picture) = &mut self.picture.current {
            picture.stop_tests();
            picture.region = marked.map(|(shape, marks)| MarkedRegion {
                number,
                shape,
                marks,
            });
            if picture.region.is_some() && self.test.tool == TestTool::Object {
                self.measure(&Self::object_metrics());
            }
        }
        self.show_chosen_map();
    }

    /// Has the shown map measured; what failed or was not finished is measured again.
    fn measure(&mut self, metrics: &[&'static str]) {
        let picture = self.picture.current.as_ref();
        let region = picture.map_or(0, ChosenPicture::region_number);
        let Some(map) = self.tested_map() else {
            return;
        };
        for &metric in metrics {
            let needs_region = Self::object_metrics().contains(&metric);
            let question = TestQuestion::Measure {
                metric,
                region: if needs_region { region } else { 0 },
            };
            self.want(TestRequest {
                map: map.clone(),
                question,
            });
        }
    }

    /// Has the picture changed as was chosen.
    fn attack(&mut self) {
        let goal = self.attack_goal();
        let attack = &self.test.attack;
        if let Some(map) = self.tested_map() {
            let question = TestQuestion::Attack {
                size: attack.size,
                steps: attack.steps,
                class: goal.unwrap_or(map.class()),
                towards: goal.is_some(),
            };
            self.want(TestRequest { map, question });
        }
    }

    fn want(&mut self, request: TestRequest) {
        let Some(picture) = &mut self.picture.current else {
            return;
        };
        let kept = picture.tests.get(&request);
        if kept.is_some_and(TestResult::is_complete) {
            return;
        }
        picture.tests.remove(&request);
        if !picture.wanted_tests.contains(&request) {
            picture.wanted_tests.push(request);
        }
    }

    /// Maps and measures of the part that was marked before go.
    fn forget_marked_maps(&mut self) {
        if let Some(picture) = &mut self.picture.current {
            picture.maps.retain(|key| key.region == 0);
            picture.failed_maps.retain(|key| key.region == 0);
            picture.early.take_if(|(key, _)| key.region != 0);
            picture.shown.take_if(|key| key.region != 0);
            picture.tests.retain(|request| match request.question {
                TestQuestion::Measure { region, .. } => region == 0 && request.map.region == 0,
                _ => request.map.region == 0,
            });
        }
    }

    /// Takes an answer of the engine's.
    pub(in crate::app::state) fn tested(
        &mut self,
        picture_key: PictureKey,
        request: TestRequest,
        result: TestResult,
        is_early: bool,
    ) {
        let Some(picture) = &mut self.picture.current else {
            return;
        };
        if picture.key != picture_key {
            return;
        }
        if is_early {
            // One that was on its way when it was stopped comes too late.
            if !picture.tests.contains_key(&request) {
                picture.early_test = Some((request, result));
            }
            return;
        }
        picture.early_test = None;
        picture.wanted_tests.retain(|wanted| *wanted != request);
        if request.question.is_passing() {
            picture
                .tests
                .retain(|kept| !kept.question.is_alike(&request.question));
        }
        self.notices.announcement = result.in_words(self.words, picture.prediction.as_deref());
        picture.tests.insert(request, result);
    }

    /// Stops what is being tested; what was found so far stays.
    pub(in crate::app::state) fn stop_testing(&mut self) {
        self.engine.stopped_explanations += 1;
        if let Some(picture) = &mut self.picture.current {
            picture.stop_tests();
        }
        self.keep_early_test();
        self.notices.announcement = self.words.notices().stopped_testing.to_owned();
    }

    /// Keeps what the engine has told of a test that it does not finish.
    pub(in crate::app::state) fn keep_early_test(&mut self) {
        let picture = self.picture.current.as_mut();
        if let Some(picture) = picture
            && let Some((request, result)) = picture.early_test.take()
        {
            picture.tests.insert(request, result);
        }
    }
}
