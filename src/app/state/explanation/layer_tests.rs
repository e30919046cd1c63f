use super::action::ExplanationAction;
use super::map_key::MapKey;
use crate::app::state::action::Action;
use crate::app::state::engine::{EngineEvent, EngineStep};
use crate::app::state::notices::NoticePlace;
use crate::app::state::settings::SettingsAction;
use crate::app::testing::{act, explained, failed, key, shown};
use crate::protocol::FailureKind;

fn at_first() -> MapKey {
    MapKey {
        layer: "first".into(),
        ..key(2)
    }
}

#[test]
fn another_layer_is_explained_with_the_same_prediction() {
    let state = act(
        explained(),
        [ExplanationAction::ChooseLayer("first".into())],
    );
    assert_eq!(state.desired_state().map, Some(at_first()));
    assert_eq!(shown(&state), Some(2), "the former map stays until then");
    assert_eq!(
        state.desired_state().picture,
        explained().desired_state().picture
    );
    assert_eq!(state.settings.to_hash(), "model=a&layer=first");
    let state = act(state, [ExplanationAction::ChooseLayer("last".into())]);
    assert_eq!(
        state.desired_state().map,
        None,
        "what was explained is kept"
    );
    let state = act(state, [ExplanationAction::ChooseLayer("nonsense".into())]);
    assert_eq!(state.settings.layer.as_deref(), Some("last"));
}

#[test]
fn a_layer_that_cannot_be_explained_leaves_the_former_one() {
    let state = act(
        explained(),
        [ExplanationAction::ChooseLayer("first".into())],
    );
    let no = failed(EngineStep::Explain(at_first()), FailureKind::Explanation);
    let state = act(state, [no]);
    assert_eq!(state.settings.layer.as_deref(), Some("last"));
    assert_eq!((shown(&state), state.desired_state().map), (Some(2), None));
    assert!(state.notices.shown.contains_key(&NoticePlace::Explanation));
}

#[test]
fn a_stopped_layer_leaves_the_former_one_too() {
    let step = EngineStep::Explain(at_first());
    let began = Action::Engine(EngineEvent::Began { step, now_ms: 0.0 });
    let choose = ExplanationAction::ChooseLayer("first".into()).into();
    let state = act(explained(), [choose, began, Action::Cancel]);
    assert_eq!(state.desired_state().stopped_explanations, 1);
    assert_eq!((shown(&state), state.desired_state().map), (Some(2), None));
    assert!(state.desired_state().picture.is_some());
}

#[test]
fn a_layer_in_the_address_is_taken_if_the_model_has_it() {
    let go = |hash: &str| act(explained(), [SettingsAction::ReadHash(hash.into())]);
    assert_eq!(
        go("#model=a&layer=first").desired_state().map,
        Some(at_first())
    );
    assert_eq!(go("#model=a&layer=nonsense").desired_state().map, None);
}
