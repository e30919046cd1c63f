//! The engine and this browser, in words.

use gloo::utils::window;
use yew::prelude::*;

use crate::app::state::AppState;

/// Its build and its threads.
pub fn engine_chip(state: &AppState) -> Html {
    let words = state.words.shell();
    match &state.engine.facts {
        None => html! { <span class="chip-name">{ words.engine_starts_chip }</span> },
        Some(engine) => html! {
            <>
                <span class="chip-name">{ variant_name(&engine.variant) }</span>
                <span class="chip-fact">{ (words.threads)(engine.threads) }</span>
            </>
        },
    }
}

/// How the engine runs in this browser.
pub fn engine_facts(state: &AppState) -> Html {
    let isolated = js_sys::Reflect::get(&window(), &"crossOriginIsolated".into())
        .is_ok_and(|value| value.is_truthy());
    let cores = window().navigator().hardware_concurrency();
    let words = state.words.shell();
    let running = state.engine.facts.as_ref().map_or_else(
        || words.engine_is_starting.to_owned(),
        |engine| {
            let threads = (words.threads)(engine.threads);
            (words.runs_on)(variant_name(&engine.variant), &threads)
        },
    );
    let sharing = if isolated {
        words.may_share
    } else {
        words.may_not_share
    };
    html! {
        <>
            <h2>{ words.how_it_computes }</h2>
            <p>{ running }</p>
            <p>{ words.in_a_worker }</p>
            <p>{ (words.cores)(&cores.to_string()) }{ " " }{ sharing }</p>
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
