use super::action::ExplanationAction;
use super::finding::Finding;
use crate::app::state::Action;
use crate::app::state::app_state::AppState;
use crate::app::state::engine::EngineEvent;
use crate::app::state::picture::PictureAction;
use crate::app::state::settings::SettingsAction;
use crate::app::testing::{act, begun, explained, key, mapped, predicted, ready, shown};
use crate::render::Sign;

#[test]
fn a_prediction_asks_for_the_most_probable_class() {
    let state = act(
        begun(""),
        [PictureAction::Choose {
            file: 1,
            name: "cup.png".into(),
        }],
    );
    assert!(state.desired_state().map.is_none());
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(state.desired_state().map, Some(key(2)));
    let top = state.top_classes(state.picture.current.as_ref().expect("a picture"));
    assert_eq!(*top, [2, 6, 5, 3, 1], "what is not a number comes last");
}

#[test]
fn another_class_keeps_the_map_until_its_own_comes_and_going_back_is_instant() {
    let state = act(explained(), [ExplanationAction::ChooseClass(3)]);
    assert_eq!(
        (
            shown(&state),
            state.desired_state().map.map(|key| key.class())
        ),
        (Some(2), Some(3))
    );
    let state = act(state.clone(), [mapped(&state, 3, [0.5, 0.5])]);
    assert_eq!((shown(&state), state.desired_state().map), (Some(3), None));
    let state = act(state, [ExplanationAction::ChooseClass(2)]);
    assert_eq!((shown(&state), state.desired_state().map), (Some(2), None));
}

#[test]
fn classes_share_a_scale_unless_each_has_its_own() {
    let state = act(explained(), [ExplanationAction::ChooseClass(3)]);
    let state = act(state.clone(), [mapped(&state, 3, [0.5, 0.25])]);
    let scale = |state: &AppState| state.scale(state.on_stage().expect("a picture"));
    assert_eq!(scale(&state), 1.0);
    let signed = act(state.clone(), [SettingsAction::ChooseSign(Sign::Signed)]);
    assert_eq!(scale(&signed), 3.0);
    assert_eq!(
        scale(&act(state, [SettingsAction::ChooseOwnScale(true)])),
        0.5
    );
}

#[test]
fn a_map_with_little_or_nothing_to_show_is_told_from_others() {
    let finding = |values: [f32; 2], settings: &[SettingsAction]| {
        let state = act(explained(), [ExplanationAction::ChooseClass(3)]);
        let state = act(state.clone(), [mapped(&state, 3, values)]);
        let state = act(state, settings.iter().cloned());
        state.finding(state.on_stage().expect("a picture"))
    };
    assert_eq!(finding([0.5, 0.0], &[]), Some(Finding::Evidence));
    assert_eq!(finding([0.03125, 0.0], &[]), Some(Finding::Faint(3.125)));
    let own = [SettingsAction::ChooseOwnScale(true)];
    assert_eq!(finding([0.03125, 0.0], &own), Some(Finding::Evidence));
    assert_eq!(finding([-0.5, -1.0], &[]), Some(Finding::OnlyAgainst));
    let signed = [SettingsAction::ChooseSign(Sign::Signed)];
    assert_eq!(finding([-0.5, 0.0], &signed), Some(Finding::OnlyAgainst));
    assert_eq!(finding([0.0, 0.0], &[]), Some(Finding::Nothing));
}

#[test]
fn a_former_picture_that_is_looked_at_again_is_no_news() {
    let state = explained();
    let refusal = PictureAction::Refused("No.".into());
    let state = act(state, [refusal]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(state.notices.announcement, "No.");
}

#[test]
fn an_early_map_that_comes_after_the_end_changes_nothing() {
    let state = explained();
    let early = match mapped(&state, 2, [0.1, 0.1]) {
        Action::Engine(EngineEvent::Mapped {
            picture,
            model,
            key,
            map,
            ..
        }) => Action::Engine(EngineEvent::Mapped {
            picture,
            model,
            key,
            map,
            is_early: true,
        }),
        other => other,
    };
    let later = act(state.clone(), [early]);
    let picture = later.picture.current.as_ref().expect("a picture");
    assert!(picture.early.is_none());
    assert_eq!(picture.map(), state.on_stage().expect("a picture").map());
}
