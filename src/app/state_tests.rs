use super::*;
use crate::app::testing::*;
use crate::protocol::{FailureKind, PROTOCOL_VERSION};

#[test]
fn the_first_model_is_wanted_unless_the_hash_names_another() {
    let name = |state: &State| {
        state
            .wanted
            .as_ref()
            .map(|wish| wish.source.name().to_owned())
    };
    assert_eq!(name(&begun("")), Some("Model a".into()));
    assert_eq!(name(&begun("#model=b")), Some("Model b".into()));
    assert_eq!(name(&begun("#model=gone")), Some("Model a".into()));
}

#[test]
fn a_prediction_asks_for_the_most_probable_class() {
    let state = act(
        begun(""),
        [Action::ChoosePicture {
            file: 1,
            name: "cup.png".into(),
        }],
    );
    assert!(state.wish().map.is_none());
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(state.wish().map, Some(key(2)));
    let top = state.top(state.subject.as_ref().expect("a subject"));
    assert_eq!(*top, [2, 6, 5, 3, 1], "what is not a number comes last");
}

#[test]
fn the_hash_names_the_class_of_the_first_picture_only() {
    let state = act(
        begun("#class=5"),
        [Action::ChoosePicture {
            file: 1,
            name: String::new(),
        }],
    );
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(state.wish().map.map(|key| key.class), Some(5));
    let state = act(
        state,
        [Action::ChoosePicture {
            file: 2,
            name: String::new(),
        }],
    );
    assert_eq!(state.choices.class, None);
    let beyond = act(
        begun("#class=99"),
        [Action::ChoosePicture {
            file: 1,
            name: String::new(),
        }],
    );
    let beyond = act(beyond.clone(), [ready(&beyond)]);
    let beyond = act(beyond.clone(), [predicted(&beyond)]);
    assert_eq!(beyond.wish().map.map(|key| key.class), Some(2));
}

#[test]
fn another_class_keeps_the_map_until_its_own_comes_and_going_back_is_instant() {
    let state = act(explained(), [Action::ChooseClass(3)]);
    assert_eq!(
        (shown(&state), state.wish().map.map(|key| key.class)),
        (Some(2), Some(3))
    );
    let state = act(state.clone(), [mapped(&state, 3, [0.5, 0.5])]);
    assert_eq!((shown(&state), state.wish().map), (Some(3), None));
    let state = act(state, [Action::ChooseClass(2)]);
    assert_eq!((shown(&state), state.wish().map), (Some(2), None));
}

#[test]
fn classes_share_a_scale_unless_each_has_its_own() {
    let state = act(explained(), [Action::ChooseClass(3)]);
    let state = act(state.clone(), [mapped(&state, 3, [0.5, 0.25])]);
    let scale = |state: &State| state.scale(state.on_stage().expect("a subject"));
    assert_eq!(scale(&state), 1.0);
    let signed = act(state.clone(), [Action::ChooseSign(Sign::Signed)]);
    assert_eq!(scale(&signed), 3.0);
    assert_eq!(scale(&act(state, [Action::ChooseOwnScale(true)])), 0.5);
}

#[test]
fn a_picture_that_cannot_be_used_leaves_the_former_result() {
    let state = act(
        explained(),
        [Action::ChoosePicture {
            file: 2,
            name: "text.jpg".into(),
        }],
    );
    let step = Step::Predict(state.subject.as_ref().expect("a subject").key);
    let failure = EngineEvent::Failed {
        step,
        kind: FailureKind::Picture,
        message: "It is a text.".into(),
    };
    let state = act(state, [Action::Engine(failure)]);
    assert_eq!(shown(&state), Some(2));
    assert_eq!(
        state
            .notices
            .get(&Place::Picture)
            .map(|notice| notice.message.as_str()),
        Some("It is a text.")
    );
}

