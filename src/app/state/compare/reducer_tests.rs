use super::*;
use crate::app::state::settings::{SettingsAction, View};
use crate::app::state::{Action, AppState};
use crate::app::testing::{act, explained, key, shown};

fn comparing() -> std::rc::Rc<AppState> {
    act(explained(), [SettingsAction::ChooseView(View::Compare)])
}

fn wanted(state: &AppState) -> Option<&'static str> {
    state.desired_state().map.map(|key| key.method)
}

#[test]
fn what_is_missing_is_computed_and_what_is_there_is_not() {
    let state = comparing();
    // Grad-CAM is there from the other view.
    assert_eq!(wanted(&state), Some("hirescam"));
    assert_eq!(state.settings.to_hash(), "model=a&view=compare");
    let state = act(state, [SettingsAction::ChooseView(View::Explain)]);
    assert_eq!(wanted(&state), None);
}

#[test]
fn slow_methods_come_last() {
    let state = act(comparing(), [CompareAction::ToggleMethod("rise")]);
    assert_eq!(wanted(&state), Some("hirescam"));
    let fast: Vec<_> = state
        .compare
        .methods
        .iter()
        .filter(|id| **id != "rise")
        .copied()
        .collect();
    let state = fast.into_iter().fold(state, |state, id| {
        act(state, [CompareAction::ToggleMethod(id)])
    });
    assert_eq!(wanted(&state), Some("rise"));
}

#[test]
fn stopping_stops_all_until_it_goes_on() {
    let state = act(comparing(), [Action::Cancel]);
    assert_eq!(wanted(&state), None);
    assert_eq!(shown(&state), Some(2));
    let state = act(state, [CompareAction::GoOn]);
    assert_eq!(wanted(&state), Some("hirescam"));
}

#[test]
fn two_maps_are_laid_over_each_other_and_a_third_replaces_the_first() {
    let toggle = |class| CompareAction::ToggleMap(key(class));
    let state = act(comparing(), [toggle(1), toggle(2), toggle(3)]);
    assert_eq!(state.compare.pair, [key(2), key(3)]);
    let state = act(state, [toggle(2)]);
    assert_eq!(state.compare.pair, [key(3)]);
}

#[test]
fn classes_and_layers_are_axes_too() {
    let state = act(
        comparing(),
        [CompareAction::ChooseAxis(CompareAxis::Classes)],
    );
    let picture = state.picture.current.as_ref().unwrap();
    let classes: Vec<usize> = state
        .compared_maps(picture)
        .iter()
        .map(|key| key.class())
        .collect();
    assert_eq!(classes.first(), Some(&2), "{classes:?}");
    let state = act(state, [CompareAction::ChooseAxis(CompareAxis::Layers)]);
    let picture = state.picture.current.as_ref().unwrap();
    let layers: Vec<String> = state
        .compared_maps(picture)
        .into_iter()
        .map(|key| key.layer)
        .collect();
    assert_eq!(layers, ["first", "last"]);
}

#[test]
fn maps_are_measured_by_a_metric_once_they_are_there() {
    let state = act(comparing(), [CompareAction::Measure(Some("adcc"))]);
    // One map is there; the others come before they are measured.
    let wanted = state.desired_state();
    assert_eq!(wanted.tests.len(), 1);
    assert_eq!(wanted.tests[0].map, key(2));
    assert!(wanted.tested_map(&key(2)).is_some());
    let state = act(state, [Action::Cancel]);
    assert!(state.desired_state().tests.is_empty());
    let state = act(state, [CompareAction::GoOn, CompareAction::Measure(None)]);
    assert!(state.desired_state().tests.is_empty());
}
