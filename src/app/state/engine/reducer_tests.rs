use super::engine_event::EngineEvent;
use super::engine_step::EngineStep;
use crate::app::state::action::Action;
use crate::app::state::explanation::ExplanationAction;
use crate::app::state::model::ModelAction;
use crate::app::state::notices::{NoticePlace, Recovery};
use crate::app::state::picture::PictureAction;
use crate::app::testing::{act, begun, explained, key, predicted, ready, shown};
use crate::protocol::PROTOCOL_VERSION;

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
    let started = |protocol| {
        Action::Engine(EngineEvent::Started {
            protocol,
            variant: "simd".into(),
            threads: 1,
        })
    };
    assert!(
        act(begun(""), [started(PROTOCOL_VERSION)])
            .desired_state()
            .model
            .is_some()
    );
    let state = act(begun(""), [started(PROTOCOL_VERSION + 1)]);
    assert!(state.desired_state().model.is_none());
}