#[test]
fn a_model_that_cannot_be_used_gives_way_to_the_one_before() {
    let before = explained();
    let open = Action::OpenModel {
        file: 9,
        name: "bad.onnx".into(),
        bytes: 3,
    };
    let state = act(before.clone(), [open]);
    assert_eq!(shown(&state), Some(2), "the former result stays");
    let key = state.wanted.as_ref().expect("a wish").key;
    let failure = EngineEvent::Failed {
        step: Step::Load(key),
        kind: FailureKind::Model,
        message: "Cut off.".into(),
    };
    let state = act(state, [Action::Engine(failure)]);
    assert_eq!(state.wanted, before.wanted);
    assert!(state.notices.contains_key(&Place::Model));
    assert_eq!(state.choices.model.as_deref(), Some("a"));
}

#[test]
fn another_model_keeps_the_picture_and_forgets_the_maps() {
    let state = act(explained(), [Action::ChooseModel("b".into())]);
    assert_eq!(state.wish().picture.map(|picture| picture.0.file), Some(1));
    assert!(state.wish().map.is_none() && state.is_working());
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(shown(&state), None);
    assert_eq!(state.wish().map.map(|key| key.class), Some(2));
}

#[test]
fn an_engine_that_comes_back_keeps_the_maps() {
    let state = explained();
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!((shown(&state), state.wish().map), (Some(2), None));
}

#[test]
fn a_cancelled_look_can_be_taken_up_again() {
    let state = act(
        begun(""),
        [Action::ChoosePicture {
            file: 1,
            name: String::new(),
        }],
    );
    let state = act(state.clone(), [ready(&state)]);
    let step = Step::Predict(state.subject.as_ref().expect("a subject").key);
    let began = Action::Engine(EngineEvent::Began { step, now_ms: 0.0 });
    let state = act(state, [began, Action::Cancel]);
    assert!(state.wish().picture.is_none() && state.wish().model.is_some());
    let state = act(state, [Action::LookAgain]);
    assert_eq!(
        state.wish().picture.map(|picture| picture.0.attempt),
        Some(1)
    );
}

#[test]
fn a_cancelled_download_wants_no_model_until_asked() {
    let state = begun("");
    let step = Step::Load(state.wanted.as_ref().expect("a wish").key);
    let state = act(
        state,
        [
            Action::Engine(EngineEvent::Began { step, now_ms: 0.0 }),
            Action::Cancel,
        ],
    );
    assert!(state.wish().model.is_none());
    let way_out = state
        .notices
        .get(&Place::Model)
        .and_then(|notice| notice.way_out.clone());
    let Some(WayOut::Load(source)) = way_out else {
        panic!("a way out is offered")
    };
    assert!(
        act(state, [Action::LoadAgain(source)])
            .wish()
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
            Action::ChooseClass(3),
            crash(Some(Step::Explain(key.clone())), true),
        ],
    );
    assert!(state.wish().map.is_some());
    let state = act(state, [crash(Some(Step::Explain(key)), false)]);
    assert!(state.wish().map.is_none());
    assert_eq!(shown(&state), Some(2), "the former result stays");
    let state = act(state, [Action::ExplainAgain]);
    assert!(state.wish().map.is_some());
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
            .wish()
            .model
            .is_some()
    );
    let state = act(begun(""), [started(PROTOCOL_VERSION + 1)]);
    assert!(state.wish().model.is_none());
}

#[test]
fn a_changed_hash_changes_what_it_names() {
    let state = act(
        explained(),
        [Action::ReadHash(
            "#opacity=20&signed=1&model=nonsense".into(),
        )],
    );
    assert_eq!(
        (state.choices.opacity, state.choices.sign),
        (20, Sign::Signed)
    );
    assert_eq!(state.choices.model.as_deref(), Some("a"));
    assert_eq!(shown(&state), Some(2));
}

#[test]
fn answers_about_another_picture_are_dropped() {
    let state = explained();
    let late = mapped(&state, 5, [1.0, 1.0]);
    let state = act(
        state,
        [
            Action::ChoosePicture {
                file: 2,
                name: String::new(),
            },
            late,
        ],
    );
    assert!(
        state
            .subject
            .as_ref()
            .is_some_and(|subject| subject.maps.is_empty())
    );
}
