use std::rc::Rc;

use gloo::events::EventListener;
use gloo::utils::window;
use yew::prelude::*;

use super::about::About;
use super::classes::classes;
use super::details::details;
use super::footer::footer;
use super::header::header;
use super::help::{self, help};
use super::page::{Page, Props};
use super::saving::saving;
use super::search::Search;
use super::stage::Stage;
use crate::app::assets;
use crate::app::hands::{self, Key};
use crate::app::memory::Memory;
use crate::app::state::{Action, State};
use crate::app::variants::Ladder;

/// The whole page.
#[component]
pub fn App() -> Html {
    let state = use_reducer(|| State {
        memory: Memory::load(),
        ..State::new(&hands::hash())
    });
    let page = use_memo((), |()| {
        let engines = Ladder::new(&assets::engines(), state.choices.engine);
        Page::start(state.dispatcher(), engines)
    });
    let page = Page::clone(&page);
    let alone = use_state(|| false);
    use_engine(&state, &page);
    use_hands(&state, &page, alone.setter());

    let props = Props {
        state: state.clone(),
        page,
    };
    html! {
        <>
            { header(&props) }
            <main>
                <Stage state={state.clone()} page={props.page.clone()} alone={*alone} set_alone={alone.setter()} />
                <aside class="panel" aria-label="What the network says">
                    { classes(&props) }
                    <Search ..props.clone() />
                    <About ..props.clone() />
                    { details(&props) }
                    { saving(&props) }
                </aside>
            </main>
            { footer(&props) }
            { help() }
            <p class="unseen" role="status" aria-live="polite">{ &state.announcement }</p>
        </>
    }
}

/// Hands the state's wishes to the engine, and its choices to the URL.
#[hook]
fn use_engine(state: &UseReducerHandle<State>, page: &Page) {
    {
        let page = page.clone();
        use_effect_with((), move |()| {
            page.fetch_manifest();
            page.fetch_samples();
        });
    }
    {
        let page = page.clone();
        use_effect_with(state.wish(), move |wish| page.engine.wish(wish.clone()));
    }
    {
        let page = page.clone();
        use_effect_with(state.files_in_use(), move |files| {
            page.shelf.keep_only(files)
        });
    }
    use_effect_with(state.memory.clone(), |memory| memory.keep());
    {
        let page = page.clone();
        use_effect_with(state.needs_imagenet(), move |needs| {
            if *needs {
                page.fetch_imagenet();
            }
        });
    }
    // Not before the manifest is there: until then the hash is what was asked for.
    let hash = state.manifest.is_some().then(|| state.choices.to_hash());
    use_effect_with(hash, |hash| {
        if let Some(hash) = hash {
            hands::set_hash(hash);
        }
    });
}

#[hook]
fn use_hands(state: &UseReducerHandle<State>, page: &Page, alone: UseStateSetter<bool>) {
    {
        let page = page.clone();
        use_effect_with((), move |()| {
            let taker = page.clone();
            let files = hands::files(&Callback::from(move |file| taker.take(file)));
            let hash = EventListener::new(&window(), "hashchange", move |_| {
                page.tell(Action::ReadHash(hands::hash()));
            });
            move || drop((files, hash))
        });
    }
    let top: Rc<[usize]> = state
        .subject
        .as_ref()
        .map(|subject| state.top(subject))
        .unwrap_or_default();
    let page = page.clone();
    use_effect_with(top, move |top| {
        let top = top.clone();
        let keys = hands::keys(&Callback::from(move |key| match key {
            Key::Class(row) => {
                if let Some(class) = top.get(row) {
                    page.tell(Action::ChooseClass(*class));
                }
            }
            Key::Alone(down) => alone.set(down),
            Key::Search => hands::focus(hands::SEARCH_ID),
            Key::Help => help::open(),
        }));
        move || drop(keys)
    });
}
