use std::rc::Rc;

use super::engine_event::EngineEvent;
use super::engine_step::EngineStep;
use crate::app::state::action::Action;
use crate::app::state::app_state::AppState;
use crate::app::state::explanation::ExplanationAction;
use crate::app::state::model::{ModelAction, OverrideChange};
use crate::app::state::notices::{NoticePlace, Recovery};
use crate::app::state::picture::PictureAction;
use crate::app::testing::{act, begun, change_override, explained, key, predicted, ready, shown};
use crate::protocol::{FailureKind, PROTOCOL_VERSION};

#[test]
fn an_engine_that_comes_back_keeps_the_maps() {
    let state = explained();
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!((shown(&state), state.desired_state().map), (Some(2), None));
}

#[test]
fn a_cancelled_look_can_be_taken_up_again() {
    let state = act(
        begun(""),
        [PictureAction::Choose {
            file: 1,
            name: String::new(),
        }],
    );
    let state = act(state.clone(), [ready(&state)]);
    let step = EngineStep::Predict(state.picture.current.as_ref().expect("a picture").key);
    let began = Action::Engine(EngineEvent::Began { step, now_ms: 0.0 });
    let state = act(state, [began, Action::Cancel]);
    assert!(state.desired_state().picture.is_none() && state.desired_state().model.is_some());
    let state = act(state, [PictureAction::PredictAgain]);
    assert_eq!(
        state
            .desired_state()
            .picture
            .map(|picture| picture.key.attempt),
        Some(1)
    );
}

#[test]
fn a_cancelled_download_wants_no_model_until_asked() {
    let state = begun("");
    let step = EngineStep::Load(
        state
            .model
            .desired
            .as_ref()
            .expect("a model is desired")
            .key,
    );
    let state = act(
        state,
        [
            Action::Engine(EngineEvent::Began { step, now_ms: 0.0 }),
            Action::Cancel,
        ],
    );
    assert!(state.desired_state().model.is_none());
    let recovery = state
        .notices
        .shown
        .get(&NoticePlace::Model)
        .and_then(|notice| notice.recovery.clone());
    let Some(Recovery::Load(source)) = recovery else {
        panic!("a way out is offered")
    };
    assert!(
        act(state, [ModelAction::LoadAgain(source)])
            .desired_state()
            .model
            .is_some()
    );
}

#[test]
fn a_model_that_needs_much_memory_is_loaded_when_a_person_says_so() {
    let state = begun("");
    let desired = state.model.desired.clone().expect("a model is desired");
    assert!(!desired.exceeds_memory);
    let failed = EngineEvent::Failed {
        step: EngineStep::Load(desired.key),
        kind: FailureKind::Memory,
        message: "It would take 2.0 GB.".into(),
    };
    let state = act(state, [Action::Engine(failed)]);
    assert!(state.desired_state().model.is_none());
    let notice = state.notices.shown.get(&NoticePlace::Model).cloned();
    let Some(Recovery::LoadAnyway(source)) = notice.and_then(|notice| notice.recovery) else {
        panic!("a way out is offered")
    };
    let state = act(state, [ModelAction::LoadAnyway(source.clone())]);
    let again = state.desired_state().model.expect("it is loaded");
    assert!(again.exceeds_memory && again.key != desired.key);
    let state = act(state, [ModelAction::LoadAgain(source)]);
    let changed = state.desired_state().model.expect("it is loaded");
    assert!(changed.exceeds_memory, "said once, also for a change of it");
}

#[test]
fn a_picture_of_ones_own_that_a_new_page_does_not_have_is_said() {
    let gone = |hash: &str| {
        let state = act(begun(hash), [PictureAction::OwnPictureGone]);
        state.notices.shown.get(&NoticePlace::Picture).cloned()
    };
    let notice = gone("#class=3").expect("it is said");
    assert_eq!(notice.recovery, Some(Recovery::ChoosePicture));
    assert!(gone("#sample=boot.png").is_none(), "a sample is shown then");
}

#[test]
fn a_picture_of_ones_own_that_is_opened_again_comes_with_its_class() {
    let choose = |file| PictureAction::Choose {
        file,
        name: String::new(),
    };
    let gone = act(begun("#class=3"), [PictureAction::OwnPictureGone]);
    let again = act(gone.clone(), [choose(1)]);
    assert_eq!(again.settings.class, Some(3));
    assert_eq!(act(again, [choose(2)]).settings.class, None, "another one");
    let sample = PictureAction::ChooseSample {
        file: 1,
        name: String::new(),
    };
    assert_eq!(act(gone, [sample]).settings.class, None);
}

#[test]
fn what_crashed_twice_waits_for_the_user() {
    let state = explained();
    let crash = |step, again| {
        Action::Engine(EngineEvent::Crashed {
            step,
            again,
            message: "unreachable".into(),
        })
    };
    let key = key(3);
    let state = act(
        state,
        [
            ExplanationAction::ChooseClass(3).into(),
            crash(Some(EngineStep::Explain(key.clone())), true),
        ],
    );
    assert!(state.desired_state().map.is_some());
    let state = act(state, [crash(Some(EngineStep::Explain(key)), false)]);
    assert!(state.desired_state().map.is_none());
    assert_eq!(shown(&state), Some(2), "the former result stays");
    let state = act(state, [ExplanationAction::ExplainAgain]);
    assert!(state.desired_state().map.is_some());
}

