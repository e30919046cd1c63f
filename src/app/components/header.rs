use gloo::utils::window;
use yew::prelude::*;

use super::models::models;
use super::notice::notices;
use super::page::Props;
use super::popover::Popover;
use super::progress;
use super::question::question;
use crate::app::format;
use crate::app::schedule::Step;
use crate::app::state::{Place, State};
use crate::app::theme::Theme;

/// Name, model, engine, theme.
pub fn header(props: &Props) -> Html {
    let state = &props.state;
    let loading = state
        .activity
        .as_ref()
        .filter(|activity| matches!(activity.step, Step::Load(_)));
    html! {
        <header>
            <div class="header-row">
                <h1>{ "gradcam" }<small>{ "where a network looks" }</small></h1>
                <div class="chips">
                    <Popover id="models" label="Models" chip={model_chip(state)} closes_with={model_key(state)}>
                        { models(props) }
                    </Popover>
                    <Popover id="engine" label="The engine and this browser" chip={engine_chip(state)}>
                        { engine_facts(state) }
                    </Popover>
                    <ThemeButton />
                </div>
            </div>
            <div class="header-bar">
                { for loading.map(progress::thin) }
            </div>
            { notices(props, &[Place::Engine, Place::Model]) }
            { question(props) }
        </header>
    }
}

fn model_key(state: &State) -> AttrValue {
    state
        .wanted
        .as_ref()
        .map(|wish| wish.key.to_string())
        .unwrap_or_default()
        .into()
}

fn model_chip(state: &State) -> Html {
    let Some(wanted) = &state.wanted else {
        let text = if state.manifest.is_some() || !state.notices.is_empty() {
            "no model"
        } else {
            "finding models…"
        };
        return html! { <><span class="dot off"></span><span class="chip-name">{ text }</span></> };
    };
    let (dot, status) = if state.model_is_ready() {
        ("dot on", "ready".to_owned())
    } else {
        let loading = state
            .activity
            .as_ref()
            .filter(|activity| matches!(activity.step, Step::Load(_)));
        (
            "dot busy",
            loading.map_or_else(|| "waiting".to_owned(), progress::phase_words),
        )
    };
    html! {
        <>
            <span class={dot}></span>
            <span class="chip-name">{ wanted.source.name() }</span>
            <span class="chip-fact">{ format::size(wanted.source.bytes()) }</span>
            <span class="chip-fact">{ status }</span>
        </>
    }
}

fn engine_chip(state: &State) -> Html {
    match &state.engine {
        None => html! { <span class="chip-name">{ "engine starts…" }</span> },
        Some(engine) => html! {
            <>
                <span class="chip-name">{ format::variant(&engine.variant) }</span>
                <span class="chip-fact">{ format::threads(engine.threads) }</span>
            </>
        },
    }
}

fn engine_facts(state: &State) -> Html {
    let isolated = js_sys::Reflect::get(&window(), &"crossOriginIsolated".into())
        .is_ok_and(|value| value.is_truthy());
    let cores = window().navigator().hardware_concurrency();
    let running = state.engine.as_ref().map_or_else(
        || "The engine is starting.".to_owned(),
        |engine| {
            format!(
                "The network runs on {} with {}.",
                format::threads(engine.threads),
                format::variant(&engine.variant)
            )
        },
    );
    let sharing = if isolated {
        "This page may share memory between threads."
    } else {
        "This page may not share memory between threads this time: its server did not ask the browser \
         for it, or it is shown in a frame."
    };
    html! {
        <>
            <h2>{ "How it computes" }</h2>
            <p>{ running }</p>
            <p>{ "It runs in a worker of its own, so that the page stays quick, in WebAssembly. \
                  SIMD computes four numbers at a time." }</p>
            <p>{ format!("This browser offers {cores} cores. {sharing}") }</p>
        </>
    }
}

#[component]
fn ThemeButton() -> Html {
    let theme = use_state(Theme::load);
    use_effect_with(*theme, |theme| theme.apply());
    let next = {
        let theme = theme.clone();
        Callback::from(move |_: MouseEvent| theme.set(theme.next()))
    };
    let (sign, name) = match *theme {
        Theme::System => ("◐", "as the system"),
        Theme::Light => ("○", "light"),
        Theme::Dark => ("●", "dark"),
    };
    html! {
        <button class="chip" onclick={next} aria-label={format!("Colours: {name}")} title={format!("Colours: {name}")}>
            <span class="sign" aria-hidden="true">{ sign }</span>
        </button>
    }
}
