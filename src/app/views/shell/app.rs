//! The whole page, and what joins the state to engine, storage and address.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::window;
use yew::prelude::*;

use super::footer::footer;
use super::header::header;
use super::help;
use super::language::use_language;
use crate::app::browser::drop_paste_shortcuts::Key;
use crate::app::browser::{
    drop_paste_shortcuts, elements, engine_builds, location, session_storage,
};
use crate::app::engine_client::VariantFallback;
use crate::app::state::{
    Action, AppState, ExplanationAction, ModelAction, NO_PICTURE, PictureAction,
    RememberedOverrides, RestorationAction, SettingsAction, TOP_CLASSES, View,
};
use crate::app::views::common::{PageHandle, Props, element_ids};
use crate::app::views::compare::compare;
use crate::app::views::explain::{StageProps, lower_panel, sample_strip, stage, upper_panel};
use crate::app::views::model::About;
use crate::app::views::test_view::test_view;

/// The whole page.
#[component]
pub fn App() -> Html {
    let state = use_reducer(|| {
        let mut state = AppState::new(&location::hash());
        state.model.remembered = RememberedOverrides::load();
        state
    });
    let page = use_memo((), |()| {
        let variants = VariantFallback::new(&engine_builds::names(), state.settings.engine);
        PageHandle::start(state.dispatcher(), variants)
    });
    let page = PageHandle::clone(&page);
    page.speak(state.words);
    let alone = use_state(|| false);
    use_engine(&state, &page);
    use_drop_paste_shortcuts(&state, &page, alone.setter());

    let props = Props {
        state: state.clone(),
        page,
    };
    html! {
        <>
            { header(&props) }
            <main>
                { view(&props, &alone) }
                <aside class="panel" aria-label={state.words.shell().panel}>
                    { upper_panel(&props) }
                    <About ..props.clone() />
                    { lower_panel(&props) }
                    { sample_strip(&props) }
                </aside>
            </main>
            { footer(&props) }
            <p class="unseen" role="status" aria-live="polite">{ &state.notices.announcement }</p>
        </>
    }
}

/// The chosen view; without a picture there is only one.
fn view(props: &Props, alone: &UseStateHandle<bool>) -> Html {
    let view = props.state.settings.view;
    let view = props.state.picture.current.as_ref().map(|_| view);
    match view {
        Some(View::Compare) => compare(props),
        Some(View::Test) => test_view(props),
        _ => {
            let Props { state, page } = props.clone();
            stage(&StageProps {
                state,
                page,
                alone: **alone,
                set_alone: alone.setter(),
            })
        }
    }
}

/// Hands the desired state to the engine, the settings to the URL's hash, and the
/// remembered overrides to the browser's storage.
#[hook]
fn use_engine(state: &UseReducerHandle<AppState>, page: &PageHandle) {
    let is_returning = use_history(page);
    {
        let page = page.clone();
        use_effect_with((), move |()| {
            page.fetch_manifest();
            page.fetch_samples();
        });
    }
    use_language(state.words, page);
    use_own_file_marks(state, page);
    {
        let page = page.clone();
        use_effect_with(state.desired_state(), move |desired| {
            page.engine.set_desired_state(desired.clone())
        });
    }
    {
        let page = page.clone();
        use_effect_with(state.resources_in_use(), move |files| {
            page.resources.keep_only(files)
        });
    }
    use_effect_with(state.model.remembered.clone(), |remembered| {
        remembered.store()
    });
    use_restoration(state, page);
    {
        let page = page.clone();
        use_effect_with(state.sample_to_open(), move |sample| {
            if let Some(sample) = sample {
                page.open_sample(sample.clone());
            }
        });
    }
    {
        let page = page.clone();
        use_effect_with(state.needs_imagenet(), move |needs| {
            if *needs {
                page.fetch_imagenet();
            }
        });
    }
    // Not before the manifest is there: until then the hash is what was asked for.
    let hash = state.model.manifest.is_some().then(|| state.address());
    let went = use_mut_ref(|| None);
    use_effect_with((hash, state.place()), move |(hash, place)| {
        if let (Some(hash), Some(place)) = (hash, place) {
            let is_new = went.replace(Some(place.clone())).as_ref() != Some(place);
            let is_new = is_new && !is_returning.replace(false);
            location::write(hash, place.file, is_new);
        }
    });
}

