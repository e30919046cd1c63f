use std::rc::Rc;

use super::action::PictureAction;
use crate::app::state::action::Action;
use crate::app::state::app_state::AppState;
use crate::app::state::engine::{EngineEvent, EngineStep};
use crate::app::state::explanation::ExplanationAction;
use crate::app::state::model::ModelAction;
use crate::app::state::notices::{NoticePlace, NoticesAction};
use crate::app::testing::{act, begun, explained, mapped, shown};
use crate::protocol::{FailureKind, Manifest, Sample};

#[test]
fn a_picture_that_cannot_be_used_leaves_the_former_result() {
    let before = act(explained(), [ExplanationAction::ChooseClass(5)]);
    let place = before.place();
    let choose = PictureAction::Choose {
        file: 2,
        name: "text.jpg".into(),
    };
    let state = act(before, [choose]);
    assert_eq!(state.place(), None, "nowhere new yet");
    let step = EngineStep::Predict(state.picture.current.as_ref().expect("a picture").key);
    let failure = EngineEvent::Failed {
        step,
        kind: FailureKind::Picture,
        message: "It is a text.".into(),
    };
    let state = act(state, [Action::Engine(failure)]);
    assert_eq!(shown(&state), Some(2));
    assert_eq!((state.place(), state.settings.class), (place, Some(5)));
    assert_eq!(
        state
            .notices
            .shown
            .get(&NoticePlace::Picture)
            .map(|notice| notice.message.as_str()),
        Some("It is a text.")
    );
}

#[test]
fn replies_about_another_picture_are_dropped() {
    let state = explained();
    let late = mapped(&state, 5, [1.0, 1.0]);
    let state = act(
        state,
        [
            PictureAction::Choose {
                file: 2,
                name: String::new(),
            }
            .into(),
            late,
        ],
    );
    assert!(
        state
            .picture
            .current
            .as_ref()
            .is_some_and(|picture| picture.maps.is_empty())
    );
}

#[test]
fn samples_that_the_model_can_know_come_first() {
    let mut manifest = Manifest::clone(begun("").model.manifest.as_ref().expect("models"));
    manifest.models[0].samples = vec!["cup.png".into(), "gone.png".into(), "cat.png".into()];
    let samples = ["cat.png", "rocket.png", "cup.png"].map(|file| Sample {
        file: file.into(),
        name: String::new(),
        alt: String::new(),
        source: String::new(),
        license: String::new(),
    });
    let state = act(
        Rc::new(AppState::new("")),
        [ModelAction::ManifestFetched(Ok(manifest))],
    );
    assert!(state.start_is_awaited());
    let state = act(state, [PictureAction::SamplesFetched(samples.into())]);
    assert!(!state.start_is_awaited());
    let without = [
        Action::from(ModelAction::ManifestFetched(Err("No models.".into()))),
        PictureAction::SamplesFetched(vec![]).into(),
        NoticesAction::Dismiss(NoticePlace::Model).into(),
    ];
    assert!(!act(Rc::new(AppState::new("")), without).start_is_awaited());
    let offered = state.suitable_samples();
    let files: Vec<_> = offered.iter().map(|sample| &*sample.file).collect();
    assert_eq!(files, ["cup.png", "cat.png"]);
}

#[test]
fn going_back_brings_a_picture_with_its_result_and_keeps_its_file() {
    let bag = PictureAction::Choose {
        file: 2,
        name: "bag.png".into(),
    };
    let state = act(explained(), [bag]);
    let state = act(state, [Action::Return(Some(1), "class=3".into())]);
    assert_eq!(shown(&state), Some(2), "until that of class 3 is there");
    assert_eq!(state.settings.class, Some(3));
    let state = act(state, [PictureAction::Leave]);
    assert!(state.on_stage().is_none());
    assert!(state.resources_in_use().contains(&1));
    let state = act(state, [Action::Return(Some(1), String::new())]);
    assert_eq!((shown(&state), state.settings.class), (Some(2), None));
    let unknown = act(state.clone(), [Action::Return(Some(9), String::new())]);
    assert_eq!(
        shown(&unknown),
        Some(2),
        "what is kept no more changes nothing"
    );
}
