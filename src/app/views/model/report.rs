//! What the model's file is, how it is read and what works, as a text for a report.

use web_sys::Element;
use yew::prelude::*;

use crate::app::browser::clipboard;
use crate::app::state::ModelAction;
use crate::app::views::common::Props;

/// The text, a button that copies it, and one that tries out what works.
#[component]
pub fn Report(props: &Props) -> Html {
    let is_open = use_state(|| false);
    let state = &props.state;
    let Some(model) = state.ready_model() else {
        return html! {};
    };
    let probes = state.probes();
    let tried = probes.and_then(|probes| probes.report.clone());
    let is_trying = probes.is_some_and(|probes| probes.wants_report) && tried.is_none();
    let text = tried
        .clone()
        .unwrap_or_else(|| model.summary.report.as_str().into());
    let copy = {
        let (page, text) = (props.page.clone(), text.clone());
        Callback::from(move |_: MouseEvent| {
            let (page, text) = (page.clone(), text.clone());
            wasm_bindgen_futures::spawn_local(async move {
                let copied = clipboard::write_text(&text).await;
                page.dispatch(ModelAction::ReportCopied(copied));
            });
        })
    };
    let try_out = props
        .page
        .callback(|page| page.dispatch(ModelAction::TryEverything));
    let ontoggle = {
        let is_open = is_open.clone();
        Callback::from(move |event: Event| {
            let details = event.target_dyn_into::<Element>();
            is_open.set(details.is_some_and(|details| details.has_attribute("open")));
        })
    };
    let words = state.words.model();
    html! {
        <details class="report" {ontoggle}>
            <summary>{ words.as_report }</summary>
            <p class="hint">{ words.report_hint }</p>
            <div class="control-row">
                <button onclick={copy}>{ words.copy }</button>
                if tried.is_none() && probes.is_some() {
                    <button onclick={try_out} disabled={is_trying}>{ if is_trying { words.trying } else { words.try_out } }</button>
                }
            </div>
            if *is_open {
                <pre tabindex="0">{ text }</pre>
            }
        </details>
    }
}
