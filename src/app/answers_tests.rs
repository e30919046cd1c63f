//! What the user says about a model, and layers: what the state makes of them.

use super::*;
use crate::app::answers::LabelSource;
use crate::app::engine_client::EngineEvent;
use crate::app::memory::Labels;
use crate::app::schedule::MapKey;
use crate::app::testing::{act, explained, key, mapped, predicted, ready, shown};
use crate::protocol::{FailureKind, OutputActivation};

const HASH: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn answer(state: Rc<State>, answer: Answer) -> Rc<State> {
    act(state, [Action::Answer(answer)])
}

fn at_first() -> MapKey {
    MapKey {
        layer: "first".into(),
        ..key(2)
    }
}

fn failed(step: Step, kind: FailureKind) -> Action {
    let message = "No.".into();
    Action::Engine(EngineEvent::Failed {
        step,
        kind,
        message,
    })
}

fn label(state: &State) -> String {
    let subject = state.on_stage().expect("a picture");
    let prediction = subject.prediction.as_ref().expect("a prediction");
    prediction.label(2).to_owned()
}

#[test]
fn another_scaling_looks_again_with_the_same_model() {
    let state = answer(explained(), Answer::Scaling(Some("caffe")));
    let wish = state.wish();
    let reading = wish.picture.expect("a picture").0.reading;
    assert_eq!(reading.scaling, Some("caffe"));
    assert_eq!(wish.model, explained().wish().model, "nothing is loaded");
    assert_eq!(shown(&state), Some(2), "the former map stays until then");
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(shown(&state), None, "its numbers were others");
    assert_eq!(state.wish().map, Some(key(2)));
}

#[test]
fn what_the_file_says_anyway_changes_nothing() {
    let state = answer(explained(), Answer::Scaling(Some("imagenet")));
    let reading = state.wish().picture.expect("a picture").0.reading;
    assert_eq!(reading, Default::default());
    let state = answer(state, Answer::Scaling(Some("grey-bytes")));
    let reading = state.wish().picture.expect("a picture").0.reading;
    assert_eq!(reading.scaling, None, "the model is for three channels");
}

#[test]
fn names_come_and_go_without_the_engine() {
    let bytes: Rc<[u8]> = Rc::from(&b"a\nb\ncup\nd\ne\nf\ng\n"[..]);
    let read = |bytes: Rc<[u8]>| Action::LabelsRead {
        name: "list.txt".into(),
        bytes,
    };
    let state = act(explained(), [read(bytes)]);
    assert_eq!(label(&state), "cup");
    assert_eq!(state.wish().picture, explained().wish().picture);
    let state = act(state, [read(Rc::from(&b"only one"[..]))]);
    assert_eq!(label(&state), "cup", "the former names stay");
    let notice = &state.notices.get(&Place::About).unwrap().message;
    assert!(
        notice.contains("1 class") && notice.contains("has 7"),
        "{notice}"
    );
    let state = answer(state, Answer::Labels(Some(Labels::Numbers)));
    assert_eq!(label(&state), "class 2");
}

#[test]
fn what_was_said_is_known_when_the_file_comes_again() {
    let state = answer(explained(), Answer::Scaling(Some("caffe")));
    let state = answer(state, Answer::Ending(Some(OutputActivation::Sigmoid)));
    let memory = Memory::read(&state.memory.write());
    let again = act(
        Rc::new(State {
            memory,
            ..State::clone(&explained())
        }),
        [],
    );
    let again = act(again.clone(), [ready(&again)]);
    let reading = again.wish().picture.expect("a picture").0.reading;
    assert_eq!(
        (reading.scaling, reading.ending),
        (Some("caffe"), Some(OutputActivation::Sigmoid))
    );
    assert!(
        again
            .assumptions()
            .iter()
            .all(|words| !words.contains("Pixel"))
    );
    let first = answer(again, Answer::Nothing);
    assert_eq!(first.memory, Memory::default());
    assert_eq!(first.assumptions().len(), 2);
}

#[test]
fn a_thousand_classes_without_names_are_taken_for_imagenet() {
    let state = explained();
    let mut summary = state.ready.as_ref().expect("a model").summary.clone();
    assert_eq!(state.label_source(&summary), LabelSource::Numbers);
    summary.classes = 1000;
    assert_eq!(state.label_source(&summary), LabelSource::ImageNet);
    summary.labels = vec!["x".into(); 1000];
    assert_eq!(state.label_source(&summary), LabelSource::File);
}

