use super::action::SettingsAction;
use crate::app::state::picture::PictureAction;
use crate::app::testing::{act, begun, explained, predicted, ready, shown};
use crate::render::Sign;

#[test]
fn the_hash_names_the_class_of_the_first_picture_only() {
    let state = act(
        begun("#class=5"),
        [PictureAction::Choose {
            file: 1,
            name: String::new(),
        }],
    );
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    assert_eq!(state.desired_state().map.map(|key| key.class), Some(5));
    let state = act(
        state,
        [PictureAction::Choose {
            file: 2,
            name: String::new(),
        }],
    );
    assert_eq!(state.settings.class, None);
    let beyond = act(
        begun("#class=99"),
        [PictureAction::Choose {
            file: 1,
            name: String::new(),
        }],
    );
    let beyond = act(beyond.clone(), [ready(&beyond)]);
    let beyond = act(beyond.clone(), [predicted(&beyond)]);
    assert_eq!(beyond.desired_state().map.map(|key| key.class), Some(2));
}

#[test]
fn a_changed_hash_changes_what_it_names() {
    let state = act(
        explained(),
        [SettingsAction::ReadHash(
            "#opacity=20&signed=1&model=nonsense".into(),
        )],
    );
    assert_eq!(
        (state.settings.opacity, state.settings.sign),
        (20, Sign::Signed)
    );
    assert_eq!(state.settings.model.as_deref(), Some("a"));
    assert_eq!(shown(&state), Some(2));
}
