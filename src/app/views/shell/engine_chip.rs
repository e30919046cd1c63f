//! The engine and this browser, in words.

use gloo::utils::window;
use yew::prelude::*;

use crate::app::number_format;
use crate::app::state::AppState;

/// Its build and its threads.
pub fn engine_chip(state: &AppState) -> Html {
    match &state.engine.facts {
        None => html! { <span class="chip-name">{ "engine starts…" }</span> },
        Some(engine) => html! {
            <>
                <span class="chip-name">{ variant_name(&engine.variant) }</span>
                <span class="chip-fact">{ number_format::threads(engine.threads) }</span>
            </>
        },
    }
}

/// How the engine runs in this browser.
pub fn engine_facts(state: &AppState) -> Html {
    let isolated = js_sys::Reflect::get(&window(), &"crossOriginIsolated".into())
        .is_ok_and(|value| value.is_truthy());
    let cores = window().navigator().hardware_concurrency();
    let running = state.engine.facts.as_ref().map_or_else(
        || "The engine is starting.".to_owned(),
        |engine| {
            format!(
                "The network runs on {} with {}.",
                number_format::threads(engine.threads),
                variant_name(&engine.variant)
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

/// The engine's build in words; `id` is the one of
/// [`Event::Started`](crate::protocol::Event::Started).
pub fn variant_name(id: &str) -> &str {
    match id {
        "simd128" => "SIMD",
        "relaxed-simd" | "threads" => "relaxed SIMD",
        other => other,
    }
}
