use std::rc::Rc;

use super::action::ModelAction;
use crate::app::state::action::Action;
use crate::app::state::app_state::AppState;
use crate::app::state::engine::{EngineEvent, EngineStep};
use crate::app::state::notices::NoticePlace;
use crate::app::testing::{act, begun, explained, predicted, ready, shown};
use crate::protocol::{FailureKind, Manifest};

#[test]
fn the_first_model_is_wanted_unless_the_hash_names_another() {
    let name = |state: &AppState| {
        state
            .model
            .desired
            .as_ref()
            .map(|desired| desired.source.name().to_owned())
    };
    assert_eq!(name(&begun("")), Some("Model a".into()));
    assert_eq!(name(&begun("#model=b")), Some("Model b".into()));
    assert_eq!(name(&begun("#model=gone")), Some("Model a".into()));
}

#[test]
fn a_first_visit_gets_the_most_general_model_and_hears_what_it_knows() {
    let known = |classes: [usize; 3]| {
        let mut manifest = Manifest::clone(begun("").model.manifest.as_ref().expect("models"));
        manifest.models.push(manifest.models[0].clone());
        for (entry, classes) in manifest.models.iter_mut().zip(classes) {
            entry.classes = classes;
            entry.description = "Knows things.".into();
        }
        manifest.models[2].id = "c".into();
        let state = Rc::new(AppState::new(""));
        let state = act(state, [ModelAction::ManifestFetched(Ok(manifest))]);
        (
            state.settings.model.clone().expect("a model"),
            state.known_classes().expect("words"),
        )
    };
    let words = "Knows things. Anything else will be called one of these 1000.";
    assert_eq!(known([6, 1000, 10]), ("b".into(), words.into()));
    assert_eq!(known([1000, 4, 1000]).0, "a");
}

#[test]
fn a_model_that_cannot_be_used_gives_way_to_the_one_before() {
    let before = explained();
    let open = ModelAction::OpenFile {
        file: 9,
        name: "bad.onnx".into(),
        bytes: 3,
        weights: Vec::new(),
    };
    let state = act(before.clone(), [open]);
    assert_eq!(shown(&state), Some(2), "the former result stays");
    let key = state
        .model
        .desired
        .as_ref()
        .expect("a model is desired")
        .key;
    let failure = EngineEvent::Failed {
        step: EngineStep::Load(key),
        kind: FailureKind::Model,
        message: "Cut off.".into(),
    };
    let state = act(state, [Action::Engine(failure)]);
    assert_eq!(state.model.desired, before.model.desired);
    assert!(state.notices.shown.contains_key(&NoticePlace::Model));
    assert_eq!(state.settings.model.as_deref(), Some("a"));
}

#[test]
fn another_model_keeps_the_picture_and_forgets_the_maps() {
    let state = act(explained(), [ModelAction::Choose("b".into())]);
    assert_eq!(
        state
            .desired_state()
            .picture
            .map(|picture| picture.key.file),
        Some(1)
    );
    assert!(state.desired_state().map.is_none() && state.is_working());
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(shown(&state), None);
    assert_eq!(state.desired_state().map.map(|key| key.class()), Some(2));
}
