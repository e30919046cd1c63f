use std::rc::Rc;

use super::action::ModelAction;
use super::class_labels::LabelSource;
use super::user_overrides::{LabelOverride, OverrideChange};
use crate::app::state::app_state::AppState;
use crate::app::state::engine::EngineStep;
use crate::app::state::notices::NoticePlace;
use crate::app::testing::{act, change_override, explained, failed, ready};
use crate::protocol::FailureKind;

fn label(state: &AppState) -> String {
    let picture = state.on_stage().expect("a picture");
    let prediction = picture.prediction.as_ref().expect("a prediction");
    prediction.label(2).to_owned()
}

#[test]
fn names_come_and_go_without_the_engine() {
    let bytes: Rc<[u8]> = Rc::from(&b"a\nb\ncup\nd\ne\nf\ng\n"[..]);
    let read = |bytes: Rc<[u8]>| ModelAction::LabelFileRead {
        name: "list.txt".into(),
        bytes,
    };
    let state = act(explained(), [read(bytes)]);
    assert_eq!(label(&state), "cup");
    assert_eq!(
        state.desired_state().picture,
        explained().desired_state().picture
    );
    let state = act(state, [read(Rc::from(&b"only one"[..]))]);
    assert_eq!(label(&state), "cup", "the former names stay");
    let notice = &state
        .notices
        .shown
        .get(&NoticePlace::About)
        .unwrap()
        .message;
    assert!(
        notice.contains("1 class") && notice.contains("has 7"),
        "{notice}"
    );
    let state = change_override(state, OverrideChange::Labels(Some(LabelOverride::Numbers)));
    assert_eq!(label(&state), "class 2");
}

#[test]
fn names_that_come_with_a_model_wait_for_it() {
    let open = ModelAction::OpenFile {
        file: 9,
        name: "own.onnx".into(),
        bytes: 3,
        weights: Vec::new(),
    };
    let list = ModelAction::LabelFileRead {
        name: "list.csv".into(),
        bytes: Rc::from(&b"id,name\n0,a\n1,b\n2,cup\n3,d\n4,e\n5,f\n6,f\n"[..]),
    };
    let state = act(explained(), [open, list]);
    let failure = failed(
        EngineStep::Load(state.model.desired.as_ref().expect("a model").key),
        FailureKind::Model,
    );
    let failed = act(state.clone(), [failure]);
    let notice = failed.notices.shown.get(&NoticePlace::Model).expect("why");
    assert!(notice.message.contains("list.csv"), "{}", notice.message);
    let state = act(state.clone(), [ready(&state)]);
    let labels = &state.model.prepared.as_ref().expect("a model").labels;
    assert_eq!(labels[..3], ["a", "b", "cup"]);
    assert_eq!(labels[5..], ["f (5)", "f (6)"], "told apart");
}

#[test]
fn a_thousand_classes_without_names_are_taken_for_imagenet() {
    let state = explained();
    let mut summary = state
        .model
        .prepared
        .as_ref()
        .expect("a model")
        .summary
        .clone();
    assert_eq!(state.label_source(&summary), LabelSource::Numbers);
    summary.classes = 1000;
    assert_eq!(state.label_source(&summary), LabelSource::ImageNet);
    summary.labels = vec!["x".into(); 1000];
    assert_eq!(state.label_source(&summary), LabelSource::File);
}
