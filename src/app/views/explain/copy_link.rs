//! The page's address for somebody else, and what is in it.

use gloo::utils::window;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::app::browser::clipboard;
use crate::app::state::{AppState, ModelChoice};
use crate::app::views::common::Props;

/// A button that copies the address, and then says what whoever opens it gets.
#[component]
pub fn CopyLink(props: &Props) -> Html {
    let said = use_state(|| None::<String>);
    let copy = {
        let (state, said) = (props.state.clone(), said.setter());
        Callback::from(move |_: MouseEvent| {
            let (state, said) = (state.clone(), said.clone());
            spawn_local(async move {
                let address = window().location().href().unwrap_or_default();
                let is_copied = clipboard::write_text(&address).await;
                said.set(Some(if is_copied {
                    contents(&state)
                } else {
                    (state.words.panel().link_refused)(&address)
                }));
            });
        })
    };
    let words = props.state.words.panel();
    html! {
        <section class="saving" aria-label={words.link}>
            <div class="save-row">
                <button onclick={copy} title={words.copy_link_title}>{ words.copy_link }</button>
            </div>
            <p class="hint link-contents" role="status">{ (*said).clone().unwrap_or_default() }</p>
        </section>
    }
}

/// What the address holds, and what not.
fn contents(state: &AppState) -> String {
    let has_own_model = state
        .ready_model()
        .is_some_and(|model| matches!(model.desired.source, ModelChoice::File { .. }));
    let picture = state.picture.current.as_ref();
    let has_sample = picture.is_some_and(|picture| picture.is_sample);
    let words = state.words.panel();
    let contents = match (has_sample, has_own_model) {
        (true, false) => words.link_whole,
        (true, true) => words.link_without_model,
        (false, false) => words.link_without_picture,
        (false, true) => words.link_without_both,
    };
    contents.to_owned()
}
