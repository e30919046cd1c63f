use std::rc::Rc;

use super::action::ModelAction;
use super::remembered_overrides::RememberedOverrides;
use super::user_overrides::{OverrideChange, UserOverrides};
use crate::app::state::action::Action;
use crate::app::state::app_state::AppState;
use crate::app::state::engine::{EngineEvent, EngineStep};
use crate::app::state::notices::{NoticePlace, Recovery};
use crate::app::testing::{
    act, change_override, explained, failed, key, mapped, predicted, ready, shown,
};
use crate::picture::Fit;
use crate::protocol::{FailureKind, OutputActivation};

const HASH: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn with_remembered(remembered: RememberedOverrides) -> AppState {
    let mut state = AppState::clone(&explained());
    state.model.remembered = remembered;
    state
}

#[test]
fn another_scaling_looks_again_with_the_same_model() {
    let state = change_override(explained(), OverrideChange::Scaling(Some("caffe")));
    let desired = state.desired_state();
    let overrides = desired.picture.expect("a picture").key.overrides;
    assert_eq!(overrides.scaling, Some("caffe"));
    assert_eq!(
        desired.model,
        explained().desired_state().model,
        "nothing is loaded"
    );
    assert_eq!(shown(&state), Some(2), "the former map stays until then");
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(shown(&state), None, "its numbers were others");
    assert_eq!(state.desired_state().map, Some(key(2)));
}

#[test]
fn another_fit_looks_again_and_is_remembered() {
    let state = change_override(explained(), OverrideChange::Fit(Some(Fit::CROP)));
    let overrides = state.desired_state().picture.map(|one| one.key.overrides);
    assert_eq!(overrides.and_then(|one| one.fit), Some(Fit::CROP));
    let kept = RememberedOverrides::read(&state.model.remembered.write());
    assert_eq!(kept, state.model.remembered);
    assert!(state.model.remembered.write().contains("crop:0.875"));
}

#[test]
fn what_the_file_says_anyway_changes_nothing() {
    let state = change_override(explained(), OverrideChange::Scaling(Some("imagenet")));
    let overrides = state
        .desired_state()
        .picture
        .expect("a picture")
        .key
        .overrides;
    assert_eq!(overrides, Default::default());
    let state = change_override(state, OverrideChange::Scaling(Some("grey-bytes")));
    let overrides = state
        .desired_state()
        .picture
        .expect("a picture")
        .key
        .overrides;
    assert_eq!(overrides.scaling, None, "the model is for three channels");
}

#[test]
fn what_was_said_is_known_when_the_file_comes_again() {
    let state = change_override(explained(), OverrideChange::Scaling(Some("caffe")));
    let state = change_override(
        state,
        OverrideChange::OutputActivation(Some(OutputActivation::Sigmoid)),
    );
    let remembered = RememberedOverrides::read(&state.model.remembered.write());
    let again = Rc::new(with_remembered(remembered));
    let again = act(again.clone(), [ready(&again)]);
    let overrides = again
        .desired_state()
        .picture
        .expect("a picture")
        .key
        .overrides;
    assert_eq!(
        (overrides.scaling, overrides.output_activation),
        (Some("caffe"), Some(OutputActivation::Sigmoid))
    );
    assert!(
        again
            .assumptions()
            .iter()
            .all(|words| !words.contains("Pixel"))
    );
    let first = change_override(again, OverrideChange::Reset);
    assert_eq!(first.model.remembered, RememberedOverrides::default());
    assert_eq!(first.assumptions().len(), 2);
}

#[test]
fn a_size_is_asked_for_and_the_model_before_stays() {
    let open = ModelAction::OpenFile {
        file: 9,
        name: "any.onnx".into(),
        bytes: 3,
        weights: Vec::new(),
    };
    let state = act(explained(), [open]);
    let key = state
        .model
        .desired
        .as_ref()
        .expect("a model is desired")
        .key;
    let asked = Action::Engine(EngineEvent::SizeWanted {
        key,
        sha256: HASH.replace('a', "b"),
        input: "picture".into(),
    });
    let state = act(state, [asked]);
    assert!(state.model.size_question.is_some() && state.model_is_ready());
    assert_eq!(shown(&state), Some(2));
    assert!(state.resources_in_use().contains(&9));
    // The engine makes the model before ready again.
    let state = act(state.clone(), [ready(&state)]);
    assert!(state.model.size_question.is_some());
    let state = act(state, [ModelAction::AnswerSizeQuestion([224, 224])]);
    assert!(state.model.size_question.is_none());
    assert_eq!(
        state
            .model
            .desired
            .as_ref()
            .map(|desired| desired.source.name()),
        Some("any.onnx")
    );
    assert_eq!(state.desired_state().remembered[0].size, Some([224, 224]));
}

