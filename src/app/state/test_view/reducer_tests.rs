use std::rc::Rc;

use super::*;
use crate::app::state::PictureAction;
use crate::app::state::engine::EngineEvent;
use crate::app::state::settings::{SettingsAction, View};
use crate::app::state::{Action, AppState};
use crate::app::testing::{act, explained, failed, key, mapped, predicted};
use crate::protocol::{DrawnRegion, FailureKind, MeasurementSummary};

fn testing() -> Rc<AppState> {
    act(explained(), [SettingsAction::ChooseView(View::Test)])
}

fn measure(metric: &'static str, region: u32) -> TestRequest {
    TestRequest {
        map: key(2),
        question: TestQuestion::Measure { metric, region },
    }
}

/// The engine's answer to a measure.
fn measured(state: &AppState, request: TestRequest, is_early: bool) -> Action {
    let TestQuestion::Measure { metric, .. } = request.question else {
        panic!("{request:?}");
    };
    let summary = MeasurementSummary {
        metric: metric.into(),
        value: 0.5,
        chance: None,
        curves: Vec::new(),
        protocol: vec![("steps".into(), "20".into())],
        seed: 0,
        runs: 3,
        left_out: Some("3 of 20 steps were made".into()),
    };
    let maps = Vec::new();
    Action::Engine(EngineEvent::Tested {
        picture: state.picture.current.as_ref().unwrap().key,
        request,
        result: TestResult::Measured(Rc::new(Measurement { summary, maps })),
        is_early,
    })
}

fn box_region() -> TestAction {
    let area = [0.1, 0.1, 0.5, 0.5];
    TestAction::Mark(Some((DrawnRegion::Box { area }, Rc::from([]))))
}

#[test]
fn metrics_are_measured_one_after_the_other_and_once() {
    let state = act(testing(), [TestAction::Measure(vec!["deletion", "adcc"])]);
    let wanted = state.desired_state().tests;
    assert_eq!(wanted, [measure("deletion", 0), measure("adcc", 0)]);
    assert!(state.desired_state().tested_map(&key(2)).is_some());
    let answer = measured(&state, measure("deletion", 0), false);
    let state = act(state, [answer]);
    assert_eq!(state.desired_state().tests, [measure("adcc", 0)]);
    assert_eq!(state.measurement("deletion", 0).unwrap().summary.runs, 3);
    // In another view nobody waits for it.
    let state = act(state, [SettingsAction::ChooseView(View::Explain)]);
    assert!(state.desired_state().tests.is_empty());
    // What was not finished is measured again when it is asked for again.
    let state = act(state, [SettingsAction::ChooseView(View::Test)]);
    let state = act(state, [TestAction::Measure(vec!["deletion"])]);
    assert!(
        state
            .desired_state()
            .tests
            .contains(&measure("deletion", 0))
    );
}

#[test]
fn what_was_measured_stays_when_it_is_stopped() {
    let state = act(testing(), [TestAction::Measure(vec!["insertion"])]);
    let early = measured(&state, measure("insertion", 0), true);
    let state = act(state, [early.clone()]);
    let state = act(
        state,
        [EngineEvent::Began {
            step: crate::app::state::EngineStep::Test(measure("insertion", 0)),
            now_ms: 0.0,
        }]
        .map(Action::Engine),
    );
    let state = act(state, [Action::Cancel]);
    assert!(state.desired_state().tests.is_empty());
    assert!(state.measurement("insertion", 0).is_some());
    // One that was on its way changes nothing.
    let state = act(state, [early]);
    assert!(state.picture.current.as_ref().unwrap().early_test.is_none());
}

#[test]
fn a_test_that_fails_says_why_and_the_others_go_on() {
    let state = act(testing(), [TestAction::Measure(vec!["adcc", "deletion"])]);
    let step = crate::app::state::EngineStep::Test(measure("adcc", 0));
    let state = act(state, [failed(step, FailureKind::Explanation)]);
    let question = measure("adcc", 0).question;
    assert_eq!(state.test_failure(question), Some("No."));
    assert_eq!(state.desired_state().tests, [measure("deletion", 0)]);
}

