//! The desired model and how far it is.

use yew::prelude::*;

use crate::app::number_format;
use crate::app::state::{AppState, EngineStep};
use crate::app::views::common::phase_words;

/// Changes with the desired model.
pub fn model_key(state: &AppState) -> AttrValue {
    state
        .model
        .desired
        .as_ref()
        .map(|desired| desired.key.to_string())
        .unwrap_or_default()
        .into()
}

/// Its name, size and progress.
pub fn model_chip(state: &AppState) -> Html {
    let words = state.words.shell();
    let Some(desired) = &state.model.desired else {
        let text = if state.model.manifest.is_some() || !state.notices.shown.is_empty() {
            words.no_model
        } else {
            words.finding_models
        };
        return html! { <><span class="dot off"></span><span class="chip-name">{ text }</span></> };
    };
    let (dot, status) = if state.model_is_ready() {
        ("dot on", words.ready.to_owned())
    } else {
        let loading = state
            .engine
            .activity
            .as_ref()
            .filter(|activity| matches!(activity.step, EngineStep::Load(_)));
        (
            "dot busy",
            loading.map_or_else(
                || words.waiting.to_owned(),
                |activity| phase_words(state.words, activity),
            ),
        )
    };
    html! {
        <>
            <span class={dot}></span>
            <span class="chip-name">{ desired.source.name() }</span>
            <span class="chip-fact chip-size">{ number_format::size(desired.source.bytes()) }</span>
            <span class="chip-fact">{ status }</span>
        </>
    }
}
