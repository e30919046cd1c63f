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
                    format!("The browser does not let the page copy. This is the link: {address}")
                }));
            });
        })
    };
    html! {
        <section class="saving" aria-label="A link to this">
            <div class="save-row">
                <button onclick={copy} title="The page’s address, with the model, the question and how the map is drawn">{ "Copy link" }</button>
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
    let (held, missing) = match (has_sample, has_own_model) {
        (true, false) => {
            return "Copied. The link holds the sample picture, the model and all settings.".into();
        }
        (true, true) => ("the sample picture and the settings", "the model’s file"),
        (false, false) => ("the model and the settings", "the picture"),
        (false, true) => ("the settings", "the picture and the model’s file"),
    };
    format!(
        "Copied. The link holds {held}. Neither the content nor the name of a file of yours is in it: whoever opens it has to bring {missing}."
    )
}
