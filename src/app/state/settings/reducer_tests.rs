use std::rc::Rc;

use super::action::SettingsAction;
use crate::app::state::app_state::AppState;
use crate::app::state::explanation::ExplanationAction;
use crate::app::state::notices::NoticePlace;
use crate::app::state::picture::PictureAction;
use crate::app::testing::{act, begun, explained, predicted, ready, shown};
use crate::app::words::WordsOf;
use crate::app::words::german::GERMAN;
use crate::render::Sign;

fn choose(file: u32) -> PictureAction {
    let name = String::new();
    PictureAction::Choose { file, name }
}

/// The class that is explained of a first picture.
fn first_class(hash: &str) -> (Rc<AppState>, Option<usize>) {
    let state = act(begun(hash), [choose(1)]);
    let state = act(state.clone(), [ready(&state)]);
    let state = act(state.clone(), [predicted(&state)]);
    let class = state.desired_state().map.map(|key| key.class());
    (state, class)
}

#[test]
fn a_picture_begins_with_its_own_class_unless_one_is_pinned() {
    assert_eq!(first_class("#class=5").1, Some(2));
    let (state, class) = first_class("#class=5&pin=1");
    assert_eq!(class, Some(5));
    let next = act(state.clone(), [choose(2)]);
    assert_eq!(next.settings.class, Some(5));
    let unpinned = act(state, [ExplanationAction::PinClass(None)]);
    assert_eq!(unpinned.settings.class, Some(5), "this picture keeps it");
    assert_eq!(act(unpinned, [choose(2)]).settings.class, None);
    let chosen = act(explained(), [ExplanationAction::ChooseClass(3)]);
    assert_eq!(act(chosen, [choose(2)]).settings.class, None);
}

#[test]
fn a_class_that_the_model_has_not_is_dropped_with_a_word() {
    let (state, class) = first_class("#class=99&pin=1");
    assert_eq!(class, Some(2));
    assert!(!state.settings.to_hash().contains("class"));
    let notice = state
        .notices
        .shown
        .get(&NoticePlace::Model)
        .expect("a word");
    for words in ["class 99", "Model a", "0 to 6"] {
        assert!(notice.message.contains(words), "{}", notice.message);
    }
    let state = act(
        explained(),
        [SettingsAction::ReadHash("#model=a&class=7".into())],
    );
    assert!(state.notices.shown.contains_key(&NoticePlace::Model));
    assert_eq!((state.settings.class, shown(&state)), (None, Some(2)));
}

#[test]
fn another_language_is_spoken_at_once() {
    let state = explained();
    let label = |state: &AppState| {
        let picture = state.picture.current.as_ref().expect("a picture");
        let prediction = picture.prediction.as_ref().expect("a prediction");
        prediction.label(2).to_owned()
    };
    assert_eq!(label(&state), "class 2");
    let german = act(state, [SettingsAction::Speak(WordsOf::new(&GERMAN))]);
    assert_eq!(label(&german), "Klasse 2");
    let english = act(german, [SettingsAction::Speak(WordsOf::default())]);
    assert_eq!(label(&english), "class 2");
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