/// Remembers, as long as the tab is open, that model and picture are files of the user's, which a
/// page that is loaded anew has no more: that is said then. A browser that is short of memory
/// throws pages away and loads them anew when they are looked at again.
#[hook]
fn use_own_file_marks(state: &UseReducerHandle<AppState>, page: &PageHandle) {
    let model = state.model.prepared.as_ref();
    let is_own_model = model.map(|model| model.desired.source.entry().is_none());
    use_mark("gradcam.own-model", is_own_model, page, || {
        ModelAction::OwnModelGone.into()
    });
    let picture = state.picture.current.as_ref();
    let is_own_picture = picture.is_some_and(|picture| !picture.is_sample);
    use_mark("gradcam.own-picture", Some(is_own_picture), page, || {
        PictureAction::OwnPictureGone.into()
    });
}

/// Sets a mark of the tab as it is said; `was_set` is what follows if it was set before the page
/// was loaded anew.
#[hook]
fn use_mark(mark: &'static str, is_set: Option<bool>, page: &PageHandle, was_set: fn() -> Action) {
    {
        let page = page.clone();
        use_effect_with((), move |()| {
            if session_storage::is_marked(mark) {
                page.dispatch(was_set());
            }
        });
    }
    use_effect_with(is_set, move |is_set| {
        if let Some(is_set) = is_set {
            session_storage::mark(mark, *is_set);
        }
    });
}

/// Compares pictures with that of a saved explanation, and opens the sample of its name.
#[hook]
fn use_restoration(state: &UseReducerHandle<AppState>, page: &PageHandle) {
    {
        let page = page.clone();
        use_effect_with(state.picture_to_check(), move |file| {
            if let Some(file) = file {
                page.check_picture(*file);
            }
        });
    }
    let page = page.clone();
    use_effect_with(state.sample_to_restore(), move |sample| {
        if let Some(sample) = sample {
            page.dispatch(RestorationAction::SampleTried);
            page.open_sample(sample.clone());
        }
    });
}

/// Listens for the browser's Back and Forward; what it gives is true from then until the
/// address was written.
#[hook]
fn use_history(page: &PageHandle) -> Rc<Cell<bool>> {
    let is_returning = use_memo((), |()| Cell::new(false));
    {
        let (page, is_returning) = (page.clone(), is_returning.clone());
        use_effect_with((), move |()| {
            let listener = EventListener::new(&window(), "popstate", move |_| {
                if let Some(shown) = location::shown() {
                    is_returning.set(true);
                    let file = (shown != NO_PICTURE).then_some(shown);
                    page.dispatch(Action::Return(file, location::hash()));
                }
            });
            move || drop(listener)
        });
    }
    is_returning
}

/// Listens for files, keys and a changed hash.
#[hook]
fn use_drop_paste_shortcuts(
    state: &UseReducerHandle<AppState>,
    page: &PageHandle,
    alone: UseStateSetter<bool>,
) {
    {
        let page = page.clone();
        use_effect_with((), move |()| {
            let opener = page.clone();
            let files =
                drop_paste_shortcuts::files(&Callback::from(move |files| opener.open_files(files)));
            let hash = EventListener::new(&window(), "hashchange", move |_| {
                page.dispatch(SettingsAction::ReadHash(location::hash()));
            });
            move || drop((files, hash))
        });
    }
    let top: Rc<[usize]> = state
        .picture
        .current
        .as_ref()
        .map(|picture| state.top_classes(picture))
        .unwrap_or_default();
    let page = page.clone();
    use_effect_with(top, move |top| {
        let top = top.clone();
        let keys = drop_paste_shortcuts::keys(
            TOP_CLASSES,
            &Callback::from(move |key| match key {
                Key::Class(row) => {
                    if let Some(class) = top.get(row) {
                        page.dispatch(ExplanationAction::ChooseClass(*class));
                    }
                }
                Key::Alone(down) => alone.set(down),
                Key::Search => elements::focus(element_ids::CLASS_SEARCH),
                Key::Help => help::open(),
            }),
        );
        move || drop(keys)
    });
}