#[test]
fn an_output_that_cannot_be_explained_leaves_the_former_one() {
    let before = explained();
    let state = change_override(
        before.clone(),
        OverrideChange::Logits(Some("embedding".into())),
    );
    assert_eq!(
        state.desired_state().remembered[0].logits.as_deref(),
        Some("embedding")
    );
    let key = state
        .model
        .desired
        .as_ref()
        .expect("a model is desired")
        .key;
    let state = act(state, [failed(EngineStep::Load(key), FailureKind::Model)]);
    assert_eq!(state.model.desired, before.model.desired);
    assert_eq!(
        (shown(&state), state.model.remembered.clone()),
        (Some(2), RememberedOverrides::default())
    );
    assert!(state.notices.shown.contains_key(&NoticePlace::About));
    let mapped = act(state.clone(), [mapped(&state, 3, [0.0, 1.0])]);
    assert!(
        mapped
            .picture
            .current
            .as_ref()
            .is_some_and(|picture| picture.maps.len() == 2)
    );
}

#[test]
fn the_order_of_the_axes_is_chosen_where_the_file_leaves_it_open() {
    let state = explained();
    let model = state.model.prepared.clone().expect("a model");
    let mut summary = model.summary.clone();
    summary.input.layout_is_open = true;
    let came = Action::Engine(EngineEvent::Ready {
        desired: model.desired.clone(),
        summary,
        timings: Default::default(),
    });
    let state = act(state, [came]);
    let speaks = |state: &AppState| {
        let sentences = state.assumptions();
        sentences
            .iter()
            .any(|words| words.contains("channels first"))
    };
    assert!(speaks(&state) && !speaks(&explained()));
    let before = state.model.desired.as_ref().map(|desired| desired.key);
    let state = change_override(state, OverrideChange::ChannelsLast(Some(true)));
    assert!(
        state.model.desired.as_ref().map(|desired| desired.key) > before,
        "the model is prepared anew"
    );
    let told = RememberedOverrides::read(&state.model.remembered.write()).for_engine();
    assert_eq!(told[0].channels_last, Some(true));
    assert_eq!(told[0].sha256, HASH);
}

#[test]
fn what_was_remembered_and_cannot_be_had_is_forgotten() {
    let mut remembered = RememberedOverrides::default();
    let gone = UserOverrides {
        logits: Some("gone".into()),
        size: Some([224; 2]),
        ..UserOverrides::default()
    };
    remembered.set(HASH, gone);
    let state = Rc::new(with_remembered(remembered));
    // The engine left the tensor out, and made the model ready with its own logits.
    let state = act(state.clone(), [ready(&state)]);
    let kept = state.model.remembered.about(HASH);
    assert_eq!((kept.logits, kept.size), (None, Some([224; 2])));
    assert!(state.notices.shown.contains_key(&NoticePlace::Model));
}

#[test]
fn a_choice_that_the_engine_left_out_leaves_the_former_one() {
    let before = explained();
    let change = OverrideChange::Logits(Some("embedding".into()));
    let state = change_override(before.clone(), change);
    let state = act(state.clone(), [ready(&state)]);
    assert_eq!(state.model.desired, before.model.desired);
    assert_eq!(state.model.remembered, RememberedOverrides::default());
    assert!(state.notices.shown.contains_key(&NoticePlace::About));
}

#[test]
fn a_size_that_the_model_cannot_take_is_asked_for_again() {
    let open = ModelAction::OpenFile {
        file: 9,
        name: "any.onnx".into(),
        bytes: 3,
        weights: Vec::new(),
    };
    let state = act(explained(), [open]);
    let key = state.desired_state().model_key().expect("a model");
    let asked = Action::Engine(EngineEvent::SizeWanted {
        key,
        sha256: HASH.replace('a', "b"),
        input: "picture".into(),
    });
    let state = act(state, [asked]);
    let state = act(state, [ModelAction::AnswerSizeQuestion([100, 100])]);
    let key = state.desired_state().model_key().expect("a model");
    let state = act(state, [failed(EngineStep::Load(key), FailureKind::Model)]);
    assert_eq!(state.model.remembered, RememberedOverrides::default());
    assert_eq!(state.model.desired, explained().model.desired);
    let notice = state.notices.shown.get(&NoticePlace::Model);
    let recovery = notice.and_then(|notice| notice.recovery.as_ref());
    assert!(matches!(recovery, Some(Recovery::Load(source)) if source.name() == "any.onnx"));
}
