use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::notice::notices;
use super::page::Props;
use crate::app::result::Subject;
use crate::app::save::{self, Form};
use crate::app::state::{Action, Place};

/// Files of what is shown.
pub fn saving(props: &Props) -> Html {
    if props.state.on_stage().and_then(Subject::map).is_none() {
        return html! {};
    }
    let copy = {
        let (state, page) = (props.state.clone(), props.page.clone());
        Callback::from(move |_: MouseEvent| {
            let (state, page) = (state.clone(), page.clone());
            spawn_local(async move {
                match save::copy(&state, &page.shelf).await {
                    Ok(()) => page.tell(Action::Say("The picture is on the clipboard".to_owned())),
                    Err(error) => {
                        page.complain(Place::Save, format!("Copying did not work: {error}."))
                    }
                }
            });
        })
    };
    html! {
        <section class="saving" aria-label="Save">
            <h2>{ "Save" }</h2>
            <div class="save-row">
                { button(props, Form::Png, "PNG", "the picture with its map") }
                { button(props, Form::Npy, "NPY", "the map’s own signed values") }
                { button(props, Form::Json, "JSON", "how it was made") }
                <button onclick={copy} title="The picture with its map, to the clipboard">{ "Copy" }</button>
            </div>
            { notices(props, &[Place::Save]) }
        </section>
    }
}

fn button(props: &Props, form: Form, name: &'static str, title: &'static str) -> Html {
    let (state, page) = (props.state.clone(), props.page.clone());
    let onclick =
        Callback::from(
            move |_: MouseEvent| match save::download(&state, &page.shelf, form) {
                Ok(name) => page.tell(Action::Say(format!("Saved: {name}"))),
                Err(error) => page.complain(Place::Save, format!("Saving did not work: {error}.")),
            },
        );
    html! { <button {onclick} {title}>{ name }</button> }
}