#[test]
fn a_marked_part_is_measured_and_another_takes_its_place() {
    let state = act(
        testing(),
        [TestAction::ChooseTool(TestTool::Object), box_region()],
    );
    let wanted = state.desired_state().tests;
    assert!(wanted.len() > 2 && wanted.contains(&measure("pointing-game", 1)));
    let answer = measured(&state, measure("pointing-game", 1), false);
    let state = act(state, [answer, Action::Test(box_region())]);
    assert!(state.measurement("pointing-game", 1).is_none());
    let wanted = state.desired_state().tests;
    assert!(wanted.contains(&measure("pointing-game", 2)));
    let state = act(state, [TestAction::Mark(None)]);
    assert!(state.desired_state().tests.is_empty());
}

#[test]
fn a_patch_that_is_dragged_on_is_no_reason_to_stop() {
    let state = act(testing(), [TestAction::ChooseTool(TestTool::Cover)]);
    let [first] = state.desired_state().tests.try_into().unwrap();
    let state = act(state, [TestAction::Cover([0, 0, 10, 10])]);
    let desired = state.desired_state();
    let running = crate::app::state::EngineStep::Test(first);
    assert!(!desired.contains(&running) && desired.lets_go_on(&running));
    // Another tool is.
    let state = act(state, [TestAction::ChooseTool(TestTool::Sanity)]);
    assert!(!state.desired_state().lets_go_on(&running));
}

#[test]
fn an_attack_is_asked_for_as_it_was_chosen() {
    let attack = AttackChoice {
        size: 15,
        steps: 5,
        towards: Some(4),
    };
    let state = act(
        testing(),
        [TestAction::ChooseAttack(attack), TestAction::Attack],
    );
    let question = TestQuestion::Attack {
        size: 15,
        steps: 5,
        class: 4,
        towards: true,
    };
    let map = key(2);
    assert_eq!(state.desired_state().tests, [TestRequest { map, question }]);
}

#[test]
fn tests_go_with_their_picture_and_a_goal_that_is_none_is_forgotten() {
    let state = act(
        testing(),
        [TestAction::Measure(vec!["deletion"]), box_region()],
    );
    assert!(state.picture.current.as_ref().unwrap().region.is_some());
    let state = act(state, [TestAction::Measure(vec!["deletion"])]);
    let choose = PictureAction::Choose {
        file: 9,
        name: "other.png".into(),
    };
    let state = act(state, [choose]);
    let predicted = predicted(&state);
    let state = act(state, [predicted]);
    let mapped = mapped(&state, 2, [1.0, 2.0]);
    let state = act(state, [mapped]);
    assert!(state.desired_state().tests.is_empty());
    assert!(state.picture.current.as_ref().unwrap().region.is_none());
    let goal = |towards| {
        TestAction::ChooseAttack(AttackChoice {
            size: 10,
            steps: 1,
            towards,
        })
    };
    for (towards, wanted) in [(Some(3), Some(3)), (Some(2), None), (Some(99), None)] {
        assert_eq!(act(state.clone(), [goal(towards)]).attack_goal(), wanted);
    }
}

#[test]
fn a_measure_gives_way_to_what_somebody_waits_for() {
    let state = act(testing(), [TestAction::Measure(vec!["deletion"])]);
    let running = crate::app::state::EngineStep::Test(measure("deletion", 0));
    assert!(state.desired_state().lets_go_on(&running));
    let attacked = act(state.clone(), [TestAction::Attack]);
    assert!(!attacked.desired_state().lets_go_on(&running));
    let [first, second] = attacked.desired_state().tests.try_into().unwrap();
    assert!(first.question.is_urgent() && second == measure("deletion", 0));
    let covered = act(state.clone(), [TestAction::ChooseTool(TestTool::Cover)]);
    assert!(!covered.desired_state().lets_go_on(&running));
    // The picture of a point of a curve waits.
    let point = TestQuestion::CurvePicture {
        metric: "deletion",
        curve: 0,
        share: 5,
    };
    let pointed = act(state, [TestAction::Point(point)]);
    assert!(pointed.desired_state().lets_go_on(&running));
}