#[test]
fn another_layer_is_explained_with_the_same_prediction() {
    let state = act(explained(), [Action::ChooseLayer("first".into())]);
    assert_eq!(state.wish().map, Some(at_first()));
    assert_eq!(shown(&state), Some(2), "the former map stays until then");
    assert_eq!(state.wish().picture, explained().wish().picture);
    assert_eq!(state.choices.to_hash(), "model=a&layer=first");
    let state = act(state, [Action::ChooseLayer("last".into())]);
    assert_eq!(state.wish().map, None, "what was explained is kept");
    let state = act(state, [Action::ChooseLayer("nonsense".into())]);
    assert_eq!(state.choices.layer.as_deref(), Some("last"));
}

#[test]
fn a_layer_that_cannot_be_explained_leaves_the_former_one() {
    let state = act(explained(), [Action::ChooseLayer("first".into())]);
    let no = failed(Step::Explain(at_first()), FailureKind::Explanation);
    let state = act(state, [no]);
    assert_eq!(state.choices.layer.as_deref(), Some("last"));
    assert_eq!((shown(&state), state.wish().map), (Some(2), None));
    assert!(state.notices.contains_key(&Place::Explanation));
}

#[test]
fn a_stopped_layer_leaves_the_former_one_too() {
    let step = Step::Explain(at_first());
    let began = Action::Engine(EngineEvent::Began { step, now_ms: 0.0 });
    let choose = Action::ChooseLayer("first".into());
    let state = act(explained(), [choose, began, Action::Cancel]);
    assert_eq!(state.wish().stops, 1);
    assert_eq!((shown(&state), state.wish().map), (Some(2), None));
    assert!(state.wish().picture.is_some());
}

#[test]
fn a_layer_in_the_address_is_taken_if_the_model_has_it() {
    let go = |hash: &str| act(explained(), [Action::ReadHash(hash.into())]);
    assert_eq!(go("#model=a&layer=first").wish().map, Some(at_first()));
    assert_eq!(go("#model=a&layer=nonsense").wish().map, None);
}

#[test]
fn a_size_is_asked_for_and_the_model_before_stays() {
    let open = Action::OpenModel {
        file: 9,
        name: "any.onnx".into(),
        bytes: 3,
    };
    let state = act(explained(), [open]);
    let key = state.wanted.as_ref().expect("a wish").key;
    let asked = Action::Engine(EngineEvent::SizeWanted {
        key,
        sha256: HASH.replace('a', "b"),
        input: "picture".into(),
    });
    let state = act(state, [asked]);
    assert!(state.question.is_some() && state.model_is_ready());
    assert_eq!(shown(&state), Some(2));
    assert!(state.files_in_use().contains(&9));
    // The engine makes the model before ready again.
    let state = act(state.clone(), [ready(&state)]);
    assert!(state.question.is_some());
    let state = act(state, [Action::AnswerSize([224, 224])]);
    assert!(state.question.is_none());
    assert_eq!(
        state.wanted.as_ref().map(|wish| wish.source.name()),
        Some("any.onnx")
    );
    assert_eq!(state.wish().remembered[0].size, Some([224, 224]));
}

#[test]
fn an_output_that_cannot_be_explained_leaves_the_former_one() {
    let before = explained();
    let state = answer(before.clone(), Answer::Logits(Some("embedding".into())));
    assert_eq!(
        state.wish().remembered[0].logits.as_deref(),
        Some("embedding")
    );
    let key = state.wanted.as_ref().expect("a wish").key;
    let state = act(state, [failed(Step::Load(key), FailureKind::Model)]);
    assert_eq!(state.wanted, before.wanted);
    assert_eq!(
        (shown(&state), state.memory.clone()),
        (Some(2), Memory::default())
    );
    assert!(state.notices.contains_key(&Place::About));
    let mapped = act(state.clone(), [mapped(&state, 3, [0.0, 1.0])]);
    assert!(
        mapped
            .subject
            .as_ref()
            .is_some_and(|subject| subject.maps.len() == 2)
    );
}

#[test]
fn the_order_of_the_axes_is_chosen_where_the_file_leaves_it_open() {
    let state = explained();
    let model = state.ready.clone().expect("a model");
    let mut summary = model.summary.clone();
    summary.input.layout_is_open = true;
    let came = Action::Engine(EngineEvent::Ready {
        wish: model.wish.clone(),
        summary,
        timings: Default::default(),
    });
    let state = act(state, [came]);
    let speaks = |state: &State| {
        let sentences = state.assumptions();
        sentences
            .iter()
            .any(|words| words.contains("channels first"))
    };
    assert!(speaks(&state) && !speaks(&explained()));
    let before = state.wanted.as_ref().map(|wish| wish.key);
    let state = answer(state, Answer::ChannelsLast(Some(true)));
    assert!(
        state.wanted.as_ref().map(|wish| wish.key) > before,
        "the model is prepared anew"
    );
    let told = Memory::read(&state.memory.write()).for_engine();
    assert_eq!(told[0].channels_last, Some(true));
    assert_eq!(told[0].sha256, HASH);
}