#[test]
fn an_engine_of_another_version_is_asked_nothing() {
    let started = EngineEvent::Started {
        variant: "simd".into(),
        threads: 1,
    };
    let state = act(begun(""), [Action::Engine(started)]);
    assert!(state.desired_state().model.is_some());
    let protocol = PROTOCOL_VERSION + 1;
    let state = act(
        begun(""),
        [Action::Engine(EngineEvent::OtherVersion { protocol })],
    );
    assert!(state.desired_state().model.is_none());
    assert!(notice(&state, NoticePlace::Engine).contains("Reload"));
}

/// The engine breaks down twice while it looks at a second picture.
fn given_up() -> Rc<AppState> {
    let second = PictureAction::Choose {
        file: 2,
        name: "huge.png".into(),
    };
    let state = act(explained(), [second]);
    let step = EngineStep::Predict(state.picture.current.as_ref().expect("a picture").key);
    let crash = |again| {
        Action::Engine(EngineEvent::Crashed {
            step: Some(step.clone()),
            again,
            message: "unreachable".into(),
        })
    };
    act(state, [crash(true), crash(false)])
}

fn notice(state: &AppState, place: NoticePlace) -> &str {
    let notice = state.notices.shown.get(&place);
    notice.map_or("", |notice| &notice.message)
}

#[test]
fn that_the_engine_broke_down_twice_is_said_until_the_person_goes_on() {
    let state = given_up();
    // The new engine looks at the former picture again.
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    assert!(notice(&state, NoticePlace::Picture).contains("twice"));
    let third = PictureAction::Choose {
        file: 3,
        name: "small.png".into(),
    };
    assert_eq!(notice(&act(state, [third]), NoticePlace::Picture), "");
}

#[test]
fn a_refusal_is_said_although_a_former_picture_has_its_result_after_it() {
    let first = PictureAction::Choose {
        file: 1,
        name: "cup.png".into(),
    };
    let state = act(begun(""), [first]);
    let refused = PictureAction::Refused("It is too large.".into());
    let state = act(act(state.clone(), [ready(&state)]), [refused]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(notice(&state, NoticePlace::Picture), "It is too large.");
}

#[test]
fn what_was_stopped_is_no_longer_said_once_another_model_looks() {
    let state = explained();
    let step = EngineStep::Predict(state.picture.current.as_ref().expect("a picture").key);
    let began = Action::Engine(EngineEvent::Began { step, now_ms: 0.0 });
    let state = act(state, [began, Action::Cancel]);
    assert_eq!(notice(&state, NoticePlace::Picture), "Stopped.");
    let state = act(state, [ModelAction::Choose("b".into())]);
    assert_eq!(notice(&state, NoticePlace::Picture), "");
}

#[test]
fn a_map_that_crashed_twice_is_not_asked_for_again_after_the_engine_is_back() {
    let crash = |again| {
        Action::Engine(EngineEvent::Crashed {
            step: Some(EngineStep::Explain(key(3))),
            again,
            message: "unreachable".into(),
        })
    };
    let choose = Action::Explanation(ExplanationAction::ChooseClass(3));
    let state = act(explained(), [choose, crash(true), crash(false)]);
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(state.desired_state().map, None);
    assert!(notice(&state, NoticePlace::Explanation).contains("twice"));
}

/// The state after the user stopped the load of the desired model.
fn loading_cancelled(state: Rc<AppState>) -> Rc<AppState> {
    let key = state.desired_state().model_key().expect("a model");
    let began = EngineEvent::Began {
        step: EngineStep::Load(key),
        now_ms: 0.0,
    };
    act(state, [Action::Engine(began), Action::Cancel])
}

#[test]
fn a_cancelled_file_gives_way_to_the_model_before() {
    let before = explained();
    let open = ModelAction::OpenFile {
        file: 9,
        name: "slow.onnx".into(),
        bytes: 3,
        weights: Vec::new(),
    };
    let state = act(before.clone(), [open]);
    let state = loading_cancelled(state);
    assert_eq!(state.model.desired, before.model.desired);
    assert_eq!(state.settings.class, Some(2));
    assert_eq!(shown(&state), Some(2), "the former result stays");
    assert!(notice(&state, NoticePlace::Model).contains("slow.onnx was stopped"));
    assert!(
        state.resources_in_use().contains(&9),
        "it can be loaded again"
    );
}

#[test]
fn a_cancelled_change_of_a_model_is_taken_back() {
    let before = explained();
    let change = OverrideChange::ChannelsLast(Some(true));
    let state = change_override(before.clone(), change);
    let state = loading_cancelled(state);
    assert_eq!(state.model.desired, before.model.desired);
    assert_eq!(state.overrides(), before.overrides());
}
