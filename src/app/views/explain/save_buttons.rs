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
    let words = props.state.words.panel();
    let copy = {
        let (state, page) = (props.state.clone(), props.page.clone());
        let copied = is_copied.setter();
        Callback::from(move |_: MouseEvent| {
            let (state, page, copied) = (state.clone(), page.clone(), copied.clone());
            spawn_local(async move {
                let spoken = state.words;
                match copy_overlay(state, page.resources.clone()).await {
                    Ok(()) => {
                        copied.set(true);
                        page.dispatch(NoticesAction::Announce(words.on_clipboard.to_owned()));
                    }
                    Err(error) => page.notify(
                        NoticePlace::Save,
                        (words.copying_failed)(&error.in_words(spoken)),
                    ),
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
        <section class="saving" aria-label={words.save}>
            <h2>{ words.save }</h2>
            <div class="save-row">
                { button(props, ExportFormat::Png, "PNG", words.save_png) }
                { button(props, ExportFormat::Figure, words.figure, words.save_figure) }
                { button(props, ExportFormat::Npy, "NPY", words.save_npy) }
                { button(props, ExportFormat::Json, "JSON", words.save_json) }
                <button onclick={ask} aria-expanded={is_asking.to_string()} title={words.save_report}>{ words.report }</button>
                <button onclick={copy} title={words.copy_title}>{ if *is_copied { words.copied } else { words.copy } }</button>
            </div>
            if *is_asking {
                <div class="report-question" role="group" aria-label={words.report_question}>
                    <p class="hint">{ words.report_hint }</p>
                    <div class="save-row" onclick={answered}>
                        { button(props, ExportFormat::Report { has_picture: true }, words.with_picture, "") }
                        { button(props, ExportFormat::Report { has_picture: false }, words.without_picture, "") }
                        <button>{ words.cancel }</button>
                    </div>
                </div>
            }
            { notices(props, &[NoticePlace::Save]) }
        </section>
    }
}

fn button(props: &Props, format: ExportFormat, name: &'static str, title: &'static str) -> Html {
    let words = props.state.words.panel();
    let (state, page) = (props.state.clone(), props.page.clone());
    let onclick = Callback::from(move |_: MouseEvent| {
        let (state, page) = (state.clone(), page.clone());
        spawn_local(async move {
            let spoken = state.words;
            match download(state, page.resources.clone(), format).await {
                Ok(name) => page.dispatch(NoticesAction::Announce((words.saved)(&name))),
                Err(error) => page.notify(
                    NoticePlace::Save,
                    (words.saving_failed)(&error.in_words(spoken)),
                ),
            }
        });
    });
    html! { <button {onclick} {title}>{ name }</button> }
}
