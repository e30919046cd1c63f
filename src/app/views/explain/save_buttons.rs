//! Files of what is shown.

use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::app::export::{ExportFormat, copy_overlay, download};
use crate::app::state::{ChosenPicture, NoticePlace, NoticesAction};
use crate::app::views::common::{Props, notices};

/// How long the button says that it copied.
const COPIED_MS: u32 = 2500;

/// Files of what is shown.
#[component]
pub fn SaveButtons(props: &Props) -> Html {
    let is_copied = use_state(|| false);
    // The report is asked for: with the picture or without it?
    let is_asking = use_state(|| false);
    {
        let copied = is_copied.setter();
        use_effect_with(*is_copied, move |is_copied| {
            let timer = is_copied.then(|| Timeout::new(COPIED_MS, move || copied.set(false)));
            move || drop(timer)
        });
    }
    if props
        .state
        .on_stage()
        .and_then(ChosenPicture::map)
        .is_none()
    {
        return html! {};
    }
    let copy = {
        let (state, page) = (props.state.clone(), props.page.clone());
        let copied = is_copied.setter();
        Callback::from(move |_: MouseEvent| {
            let (state, page, copied) = (state.clone(), page.clone(), copied.clone());
            spawn_local(async move {
                match copy_overlay(state, page.resources.clone()).await {
                    Ok(()) => {
                        copied.set(true);
                        page.dispatch(NoticesAction::Announce(
                            "The picture is on the clipboard".to_owned(),
                        ));
                    }
                    Err(error) => {
                        page.notify(NoticePlace::Save, format!("Copying did not work: {error}."))
                    }
                }
            });
        })
    };
    let ask = {
        let is_asking = is_asking.clone();
        Callback::from(move |_: MouseEvent| is_asking.set(!*is_asking))
    };
    let answered = {
        let is_asking = is_asking.setter();
        Callback::from(move |_: MouseEvent| is_asking.set(false))
    };
    html! {
        <section class="saving" aria-label="Save">
            <h2>{ "Save" }</h2>
            <div class="save-row">
                { button(props, ExportFormat::Png, "PNG", "the picture with its map") }
                { button(props, ExportFormat::Figure, "Figure", "the same with its colour bar and a caption") }
                { button(props, ExportFormat::Npy, "NPY", "the map’s own signed values") }
                { button(props, ExportFormat::Json, "JSON", "how it was made") }
                <button onclick={ask} aria-expanded={is_asking.to_string()} title="One file with the picture, its maps, the numbers, and how to make them again">{ "Report" }</button>
                <button onclick={copy} title="The picture with its map, to the clipboard">{ if *is_copied { "Copied" } else { "Copy" } }</button>
            </div>
            if *is_asking {
                <div class="report-question" role="group" aria-label="Shall the picture be in the report?">
                    <p class="hint">{ "Shall the picture be in the report? Without it the maps are drawn on grey, and the picture’s file is not named." }</p>
                    <div class="save-row" onclick={answered}>
                        { button(props, ExportFormat::Report { has_picture: true }, "With the picture", "") }
                        { button(props, ExportFormat::Report { has_picture: false }, "Without it", "") }
                        <button>{ "Cancel" }</button>
                    </div>
                </div>
            }
            { notices(props, &[NoticePlace::Save]) }
        </section>
    }
}

fn button(props: &Props, format: ExportFormat, name: &'static str, title: &'static str) -> Html {
    let (state, page) = (props.state.clone(), props.page.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        let (state, page) = (state.clone(), page.clone());
        spawn_local(async move {
            match download(state, page.resources.clone(), format).await {
                Ok(name) => page.dispatch(NoticesAction::Announce(format!("Saved: {name}"))),
                Err(error) => {
                    page.notify(NoticePlace::Save, format!("Saving did not work: {error}."))
                }
            }
        });
    });
    html! { <button {onclick} {title}>{ name }</button> }
}
